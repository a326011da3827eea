// Writes down what was learnt and what was raised, when there is a folder for it. A full or read-only disk
// costs what could not be written, not the watch: it is told once, until writing works again.

import type { BaselineStore } from "../baseline/store.ts";
import { SEVERITY_RANK, type Severity } from "../ground/alert.ts";
import { HostError } from "../ground/errors.ts";

export class StateWriter {
  readonly #store: BaselineStore | null;
  readonly #warn: (sentence: string) => void;
  #told = false;
  #rank = -1;

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

  /**
   * The worst that waits for the owner has changed: where it is worse, or acknowledged, it is
   * written at once, for the lamp of the next start. That happens three times at most between two
   * acknowledgements, however many alerts a stranger provokes.
   */
  worstIs(severity: Severity | null): void {
    const rank = severity === null ? -1 : SEVERITY_RANK[severity];
    const isAnother = rank !== this.#rank;
    this.#rank = rank;
    if (isAnother) this.flush();
  }

  /** The same as offer() at the time of this machine. */
  offerNow(urgent: boolean): void {
    this.offer(BigInt(Date.now()) * 1_000_000n, urgent);
  }

  /** Writes what has changed, at once. */
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
