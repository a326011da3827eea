// One connection as comparison between connections sees it: where it went, how its reset looked, how it
// was judged alone. Turns a finding into that sample; compares nothing.

import { networkOf } from "../../ground/address.ts";
import type { Verdict } from "../../ground/alert.ts";
import type { Finding } from "../../ground/finding.ts";
import type { FlowRecord } from "../record.ts";

/** Initial hop counts of the systems in use: Linux and Apple, Windows, network gear. */
const INITIAL_HOP_COUNTS = [64, 128, 255];

/** A connection whose segments said something. */
export interface Sample {
  readonly record: FlowRecord;
  readonly finding: Finding;
  /** When it happened, nanoseconds. */
  readonly time: bigint;
  /** The far end, and its /24 or /48. */
  readonly remote: string;
  readonly network: string;
  readonly port: number;
  readonly name: string | null;
  /** The machine in this house. */
  readonly client: string;
  /** Header tuple of the reset as text; null when it tells nothing. */
  readonly tuple: string | null;
  /** Hops the reset and the far side's packets travelled; null when unknown. */
  readonly resetHops: number | null;
  readonly farHops: number | null;
  /** The verdict without comparison. */
  readonly alone: Verdict;
}

/** What comparison wants changed about a connection. */
export interface Adjustment {
  readonly sample: Sample;
  /** Strong evidence to add. */
  readonly add?: string;
  /** Evidence that turned out to mean nothing. */
  readonly cancel?: readonly string[];
  /** Raise forged resets and segments to this verdict. */
  readonly raise?: "proven";
  /** Tell the connection as blocked, with this verdict; null: no longer. */
  readonly blocked?: "suspect" | "likely" | null;
  /** Why, for the words of a withdrawal. */
  readonly reason?: "route-event" | "idle-reaper" | "one-machine";
}

/** Hops travelled by a packet with this hop count; null for 0 (unknown). */
export function hopsOf(hopCount: number): number | null {
  if (hopCount === 0) return null;
  const initial = INITIAL_HOP_COUNTS.find((value) => value >= hopCount);
  return initial === undefined ? null : initial - hopCount;
}

/** Nanoseconds between two times, whichever came first. */
export function apart(a: bigint, b: bigint): bigint {
  return a > b ? a - b : b - a;
}

/** Identifications below this are habits of many systems, and of anonymised captures. */
const TELLING_IPID_MIN = 256;

function tupleOf(finding: Finding): string | null {
  const { resetIpid, resetWindow, resetDf, fingerprint } = finding.segments;
  if (fingerprint !== null) return fingerprint;
  if (resetIpid < TELLING_IPID_MIN) return null;
  const df = resetDf ? "set" : "clear";
  return `ipid 0x${resetIpid.toString(16)} window ${resetWindow} DF ${df}`;
}

const NANOSECONDS_PER_MILLISECOND = 1_000_000n;

/** When it was reset; the end of a connection is noticed late, its beginning is nearer to what happened. */
function timeOf(finding: Finding): bigint {
  const { cause, time, openTime, segments } = finding;
  if (segments.resetAfterMs > 0) {
    return openTime + BigInt(segments.resetAfterMs) * NANOSECONDS_PER_MILLISECOND;
  }
  return cause === "changed" ? time : openTime;
}

/** The sample of a finding with its verdict before comparison. */
export function sampleOf(record: FlowRecord, finding: Finding, alone: Verdict): Sample {
  const { clientNear, client, server, serverPort, serverName, segments } = finding;
  const remote = clientNear ? server : client;
  return {
    record,
    finding,
    time: timeOf(finding),
    remote,
    network: networkOf(remote),
    port: serverPort,
    name: serverName,
    client: record.sighting.lanClient ?? (clientNear ? client : server),
    tuple: tupleOf(finding),
    resetHops: hopsOf(segments.resetTtl),
    farHops: hopsOf(segments.farTtl),
    alone,
  };
}
