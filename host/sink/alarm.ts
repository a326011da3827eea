// Turns alerts, acknowledgements and the passing of time into one fact: does anything still wait
// for the owner. The lamp blinks fast while it does. Does not know the lamp.

import type { Alert } from "../alert/alert.ts";

/** How many alerts can wait at once; more change nothing that an owner sees. */
const WAITING_MAX = 1_024;

export class Alarm {
  readonly #hold: number;
  readonly #waiting = new Map<string, number>();

  /** `hold`: milliseconds after which an alert no longer counts, acknowledged or not. */
  constructor(hold: number) {
    this.#hold = hold;
  }

  /** Takes an alert in, or a withdrawal of it; `now` in milliseconds of any steady clock. */
  raise(alert: Alert, now: number): void {
    const alarming = alert.severity === "critical" || alert.severity === "warning";
    if (alert.verdict === "withdrawn") this.#waiting.delete(alert.id);
    else if (alarming && (this.#waiting.has(alert.id) || this.#waiting.size < WAITING_MAX)) {
      this.#waiting.set(alert.id, now);
    }
  }

  /** Marks one alert, or with null every alert, as seen; returns how many were waiting. */
  acknowledge(id: string | null): number {
    if (id !== null) return this.#waiting.delete(id) ? 1 : 0;
    const count = this.#waiting.size;
    this.#waiting.clear();
    return count;
  }

  /** The ids that still wait. */
  waiting(now: number): readonly string[] {
    for (const [id, since] of this.#waiting) {
      if (now - since >= this.#hold) this.#waiting.delete(id);
    }
    return [...this.#waiting.keys()];
  }
}
