// G4: a change of route looks like an injector that is nearer or farther than the server. Three
// connections or more to one network whose resets answer something, all with the same shift within ten
// seconds, are a route event: the shift and what arrived afterwards prove nothing for them. Only connections
// that were there before the first shift can have been moved by it.

import { type Adjustment, apart, type Sample } from "./sample.ts";

const CONNECTIONS_MIN = 3;
const WINDOW_NANOSECONDS = 10n * 1_000_000_000n;
const CANCELLED = ["rst-ttl-step", "rst-data-after"];
const REASON = "route-event";

function shiftOf(sample: Sample): number | null {
  const { resetTtl, farTtl, benign } = sample.finding.segments;
  if (resetTtl === 0 || farTtl === 0 || resetTtl === farTtl || benign !== "reactive") return null;
  return resetTtl - farTtl;
}

/**
 * Earlier connections to the same server that `sample` explains: begun after their resets, it is answered
 * from where those came from. The route had changed and stayed so.
 */
export function routeKept(samples: readonly Sample[], sample: Sample): Adjustment[] {
  const { synAckTtl } = sample.finding.segments;
  if (synAckTtl === 0) return [];
  return samples
    .filter(
      (other) =>
        other.remote === sample.remote &&
        other.finding.segments.resetTtl === synAckTtl &&
        shiftOf(other) !== null &&
        other.time < sample.finding.openTime,
    )
    .map((other) => ({ sample: other, cancel: CANCELLED, reason: REASON }));
}

/** Connections that `sample` explains as a route event. */
export function routeEvent(samples: readonly Sample[], sample: Sample): Adjustment[] {
  const shift = shiftOf(sample);
  if (shift === null) return [];
  const same = samples.filter(
    (other) =>
      other.network === sample.network &&
      shiftOf(other) === shift &&
      apart(other.time, sample.time) <= WINDOW_NANOSECONDS,
  );
  // A new connection that still began at the old distance shows that the route had not changed: what
  // goes on resetting connections of before and after alike is no route event.
  const older = same.filter(({ finding }) => same.every(({ time }) => finding.openTime <= time));
  if (older.length < CONNECTIONS_MIN || !older.includes(sample)) return [];
  return older.map((other) => ({ sample: other, cancel: CANCELLED, reason: REASON }));
}
