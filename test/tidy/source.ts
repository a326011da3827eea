// The checkout as the tidy tests read it: its files, their lines, what they import.
// Only text; nothing is compiled or run.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

export interface Source {
  /** Path from the root. */
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
}

/** Folders and files of the root that no commit holds: what .gitignore names, and git's own. */
const IGNORED = new Set([
  ".git",
  ...readFileSync(join(ROOT, ".gitignore"), "utf8")
    .split("\n")
    .map((line) => line.replace(/^\/|\/$/g, "")),
]);

/** Files of the checkout by the ends of their names, sorted. An unpacked archive has no git to ask. */
export function sources(...ends: readonly string[]): Source[] {
  return readdirSync(ROOT)
    .filter((name) => !IGNORED.has(name))
    .flatMap(files)
    .filter((path) => ends.some((end) => path.endsWith(end)))
    .sort()
    .map((path) => {
      const text = readFileSync(join(ROOT, path), "utf8");
      return { path, text, lines: text.split("\n") };
    });
}

function files(path: string): string[] {
  if (!statSync(join(ROOT, path)).isDirectory()) return [path];
  return readdirSync(join(ROOT, path)).flatMap((name) => files(`${path}/${name}`));
}

const CLAUSE =
  /^(?:import|export)\s+(?:type\s+)?(?:\w+,\s*)?(?:\{([^}]*)\}|\*(?: as \w+)?)\s*from\s+"([^"]+)"/gm;

/** `const { name } = await import("…")`: brought in when a command runs. */
const LATE_CLAUSE = /\bconst \{([^}]*)\} = await import\(\s*"([^"]+)"/g;

function resolved(source: Source, name: string): string {
  const path = normalize(join(dirname(source.path), name));
  return /\.\w+$/.test(path) ? path : `${path}.ts`;
}

/** What a source imports or hands on by name from the project's own files, as `path NAME`. */
export function importedNames(source: Source): string[] {
  const clauses = [...source.text.matchAll(CLAUSE), ...source.text.matchAll(LATE_CLAUSE)];
  return clauses.flatMap(([, names = "", from = ""]) =>
    names
      .split(",")
      .map((name) =>
        name
          .trim()
          .replace(/^type\s+/, "")
          .replace(/\s+as\s+\w+$/, ""),
      )
      .filter((name) => name !== "" && from.startsWith("."))
      .map((name) => `${resolved(source, from)} ${name}`),
  );
}

const IMPORT = /^(?:import|export)\b[^;"]*?\bfrom\s+"([^"]+)"|^import\s+"([^"]+)"/gm;
const DYNAMIC = /\bimport\(\s*"([^"]+)"\s*\)/g;

/** Paths of the project's own files that a source imports, with the `.ts` that assembly leaves out. */
export function importsOf(source: Source): string[] {
  const found = [...source.text.matchAll(IMPORT), ...source.text.matchAll(DYNAMIC)];
  return found
    .map((match) => match[1] ?? match[2] ?? "")
    .filter((name) => name.startsWith("."))
    .map((name) => resolved(source, name));
}

/** The code without comments, in which strings stand as they are. */
export function codeText(source: Source): string {
  return source.text.replace(/\/\*[\s\S]*?\*\/|("(?:[^"\\\n]|\\.)*")|\/\/[^\n]*/g, "$1");
}

/** Lines without comments and string contents, for rules about code. Line numbers stay. */
export function codeLines(source: Source): string[] {
  let inBlock = false;
  return source.lines.map((line) => {
    let code = "";
    for (let at = 0; at < line.length; ) {
      if (inBlock) {
        const end = line.indexOf("*/", at);
        if (end < 0) return code;
        inBlock = false;
        at = end + 2;
      } else if (line.startsWith("//", at)) {
        return code;
      } else if (line.startsWith("/*", at)) {
        inBlock = true;
        at += 2;
      } else if (line[at] === '"') {
        const end = /"(?:[^"\\]|\\.)*"/y;
        end.lastIndex = at;
        const match = end.exec(line);
        code += '""';
        at = match === null ? line.length : end.lastIndex;
      } else {
        code += line[at++];
      }
    }
    return code;
  });
}
