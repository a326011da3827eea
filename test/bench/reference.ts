// The C programs in reference/ → executables in build/bench. Each is compiled when its source is
// newer than its executable. A program that cannot be built is named with the reason; the bench
// then goes on without it.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { FOLDER } from "./traffic.ts";

const SOURCES = fileURLToPath(new URL("./reference", import.meta.url));
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

/**
 * The path of a program that needs no shared library, for a guest of that family; throws when it
 * cannot be built. `pcap` is the folder into which libpcap's development package was unpacked.
 */
export function staticReference(name: string, family: string, pcap: string): string {
  const source = join(SOURCES, `${name}.c`);
  const program = join(FOLDER, `${name}-${family}`);
  mkdirSync(FOLDER, { recursive: true });
  const archive = join(pcap, `usr/lib/${family}-linux-gnu/libpcap.a`);
  // Its live half stands on libraries Debian has no archives of; reading a file calls none of them.
  const reading = [
    `-I${join(pcap, "usr/include")}`,
    archive,
    "-Wl,--unresolved-symbols=ignore-all",
  ];
  const words = ["-static", ...(name in LIBRARIES ? reading : [])];
  const said = compile(source, program, words, `${family}-linux-gnu-gcc`);
  if (said !== "") throw new Error(`${name}.c cannot be compiled for ${family}: ${said}`);
  return program;
}

function compile(
  source: string,
  program: string,
  libraries: readonly string[],
  compiler = "cc",
): string {
  const words = ["-O2", "-Wall", "-Wextra", "-o", program, source, ...libraries];
  const result = spawnSync(compiler, words, { encoding: "utf8" });
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
