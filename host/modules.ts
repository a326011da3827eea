// Where the built WebAssembly modules lie: beside the bundle.

import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Path of a built module, such as "judge.wasm". */
export function modulePath(name: string): string {
  return join(dirname(fileURLToPath(import.meta.url)), name);
}
