// Turns lines into standard output, where the disk may be full and the reader may have gone: then whoever
// runs decides what that means. A file is written line by line, so that it goes on where a disk has room
// again; a pipe or a terminal through Node's stream.

import { fstatSync, writeSync } from "node:fs";
import { isatty } from "node:tty";
import { codeOf } from "../ground/errors.ts";

const STANDARD_OUTPUT = 1;

/** Takes the code of the error with which a line could not be written. */
export type OnLost = (code: string) => void;

/** Codes that say that nobody will read any more. */
export const READER_GONE = ["EPIPE", "ERR_STREAM_DESTROYED", "ECONNRESET"];

function isFile(): boolean {
  try {
    const found = fstatSync(STANDARD_OUTPUT);
    return found.isFile() || (found.isCharacterDevice() && !isatty(STANDARD_OUTPUT));
  } catch {
    return false; // closed: the stream says so
  }
}

export class Output {
  /** Who decides; may be replaced. */
  onLost: OnLost;
  readonly #isFile = isFile();
  /** A full disk took the beginning of a line: the next one begins on its own. */
  #torn = false;

  constructor(onLost: OnLost) {
    this.onLost = onLost;
    if (this.#isFile) return;
    process.stdout.on("error", (error) => this.onLost(codeOf(error)));
  }

  /** Writes a line, without its end. */
  write(line: string): void {
    if (this.#isFile) this.#append(Buffer.from(`${this.#torn ? "\n" : ""}${line}\n`));
    else process.stdout.write(`${line}\n`);
  }

  #append(octets: Buffer): void {
    let written = 0;
    try {
      while (written < octets.length) {
        written += writeSync(STANDARD_OUTPUT, octets, written);
      }
      this.#torn = false;
    } catch (error) {
      this.#torn ||= written > 0;
      this.onLost(codeOf(error));
    }
  }
}
