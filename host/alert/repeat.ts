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

/** The memory of what was sent. */
export class Repeats {
  private readonly sent = new Map<string, Sent>();
  private changed = false;

  /** Asks once per alert. A withdrawal always passes: it takes back what was sent. */
  admit(alert: Alert): Admission {
    if (alert.verdict === "withdrawn") return { send: true, repeated: 0 };
    const { flow, serverName } = alert;
    const operator = serverName === null ? flow.server : registrableDomain(serverName);
    const key = [operator, flow.serverPort, alert.evidence.join(","), alert.side].join(" ");
    const time = parseTime(alert.time);
    const before = this.sent.get(key);
    this.changed = true;
    if (before !== undefined && time - before.time < DAY_NANOSECONDS) {
      before.held++;
      return { send: false, repeated: before.held };
    }
    keepNewest(this.sent, key, { time, held: 0 }, KEYS_MAX);
    return { send: true, repeated: before?.held ?? 0 };
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
