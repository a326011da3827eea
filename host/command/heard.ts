// What becomes of a watch whose standard output takes no more: it never ends for a full disk, and for a
// reader that went away only where nobody else would hear an alarm.

import type { Config } from "../config/schema.ts";
import { READER_GONE } from "./output.ts";

export interface HeardRequest {
  /** The configuration in force. */
  readonly config: () => Config;
  readonly diagnostic: (sentence: string) => void;
  /** Nobody would hear an alarm any more. */
  readonly onNobody: () => void;
}

export class Heard {
  readonly #request: HeardRequest;
  #failing: string | null = null;
  #gone = false;

  constructor(request: HeardRequest) {
    this.#request = request;
  }

  /** Whether it makes sense to print at all. */
  get isRead(): boolean {
    return !this.#gone;
  }

  /** A line was lost, for an error of this code. */
  lost(code: string): void {
    if (READER_GONE.includes(code)) this.#readerGone();
    else if (this.#failing !== code) {
      this.#failing = code; // told once: a disk stays full for long
      this.#request.diagnostic(`standard output cannot be written (${code}); the watch goes on.`);
    }
  }

  #readerGone(): void {
    if (this.#gone) return;
    this.#gone = true;
    const { led, collectors, alertFile } = this.#request.config();
    if (led === null && collectors.length === 0 && alertFile === null) {
      this.#request.onNobody();
      return;
    }
    this.#request.diagnostic("nobody reads the alerts here any more; the watch goes on.");
  }
}
