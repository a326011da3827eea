// Compiles AssemblyScript sources for tests: the probes that must not compile, and the inspector with
// a planted fault. Runs the project's own compiler, in a folder of its own under build/.

import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const COMPILER = join(ROOT, "node_modules/assemblyscript/bin/asc");

export interface Compilation {
  readonly status: number;
  /** What the compiler said. */
  readonly said: string;
}

/** An empty folder for one test's sources. */
export function compilerFolder(name: string): string {
  const folder = join(ROOT, "build/test", name);
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Runs the compiler in a folder; it reads the asconfig.json there, if any. */
export function compile(folder: string, options: readonly string[]): Promise<Compilation> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [COMPILER, ...options], { cwd: folder });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (octets: Buffer) => {
        said += octets.toString("utf8");
      });
    }
    child.on("error", reject);
    child.on("close", (status) => resolve({ status: status ?? 1, said }));
  });
}
