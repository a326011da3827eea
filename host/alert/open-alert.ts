// The latest revision of the alerts that were raised, for status, lamp and acknowledgement: the lamp
// blinks while one of weight is neither acknowledged nor older than the hold. Bounded; what waits for nobody
// goes first. Kept over a restart. An age is time watched, not the difference of two clocks: a router that
// boots in 1970 and learns the time later must not end an alarm with that.

import { type Alert, isIdOf, SEVERITY_RANK, type Severity } from "../ground/alert.ts";
import { type OpenAlert, readOpenAlert } from "./alert-record.ts";

/** Alerts kept for status and acknowledgement, and how many of them are written down: 64 KiB of flash. */
const OPEN_MAX = 256;
const KEPT_MAX = 64;

interface Open {
  readonly alert: Alert;
  acknowledged: boolean;
  /** The clock's reading when it was taken; for one read back, so much earlier as it was old. */
  readonly since: number;
}

function waits({ alert, acknowledged }: Open): boolean {
  return !acknowledged && alert.verdict !== "withdrawn";
}

/** Who goes first when there are too many: what waits for nobody, then what weighs least. */
function weight(open: Open): number {
  return waits(open) ? 1 + SEVERITY_RANK[open.alert.severity] : 0;
}

/** Alerts by id, newest last. */
export class OpenAlerts {
  private readonly open = new Map<string, Open>();
  private readonly clock: () => number;
  private changed = false;
  /** How long an alert calls for its owner, in milliseconds. */
  hold = Number.POSITIVE_INFINITY;

  /** `clock` gives milliseconds and never goes back. */
  constructor(clock: () => number = () => performance.now()) {
    this.clock = clock;
  }

  /** Takes a new alert or a revision; a revision of higher severity needs a new acknowledgement. */
  take(alert: Alert): void {
    const before = this.open.get(alert.id);
    const worse =
      before === undefined || SEVERITY_RANK[alert.severity] > SEVERITY_RANK[before.alert.severity];
    this.put({ alert, since: this.clock(), acknowledged: worse ? false : before.acknowledged });
    this.changed = true;
  }

  /** Acknowledges one alert by its id or short id, or all with null; returns those that were open. */
  acknowledge(id: string | null): Alert[] {
    const settled: Alert[] = [];
    for (const [key, open] of this.open) {
      if ((id !== null && !isIdOf(id, key)) || open.acknowledged) continue;
      open.acknowledged = true;
      this.changed = true;
      settled.push(open.alert);
    }
    return settled;
  }

  /** The ids of remembered alerts that an id or short id may mean. */
  named(id: string): string[] {
    return [...this.open.keys()].filter((key) => key === id || isIdOf(id, key));
  }

  /** The worst severity that still calls for attention; null when none does. */
  worst(): Severity | null {
    return this.calling().reduce<Severity | null>(
      (worst, { severity }) =>
        worst === null || SEVERITY_RANK[severity] > SEVERITY_RANK[worst] ? severity : worst,
      null,
    );
  }

  /** Alerts that wait for the owner and are not older than the hold, oldest first. */
  calling(): Alert[] {
    const oldest = this.clock() - this.hold;
    const calling = [...this.open.values()].filter((open) => waits(open) && open.since >= oldest);
    return calling.map(({ alert }) => alert);
  }

  /** The last alerts, newest first. */
  recent(count: number): OpenAlert[] {
    const now = this.clock();
    return [...this.open.values()]
      .slice(-count)
      .reverse()
      .map(({ alert, acknowledged, since }) => ({ alert, acknowledged, age: now - since }));
  }

  /** True when there is something to write: a change, or an alert that calls and grows older. */
  get isChanged(): boolean {
    return this.changed || this.calling().length > 0;
  }

  /** The newest, those that wait before all others, with their ages. */
  snapshot(): unknown {
    this.changed = false;
    const now = this.clock();
    const ranked = [...this.open.values()].reverse().sort((a, b) => weight(b) - weight(a));
    const chosen = new Set(ranked.slice(0, KEPT_MAX));
    return [...this.open.values()]
      .filter((open) => chosen.has(open))
      .map(({ alert, acknowledged, since }) => ({ alert, acknowledged, age: now - since }));
  }

  /** @throws Error when the value is not a snapshot. */
  restore(value: unknown): void {
    if (!Array.isArray(value)) throw new Error("its alerts do not have the expected shape");
    for (const row of value.slice(-KEPT_MAX)) {
      const { alert, acknowledged, age } = readOpenAlert(row);
      this.put({ alert, acknowledged, since: this.clock() - age });
    }
  }

  private put(open: Open): void {
    this.open.delete(open.alert.id);
    this.open.set(open.alert.id, open);
    if (this.open.size <= OPEN_MAX) return;
    const lightest = [...this.open.values()].reduce((a, b) => (weight(b) < weight(a) ? b : a));
    this.open.delete(lightest.alert.id);
  }
}
