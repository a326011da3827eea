// The picture of docs/ARCHITECTURE.md, drawn from the import table: each layer with what it may import,
// which always stands further down.

import { IMPORT_TABLE } from "./import-table.ts";
import { below } from "./imports.ts";

const PARTS = ["inspector", "judge", "host", "board", "tests"] as const;

/** One block of text: a heading a part, a line a layer. */
export function importPicture(): string {
  const width = Math.max(...IMPORT_TABLE.map(({ name }) => name.length));
  const lines = PARTS.flatMap((part) => [
    part,
    ...IMPORT_TABLE.filter((layer) => layer.part === part).map((layer) => {
      const lower = below(layer, IMPORT_TABLE).map(({ name }) => name);
      const all = layer.may === "*" ? `everything below in ${part}` : lower.join(", ");
      const may = layer.part === "tests" ? "everything" : all === "" ? "nothing" : all;
      return `  ${layer.name.padEnd(width)} → ${may}`;
    }),
  ]);
  return `\`\`\`\n${lines.join("\n")}\n\`\`\`\n`;
}
