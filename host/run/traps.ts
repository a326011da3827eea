// Counts how often the inspector trapped and says when it is not replaced once more. Asks no clock.

/** The third trap within this time ends the watch: something is wrong that a restart does not mend. */
const TRAP_WINDOW_MS = 600_000;
const TRAPS_MAX = 3;

/** How often the inspector trapped, and whether it may be replaced once more. */
export class Traps {
  readonly #times: number[] = [];
  #isLast = false;

  /** A trap at `now` (ms); one that cannot be explained is the last at once. */
  note(now: number, explained: boolean): void {
    this.#times.push(now);
    const recent = this.#times.filter((time) => now - time < TRAP_WINDOW_MS).length;
    this.#isLast = recent >= TRAPS_MAX || !explained;
  }

  get isLast(): boolean {
    return this.#isLast;
  }

  get count(): number {
    return this.#times.length;
  }
}
