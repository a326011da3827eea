// Turns what a trapped inspector was looking at into files a person may send us: at most three, without
// payload, readable by their owner alone. Losing one costs nothing but a clue: failures are quiet.

import { unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { scrubBlock } from "./scrub.ts";

/** A ring block and its record headers, with room to spare; run_dir is memory on a router. */
const SIZE_MAX = 131_072;
const FILES_MAX = 3;
const MODE = 0o600;

export class CrashFile {
  readonly #folder: string;
  #written = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Writes crash-N.pcap, the oldest one's place taken by the fourth; its path, or null. */
  write(block: Uint8Array): string | null {
    const number = (this.#written % FILES_MAX) + 1;
    const path = join(this.#folder, `crash-${number}.pcap`);
    try {
      remove(path); // never through a link somebody else laid there
      writeFileSync(path, scrubBlock(block, SIZE_MAX), { mode: MODE, flag: "wx" });
      this.#written += 1;
      return path;
    } catch {
      return null;
    }
  }
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // not there
  }
}
