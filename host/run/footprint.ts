// Gives back the pages of Node's own program that only the start needed: tens of MiB of code that parsed,
// compiled and linked, and that a small router would otherwise carry as this process's own. They are
// clean, so nothing is written, and what is needed again is read again. Read madvise(2), proc(5) smaps.

import { readFileSync } from "node:fs";
import { discard } from "../tap/libc.ts";

/** A mapping's first line in smaps: range, rights, offset, device, inode, path. */
const MAPPING = /^([0-9a-f]+)-([0-9a-f]+) (\S{4}) \S+ \S+ \d+\s+(\S.*)$/;

/** A part of the program in memory: where it lies, and its size in octets. */
export interface Mapping {
  readonly at: bigint;
  readonly size: number;
}

/**
 * The parts of `program` in the text of smaps that cannot be written and of which nothing was written:
 * relocated tables are read-only, too, but what stands in them is in no file.
 */
export function cleanMappings(smaps: string, program: string): Mapping[] {
  const clean: Mapping[] = [];
  let open: Mapping | null = null;
  for (const line of smaps.split("\n")) {
    const [, from, to, rights = "", path] = MAPPING.exec(line) ?? [];
    if (from !== undefined && to !== undefined) {
      const at = BigInt(`0x${from}`);
      const ours = path === program && !rights.includes("w");
      open = ours ? { at, size: Number(BigInt(`0x${to}`) - at) } : null;
    }
    const dirty = /^Private_Dirty:\s+(\d+) kB$/.exec(line)?.[1];
    if (dirty === "0" && open !== null) clean.push(open);
  }
  return clean;
}

/** Gives the program's clean pages back to the kernel. What cannot be read or done is left as it is. */
export function releaseProgram(): void {
  let smaps: string;
  try {
    smaps = readFileSync("/proc/self/smaps", "utf8");
  } catch {
    return; // no proc here: the kernel takes them back when it must
  }
  for (const { at, size } of cleanMappings(smaps, process.execPath)) discard(at, size);
}
