// Keeps the network log quiet: the same (operator, port, evidence, side) is sent once in 24 hours, and
// the next one says how many were held back. Everything else passes. Bounded; time is the alert's.

import { registrableDomain } from "../baseline/operator.ts";
import type { Alert } from "../ground/alert.ts";
import { keepNewest } from "../ground/newest.ts";
import { DAY_NANOSECONDS, parseTime } from "../ground/time.ts";

const KEYS_MAX = 1024;

interface Sent {
  readonly time: bigint;
  held: number;
}

/** What to do with an alert: send it with this count, or hold it back. */
export interface Admission {
  readonly send: boolean;
  /** Alerts with the same key that were held back since the last one sent. */
  readonly repeated: number;
}

/** What makes two alerts alike for whoever reads the log. */
function keyOf({ flow, serverName, evidence, side }: Alert): string {
  const operator = serverName === null ? flow.server : registrableDomain(serverName);
  return [operator, flow.serverPort, evidence.join(","), side].join(" ");
}

/** The memory of what was sent. */
export class Repeats {
  private readonly sent = new Map<string, Sent>();
  private changed = false;

  /** Asks once per alert. A withdrawal always passes: it takes back what was sent. */
  admit(alert: Alert): Admission {
    if (alert.verdict === "withdrawn") return { send: true, repeated: 0 };
    const key = keyOf(alert);
    const time = parseTime(alert.time);
    const before = this.sent.get(key);
    this.changed = true;
    // A clock that was set back by more than a day says nothing of how long ago that was.
    const apart = before === undefined ? DAY_NANOSECONDS : time - before.time;
    if (before !== undefined && apart < DAY_NANOSECONDS && apart > -DAY_NANOSECONDS) {
      before.held++;
      return { send: false, repeated: before.held };
    }
    keepNewest(this.sent, key, { time, held: 0 }, KEYS_MAX);
    return { send: true, repeated: before?.held ?? 0 };
  }

  /** Of these the newest of each key, with how often its like was told or held back so far: at least once. */
  again(alerts: readonly Alert[]): (readonly [Alert, number])[] {
    const newest = new Map(alerts.map((alert) => [keyOf(alert), alert]));
    return [...newest].map(([key, alert]) => [alert, 1 + (this.sent.get(key)?.held ?? 0)]);
  }

  /** True when there is something to write since the last snapshot. */
  get isChanged(): boolean {
    return this.changed;
  }

  snapshot(): unknown {
    this.changed = false;
    return [...this.sent].map(([key, { time, held }]) => [key, time.toString(), held]);
  }

  /** @throws Error when the value is not a snapshot. */
  restore(value: unknown): void {
    if (!Array.isArray(value)) throw new Error("its repeats do not have the expected shape");
    for (const row of value.slice(-KEYS_MAX)) {
      const [key, time, held]: unknown[] = Array.isArray(row) ? row : [];
      if (typeof key !== "string" || typeof time !== "string" || typeof held !== "number") {
        throw new Error("its repeats do not have the expected shape");
      }
      this.sent.set(key, { time: BigInt(time), held });
    }
  }
}
