// Turns alerts into JSON lines in a file: rotated when it would exceed 1 MiB, two older ones kept.
// The file is opened while its folder may still be written; a full disk costs lines, counted, not
// the watch.

import { closeSync, fstatSync, openSync, renameSync, writeSync } from "node:fs";
import type { Alert } from "../ground/alert.ts";
import { EXIT, HostError } from "../ground/errors.ts";
import { formatAlert } from "../text/alert-json.ts";

/** The contract's figures: a router's flash is small. */
const SIZE_MAX = 1_048_576;
const KEPT = 2;
/** Readable by the owner's group, for collectors of its own. */
const MODE = 0o640;

export class AlertFile {
  readonly #path: string;
  #descriptor = -1;
  #size = 0;
  #dropped = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** Lines that could not be written. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Opens the file for appending. Throws HostError 77 when that is not permitted. */
  start(): void {
    try {
      this.#open();
    } catch (error) {
      const cause = error instanceof Error && "code" in error ? String(error.code) : "failed";
      throw new HostError(
        EXIT.noPermission,
        `option alert_file: ${this.#path} cannot be written (${cause}).`,
      );
    }
  }

  write(alert: Alert): void {
    const line = Buffer.from(`${formatAlert(alert)}\n`);
    try {
      if (this.#size + line.length > SIZE_MAX) this.#rotate();
      writeSync(this.#descriptor, line);
      this.#size += line.length;
    } catch {
      this.#dropped += 1;
    }
  }

  stop(): void {
    if (this.#descriptor >= 0) closeSync(this.#descriptor);
    this.#descriptor = -1;
  }

  #open(): void {
    this.#descriptor = openSync(this.#path, "a", MODE);
    this.#size = fstatSync(this.#descriptor).size;
  }

  #rotate(): void {
    this.stop();
    for (let age = KEPT - 1; age >= 0; age -= 1) {
      const from = age === 0 ? this.#path : `${this.#path}.${age}`;
      try {
        renameSync(from, `${this.#path}.${age + 1}`);
      } catch {
        // not there yet
      }
    }
    this.#open();
  }
}
