// Parts of documents that are made: what stands between `<!-- made: NAME -->` and `<!-- end -->`.

import { mailTable, ruleTable, segmentTable } from "./detection-tables.ts";
import { importPicture } from "./import-picture.ts";

export interface MadeDocument {
  readonly path: string;
  readonly parts: Readonly<Record<string, () => string>>;
}

export const MADE_DOCUMENTS: readonly MadeDocument[] = [
  { path: "docs/ARCHITECTURE.md", parts: { imports: importPicture } },
  {
    path: "docs/DETECTION.md",
    parts: { mail: mailTable, segments: segmentTable, rules: ruleTable },
  },
];

/** The document with its made parts as they are now. Throws when a part has no place in it. */
export function withMadeParts(text: string, { path, parts }: MadeDocument): string {
  return Object.entries(parts).reduce((whole, [name, make]) => {
    const begin = `<!-- made: ${name} -->\n`;
    const from = whole.indexOf(begin);
    const to = whole.indexOf("<!-- end -->", from);
    if (from < 0 || to < 0) throw new Error(`${path} has no place for ${name}`);
    return `${whole.slice(0, from)}${begin}${make()}${whole.slice(to)}`;
  }, text);
}
