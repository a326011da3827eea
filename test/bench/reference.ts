// The C programs in reference/ → executables in build/bench. Each is compiled when its source is
// newer than its executable. A program that cannot be built is named with the reason; the bench
// then goes on without it.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { FOLDER } from "./traffic.ts";

const SOURCES = fileURLToPath(new URL("./reference/", import.meta.url));
const LIBRARIES: Readonly<Record<string, readonly string[]>> = { count: ["-lpcap"] };

/** The path of a built program, or null after saying on stderr why there is none. */
export function reference(name: string): string | null {
  const source = join(SOURCES, `${name}.c`);
  const program = join(FOLDER, name);
  if (existsSync(program) && statSync(program).mtimeMs > statSync(source).mtimeMs) return program;
  mkdirSync(FOLDER, { recursive: true });
  const libraries = LIBRARIES[name] ?? [];
  let built = compile(source, program, libraries);
  if (built !== "" && libraries.includes("-lpcap") && installPcap()) {
    built = compile(source, program, libraries);
  }
  if (built === "") return program;
  process.stderr.write(`bench: ${name}.c cannot be compiled: ${built.split("\n", 1)[0]}\n`);
  return null;
}

function compile(source: string, program: string, libraries: readonly string[]): string {
  const words = ["-O2", "-Wall", "-Wextra", "-o", program, source, ...libraries];
  const result = spawnSync("cc", words, { encoding: "utf8" });
  if (result.error) return result.error.message;
  return result.status === 0 ? "" : result.stderr;
}

/** libpcap's header files, where the system has apt and lets us. */
function installPcap(): boolean {
  process.stderr.write(
    "bench: libpcap's header files are missing; trying apt-get install libpcap-dev\n",
  );
  return spawnSync("apt-get", ["install", "-y", "-qq", "libpcap-dev"]).status === 0;
}
