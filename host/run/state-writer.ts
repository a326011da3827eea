// Writes down what was learnt and what was raised, when there is a folder for it. A full or read-only disk
// costs what could not be written, not the watch: it is told once, until writing works again.

import type { BaselineStore } from "../baseline/store.ts";
import { HostError } from "../ground/errors.ts";

export class StateWriter {
  readonly #store: BaselineStore | null;
  readonly #warn: (sentence: string) => void;
  #told = false;

  /** `warn` takes one sentence. */
  constructor(store: BaselineStore | null, warn: (sentence: string) => void) {
    this.#store = store;
    this.#warn = warn;
  }

  /** Whether the last write did not reach the disk. */
  get isFailing(): boolean {
    return this.#store?.isFailing ?? false;
  }

  /** Something may have changed at `time` (nanoseconds); `urgent` asks to write it soon. */
  offer(time: bigint, urgent: boolean): void {
    this.#keep(() => this.#store?.offer(time, urgent));
  }

  /** The same at the time of this machine. */
  offerNow(urgent: boolean): void {
    this.offer(BigInt(Date.now()) * 1_000_000n, urgent);
  }

  /** Writes what has changed; for the end. */
  flush(): void {
    this.#keep(() => this.#store?.flush());
  }

  #keep(write: () => void): void {
    try {
      write();
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      if (!this.#told) this.#warn(error.message);
      this.#told = true;
    }
    if (!this.isFailing) this.#told = false;
  }
}
