// G3: an unknown device that stamps the same header on every closing packet. The same telling
// identification and window on three connections or more in two networks or more is evidence for each.

import type { Adjustment, Sample } from "./sample.ts";

const CONNECTIONS_MIN = 3;
const NETWORKS_MIN = 2;

/** Filtered resets are explained, and a server whose own numbers never change proves nothing. */
function isOpen(sample: Sample): boolean {
  const { benign, fingerprint, farIpidVaries } = sample.finding.segments;
  return fingerprint === null && farIpidVaries && (benign === "none" || benign === "unexplained");
}

/** Connections that share the tuple of `sample`, once they are enough. */
export function constantTuple(samples: readonly Sample[], sample: Sample): Adjustment[] {
  if (sample.tuple === null || !isOpen(sample)) return [];
  const same = samples.filter((other) => other.tuple === sample.tuple && isOpen(other));
  const networks = new Set(same.map((other) => other.network));
  if (same.length < CONNECTIONS_MIN || networks.size < NETWORKS_MIN) return [];
  return same.map((other) => ({ sample: other, add: "fp-unknown-constant" }));
}
