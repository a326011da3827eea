// G1, G5: the same injector again and again. Three or more likely connections in 24 hours with one header
// tuple, in two networks or more, make the incident proven. What fails within 180 s of such a connection
// at the same address belongs to the same incident and does not count again.

import { VERDICT_RANK } from "../../ground/alert.ts";
import { type Adjustment, apart, type Sample } from "./sample.ts";

const CONNECTIONS_MIN = 3;
const NETWORKS_MIN = 2;
/** Filters go on blocking an address for 60 to 90 s after a hit; 180 s covers a repetition of it. */
const RESIDUAL_NANOSECONDS = 180n * 1_000_000_000n;

function isResidual(sample: Sample, counted: readonly Sample[]): boolean {
  return counted.some(
    (earlier) =>
      earlier.remote === sample.remote &&
      earlier.port === sample.port &&
      apart(earlier.time, sample.time) <= RESIDUAL_NANOSECONDS,
  );
}

/** Connections that `sample` completes to a proven incident. `samples` are those of the last 24 hours. */
export function repetition(samples: readonly Sample[], sample: Sample): Adjustment[] {
  if (sample.tuple === null || VERDICT_RANK[sample.alone] < VERDICT_RANK.likely) return [];
  const same = samples.filter(
    (other) => other.tuple === sample.tuple && VERDICT_RANK[other.alone] >= VERDICT_RANK.likely,
  );
  const counted: Sample[] = [];
  for (const other of same) {
    if (!isResidual(other, counted)) counted.push(other);
  }
  const networks = new Set(counted.map((other) => other.network));
  if (counted.length < CONNECTIONS_MIN || networks.size < NETWORKS_MIN) return [];
  return same.map((other) => ({ sample: other, raise: "proven" as const }));
}
