// Turns alerts into JSON lines in a file: rotated when it would exceed 1 MiB, two older ones kept. Opened,
// rotated and reopened with the rights the watch keeps, never with more. A line that cannot be written costs
// that line: it is counted, its cause told once, and the next line tries again.

import {
  closeSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  openSync,
  renameSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import type { Alert } from "../ground/alert.ts";
import { codeOf } from "../ground/errors.ts";
import { writingRefused } from "../ground/folder.ts";
import { formatAlert } from "../text/alert-json.ts";

/** The contract's figures: a router's flash is small. */
const SIZE_MAX = 1_048_576;
const KEPT = 2;
/** Readable by the owner's group, for collectors of its own. */
const MODE = 0o640;

/** What a status shows of the file. */
export interface AlertFileStatus {
  readonly path: string;
  /** Lines that could not be written since the start. */
  readonly lost: number;
  /** Why the last line could not be written, as an error code; null while all is well. */
  readonly failing: string | null;
}

/**
 * Why alerts cannot be kept at a path with the rights of the moment, in words behind "option alert_file: it";
 * null where they can. The file is rotated: its folder must be writable as well.
 */
export function alertFileRefused(path: string): string | null {
  const folder = dirname(path);
  if (existsSync(path)) {
    if (!statSync(path).isFile()) return "is not a file";
    try {
      closeSync(openSync(path, "a"));
    } catch (error) {
      return `cannot be written (${codeOf(error)})`;
    }
  }
  const code = writingRefused(folder);
  return code === null ? null : `cannot be rotated, for ${folder} cannot be written (${code})`;
}

export class AlertFile {
  readonly path: string;
  readonly #report: (sentence: string) => void;
  #descriptor = -1;
  #size = 0;
  #lost = 0;
  #failing: string | null = null;

  /** `report` takes one sentence when writing begins to fail, and one when it works again. */
  constructor(path: string, report: (sentence: string) => void) {
    this.path = path;
    this.#report = report;
  }

  status(): AlertFileStatus {
    return { path: this.path, lost: this.#lost, failing: this.#failing };
  }

  /** Opens the file anew, under its name: for the start, and after somebody else moved it away. */
  open(): void {
    this.stop();
    try {
      this.#open();
      this.#recovered();
    } catch (error) {
      this.#fail(error);
    }
  }

  write(alert: Alert): void {
    const line = Buffer.from(`${formatAlert(alert)}\n`);
    try {
      if (this.#descriptor < 0) this.#open();
      if (this.#size + line.length > SIZE_MAX) this.#rotate();
      this.#append(line);
      this.#recovered();
    } catch (error) {
      this.#lost += 1;
      this.#fail(error);
    }
  }

  stop(): void {
    if (this.#descriptor >= 0) closeSync(this.#descriptor);
    this.#descriptor = -1;
  }

  #open(): void {
    this.#descriptor = openSync(this.path, "a", MODE);
    this.#size = fstatSync(this.#descriptor).size;
  }

  /** A full disk takes half a line: what is there of it goes again, for every line is an object. */
  #append(line: Buffer): void {
    let written = 0;
    try {
      while (written < line.length) written += writeSync(this.#descriptor, line, written);
      this.#size += line.length;
    } catch (error) {
      if (written > 0) ftruncateSync(this.#descriptor, this.#size);
      throw error;
    }
  }

  /** The file is closed only when it has its new name: where renaming fails nothing is lost of it. */
  #rotate(): void {
    for (let age = KEPT - 1; age >= 0; age -= 1) {
      const from = age === 0 ? this.path : `${this.path}.${age}`;
      if (existsSync(from)) renameSync(from, `${this.path}.${age + 1}`);
    }
    this.stop();
    this.#open();
  }

  #fail(error: unknown): void {
    const code = codeOf(error);
    if (this.#failing === null) {
      this.#report(`alerts cannot be written to ${this.path} (${code}); the watch goes on.`);
    }
    this.#failing = code;
  }

  #recovered(): void {
    if (this.#failing === null) return;
    this.#failing = null;
    this.#report(
      `alerts are written to ${this.path} again; ${this.#lost} were lost since the start.`,
    );
  }
}
