// Where the private corpus of cases and captures lies: the folder STRIPLIGHT_CORPUS names, else
// `shared` beside the project. Nothing of it is part of the project; tests over it are only there
// when it is.

import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const BESIDE = fileURLToPath(new URL("../../../shared", import.meta.url));
const FOLDER = resolve(process.env.STRIPLIGHT_CORPUS ?? BESIDE);

/** The path of a file or folder of the corpus, or null where there is none. */
export function corpusPath(...parts: readonly string[]): string | null {
  const path = join(FOLDER, ...parts);
  return existsSync(path) ? path : null;
}
