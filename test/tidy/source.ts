// The repository as the tidy tests read it: committed and new files, their lines, what they import.
// Only text; nothing is compiled or run.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

export interface Source {
  /** Path from the root. */
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
}

/** Files git knows or would add, that exist, by the ends of their names. */
export function sources(...ends: readonly string[]): Source[] {
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  return [...new Set(listed.split("\n"))]
    .filter((path) => ends.some((end) => path.endsWith(end)))
    .sort()
    .flatMap(readSource);
}

function readSource(path: string): Source[] {
  try {
    const text = readFileSync(join(ROOT, path), "utf8");
    return [{ path, text, lines: text.split("\n") }];
  } catch {
    return []; // listed, but deleted in the work tree
  }
}

const IMPORT = /^(?:import|export)\b[^;"]*?\bfrom\s+"([^"]+)"|^import\s+"([^"]+)"/gm;
const DYNAMIC = /\bimport\(\s*"([^"]+)"\s*\)/g;

/** Paths of the project's own files that a source imports, with the `.ts` that assembly leaves out. */
export function importsOf(source: Source): string[] {
  const found = [...source.text.matchAll(IMPORT), ...source.text.matchAll(DYNAMIC)];
  return found
    .map((match) => match[1] ?? match[2] ?? "")
    .filter((name) => name.startsWith("."))
    .map((name) => normalize(join(dirname(source.path), name)))
    .map((path) => (/\.\w+$/.test(path) ? path : `${path}.ts`));
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
