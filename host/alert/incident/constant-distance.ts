// G8: one device at a fixed place that speaks for many servers. Four connections or more to three networks
// or more, at different distances, all reset from one and the same other distance right after the house
// sent data. A reaper of idle connections at that distance explains it all and cancels the evidence.

import type { Adjustment, Sample } from "./sample.ts";

const CONNECTIONS_MIN = 4;
const NETWORKS_MIN = 3;
/** Hops: below this, load sharing and small route changes explain a difference. */
const DIFFERENCE_MIN = 3;
const LATENCY_MAX_US = 1_000_000;
const REASON = "idle-reaper";

function isAt(sample: Sample, hops: number): boolean {
  const { stage, benign, latencyUs } = sample.finding.segments;
  return (
    sample.resetHops === hops &&
    sample.farHops !== null &&
    Math.abs(sample.farHops - hops) >= DIFFERENCE_MIN &&
    (stage === "ack" || stage === "psh") &&
    (benign === "none" || benign === "unexplained") &&
    latencyUs > 0 &&
    latencyUs <= LATENCY_MAX_US
  );
}

/** True when distances differ: two at least are DIFFERENCE_MIN hops apart. */
function spread(samples: readonly Sample[]): boolean {
  const hops = samples.flatMap((sample) => sample.farHops ?? []);
  return Math.max(...hops) - Math.min(...hops) >= DIFFERENCE_MIN;
}

/** Connections reset from the distance of `sample`; or those it explains when it was idle. */
export function constantDistance(samples: readonly Sample[], sample: Sample): Adjustment[] {
  const hops = sample.resetHops;
  if (hops === null) return [];
  const reaper = sample.finding.segments.benign === "idle";
  if (!reaper && !isAt(sample, hops)) return []; // it changes nothing for any other
  const reaped = samples.some(
    (other) => other.finding.segments.benign === "idle" && other.resetHops === hops,
  );
  const same = samples.filter((other) => isAt(other, hops));
  if (reaped) {
    return same
      .filter((other) => other.record.added.has("fp-constant-distance"))
      .map((other) => ({ sample: other, cancel: ["fp-constant-distance"], reason: REASON }));
  }
  const networks = new Set(same.map((other) => other.network));
  if (same.length < CONNECTIONS_MIN || networks.size < NETWORKS_MIN || !spread(same)) return [];
  return same.map((other) => ({ sample: other, add: "fp-constant-distance" }));
}
