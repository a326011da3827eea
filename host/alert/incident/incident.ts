// Compares connections with each other: holds samples of the last 24 hours in a bounded table and asks
// every rule what a new one changes. Decides no verdict; the alert book applies the adjustments.
// Order of rules: what explains (route event) before what accuses.

import type { Verdict } from "../../ground/alert.ts";
import type { Finding } from "../../ground/finding.ts";
import { keepNewest } from "../../ground/newest.ts";
import { DAY_NANOSECONDS } from "../../ground/time.ts";
import type { FlowRecord } from "../record.ts";
import { constantDistance } from "./constant-distance.ts";
import { constantTuple } from "./constant-tuple.ts";
import { hasSucceeded, NameDifferential } from "./name-differential.ts";
import { repetition } from "./repetition.ts";
import { routeEvent, routeKept } from "./route-event.ts";
import { type Adjustment, apart, type Sample, sampleOf } from "./sample.ts";

/** Samples kept: more than a house has in a day, unless something is very wrong. */
const SAMPLES_MAX = 1024;

/** True when the segments of a connection say something that others could be compared with. */
function speaks({ segments }: Finding): boolean {
  const { weak, strong, conclusive, resetsToClient, resetsToServer } = segments;
  return weak.length + strong.length + conclusive.length + resetsToClient + resetsToServer > 0;
}

/** The table of samples. */
export class Incidents {
  private readonly samples = new Map<FlowRecord, Sample>();
  private readonly byName = new NameDifferential();

  /**
   * Takes a finding; returns what it changes, for any connection. `alone` gives the verdict without
   * comparison: most findings have nothing to compare, so it is asked only then.
   */
  observe(record: FlowRecord, finding: Finding, alone: () => Verdict): Adjustment[] {
    if (hasSucceeded(finding)) {
      const success = sampleOf(record, finding, alone());
      const recent = this.recent(success);
      return [...routeKept(recent, success), ...this.byName.succeed(recent, success)];
    }
    if (!speaks(finding)) return [];
    const sample = sampleOf(record, finding, alone());
    keepNewest(this.samples, record, sample, SAMPLES_MAX);
    const recent = this.recent(sample);
    return [
      ...routeEvent(recent, sample),
      ...routeKept(recent, sample),
      ...constantTuple(recent, sample),
      ...constantDistance(recent, sample),
      ...repetition(recent, sample),
      ...this.byName.observe(recent, sample),
    ];
  }

  /** Samples of a day around this one. Old ones go for good: the table is in order of arrival. */
  private recent(sample: Sample): Sample[] {
    for (const [record, other] of this.samples) {
      if (apart(other.time, sample.time) <= DAY_NANOSECONDS) break;
      this.samples.delete(record);
    }
    return [...this.samples.values()];
  }
}
