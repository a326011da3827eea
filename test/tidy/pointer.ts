// What comments and documents point to: files that exist, rules that have a page, no sections of texts a
// stranger does not have.

import { basename } from "node:path";
import type { Source } from "./source.ts";

/** A path or file name of the kinds the repository holds. */
const FILE_NAME =
  /(?<![\w/.:*-])((?:[\w.-]+\/)*[\w.-]+\.(?:ts|md|scn|c|sh|pcap|pcapng|json|mk))\b/g;
/** Words that only mean something beside another text. */
const ELSEWHERE = /\b(?:filters? of )?[a-f]\.\d+(?:\.\d+)?\b|\bdetection: /;
const RULE = /(?<![\w.])([FG]\d{1,2})(?!\w)/g;
const COMMENT = /\/\/.*|\/\*[\s\S]*?\*\//g;

/** Comments of a source, each with its line. */
function comments(source: Source): { line: number; text: string }[] {
  if (!source.path.endsWith(".ts")) return [];
  const code = source.text.replace(/"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g, (text) =>
    text.replace(/[^\n]/g, " "),
  );
  return [...code.matchAll(COMMENT)].map((match) => ({
    line: source.text.slice(0, match.index).split("\n").length,
    text: match[0],
  }));
}

/** True when the repository holds the file: by its path, by the end of it, or by its name. */
function holds(paths: readonly string[], named: string): boolean {
  const plain = named.replace(/^(?:\.\.?\/)+/, "");
  if (plain.includes("/"))
    return paths.some((path) => path === plain || path.endsWith(`/${plain}`));
  return paths.some((path) => basename(path) === plain);
}

/** File names in comments of the sources that no path ends with; `made` are names of files made elsewhere. */
export function lostInComments(
  sources: readonly Source[],
  paths: readonly string[],
  made: ReadonlySet<string>,
): string[] {
  return sources.flatMap((source) =>
    comments(source).flatMap(({ line, text }) =>
      [...text.matchAll(FILE_NAME)]
        .map(([, name = ""]) => name)
        .filter((name) => !made.has(name) && !holds(paths, name))
        .map((name) => `${source.path}:${line}: ${name}`),
    ),
  );
}

/** Comments that point to sections of a text outside, or to a rule without a heading in `rules`. */
export function lostSections(sources: readonly Source[], rules: string): string[] {
  const known = new Set([...rules.matchAll(RULE)].map(([, rule]) => rule));
  return sources.flatMap((source) =>
    comments(source).flatMap(({ line, text }) => {
      const unknown = [...text.matchAll(RULE)].filter(([, rule]) => !known.has(rule));
      const outside = ELSEWHERE.exec(text)?.[0];
      return [...unknown.map(([rule]) => rule), ...(outside === undefined ? [] : [outside])].map(
        (what) => `${source.path}:${line}: ${what}`,
      );
    }),
  );
}

/** Files that documents name and the repository does not hold. */
export function lostInDocuments(
  documents: readonly Source[],
  paths: readonly string[],
  made: ReadonlySet<string>,
): string[] {
  return documents.flatMap((document) =>
    document.lines.flatMap((text, index) =>
      [...text.matchAll(FILE_NAME)]
        .map(([, name = ""]) => name)
        .filter((name) => !made.has(name) && !holds(paths, name))
        .map((name) => `${document.path}:${index + 1}: ${name}`),
    ),
  );
}
