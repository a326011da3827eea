// The latest revision of the alerts that were raised, for status, lamp and acknowledgement: the lamp
// blinks while one of weight is neither acknowledged nor older than the hold. Bounded; oldest go first.

import { type Alert, isIdOf, SEVERITY_RANK, type Severity } from "../ground/alert.ts";
import { keepNewest } from "../ground/newest.ts";
import { parseTime } from "../ground/time.ts";

/** Alerts kept for status and acknowledgement. */
const OPEN_MAX = 256;

interface Open {
  readonly alert: Alert;
  readonly time: bigint;
  acknowledged: boolean;
}

/** Alerts by id, newest last. */
export class OpenAlerts {
  private readonly open = new Map<string, Open>();

  /** Takes a new alert or a revision; a revision of higher severity needs a new acknowledgement. */
  take(alert: Alert): void {
    const before = this.open.get(alert.id);
    const worse =
      before === undefined || SEVERITY_RANK[alert.severity] > SEVERITY_RANK[before.alert.severity];
    const acknowledged = worse ? false : before.acknowledged;
    const open = { alert, time: parseTime(alert.time), acknowledged };
    keepNewest(this.open, alert.id, open, OPEN_MAX);
  }

  /** Acknowledges one alert by its id or short id, or all with null; returns those that were open. */
  acknowledge(id: string | null): Alert[] {
    const settled: Alert[] = [];
    for (const [key, open] of this.open) {
      if ((id !== null && !isIdOf(id, key)) || open.acknowledged) continue;
      open.acknowledged = true;
      settled.push(open.alert);
    }
    return settled;
  }

  /** True when an alert with this id or short id is remembered. */
  has(id: string): boolean {
    return [...this.open.keys()].some((key) => isIdOf(id, key));
  }

  /** The worst severity that still calls for attention; null when none does. `hold` in nanoseconds. */
  worst(now: bigint, hold: bigint): Severity | null {
    let worst: Severity | null = null;
    for (const { alert, time, acknowledged } of this.open.values()) {
      if (acknowledged || alert.verdict === "withdrawn" || now - time > hold) continue;
      if (worst === null || SEVERITY_RANK[alert.severity] > SEVERITY_RANK[worst]) {
        worst = alert.severity;
      }
    }
    return worst;
  }

  /** The last alerts, newest first. */
  recent(count: number): Alert[] {
    return [...this.open.values()]
      .slice(-count)
      .reverse()
      .map((open) => open.alert);
  }
}
