// Turns the segment part of a finding into opinions: forged resets, forged segments and refusals by a
// third party, each judged by itself. Asks the judge for every decision.

import type { Finding, SegmentsSeen } from "../ground/finding.ts";
import type { Judge, SegmentAbout } from "../judge.ts";
import { type Opinion, sortedNames } from "./opinion.ts";

const MICROSECONDS_PER_MILLISECOND = 1000;

/** Evidence that comparison gives a reset: the reset itself carries it. */
const COMPARED = ["fp-unknown-constant", "fp-constant-distance"];
/** Failing by name where others work. Rule G2 of docs/DETECTION.md. */
export const BY_NAME = "name-differential";

/** Evidence of one kind, by strength. */
export interface Strengths {
  readonly weak: readonly string[];
  readonly strong: readonly string[];
  readonly conclusive: readonly string[];
}

type Belongs = (name: string) => boolean;

function pick(seen: Strengths, belongs: Belongs): Strengths {
  return {
    weak: seen.weak.filter(belongs),
    strong: seen.strong.filter(belongs),
    conclusive: seen.conclusive.filter(belongs),
  };
}

function all(seen: Strengths): string[] {
  return sortedNames([...seen.weak, ...seen.strong, ...seen.conclusive]);
}

/**
 * Parts the evidence into resets and other segments. What either may carry goes where other evidence is;
 * a flow without any inbound reset has nothing on the reset side.
 */
function partition(seen: SegmentsSeen, judge: Judge): { reset: Strengths; segment: Strengths } {
  const on = (...abouts: readonly SegmentAbout[]): Belongs => {
    return (name) => abouts.includes(judge.segmentAbout(name));
  };
  if (seen.resetsToClient + seen.resetsToServer === 0) {
    const segment = pick(seen, on("reset", "segment", "either"));
    return { reset: { weak: [], strong: [], conclusive: [] }, segment };
  }
  const names = all(seen);
  const onSegment = names.some(on("segment"));
  const onReset = names.some(on("reset"));
  return {
    reset: pick(seen, onReset || !onSegment ? on("reset", "either") : on("reset")),
    segment: pick(seen, onSegment ? on("segment", "either") : on("segment")),
  };
}

/** Longer than any path takes: a clock that stepped, not a measure. */
const PATH_MAX_US = 10_000_000;

/** A time that was measured, in whole milliseconds; empty for one that was not. */
function milliseconds(microseconds: number): string {
  if (microseconds === 0 || microseconds > PATH_MAX_US) return "";
  return String(Math.max(1, Math.round(microseconds / MICROSECONDS_PER_MILLISECOND)));
}

/** The frames that carry evidence, and the one of the reset or the silence itself. */
function withReset(seen: SegmentsSeen): number[] {
  const own = seen.resetFrame === 0 ? [] : [seen.resetFrame];
  return [...new Set([...seen.frames, ...own])].sort((a, b) => a - b);
}

function opinion(
  kind: "reset-forged" | "segment-forged",
  finding: Finding,
  strengths: Strengths,
  judge: Judge,
): Opinion {
  const seen = finding.segments;
  const names = all(strengths);
  const verdict = judge.segmentVerdict(strengths.weak, strengths.strong, strengths.conclusive);
  return {
    kind,
    verdict: verdict === "withdrawn" ? "none" : verdict,
    severity: judge.segmentSeverity(verdict, seen.dataCut),
    evidence: names,
    // Only inbound packets can be forged as seen from here.
    side: "far",
    scope: "unknown",
    fingerprint:
      seen.fingerprint ??
      (strengths.strong.includes("fp-unknown-constant") ? "unknown-constant" : null),
    offered: null,
    expected: null,
    frames: names.some((name) => COMPARED.includes(name)) ? withReset(seen) : seen.frames,
    facts: {
      latency: milliseconds(seen.latencyUs),
      rtt: milliseconds(seen.rttUs),
      resetTtl: seen.resetTtl === 0 ? "" : String(seen.resetTtl),
      farTtl: seen.farTtl === 0 ? "" : String(seen.farTtl),
      fingerprint:
        seen.fingerprint ??
        (strengths.strong.includes("fp-unknown-constant") ? "unknown-constant" : ""),
    },
    terms: [],
  };
}

/** True while a reset without conclusive evidence waits for what could cancel it. */
function waits(finding: Finding, strengths: Strengths): boolean {
  return finding.segments.held && finding.cause !== "ended" && strengths.conclusive.length === 0;
}

/** A refusal counts only when a third party sent it: the server may refuse for itself. */
function refusal(finding: Finding): Opinion | null {
  const { icmp, frames } = finding.segments;
  const far = finding.clientNear ? finding.server : finding.client;
  const names = all(finding.segments);
  if (icmp === null || icmp.sender === far || !names.includes("icmp-prohibited")) return null;
  return {
    kind: "connection-blocked",
    verdict: "suspect",
    severity: "notice",
    evidence: ["icmp-prohibited"],
    side: "far",
    scope: "unknown",
    fingerprint: null,
    offered: null,
    expected: null,
    frames,
    facts: { sender: icmp.sender },
    terms: [],
  };
}

/** What one finding's segments say. `held` opinions are not told yet. */
export interface SegmentOpinions {
  readonly told: readonly Opinion[];
  readonly held: readonly Opinion[];
}

const NOTHING_TOLD: SegmentOpinions = { told: [], held: [] };

/** What comparison with other connections made of this one. */
export interface Compared {
  /** Strong evidence that was added. */
  readonly added: ReadonlySet<string>;
  /** Evidence that turned out to mean nothing. */
  readonly cancelled: ReadonlySet<string>;
  /** The same injector was proven elsewhere: what is likely is proven, and this is its header. */
  readonly signature: string | null;
  /** The connection failed by name. */
  readonly blocked: "suspect" | "likely" | null;
}

/** Evidence of a finding after comparison. Conclusive evidence is never cancelled by it. */
function compared(seen: SegmentsSeen, by: Compared): SegmentsSeen {
  const stands = (name: string): boolean => !by.cancelled.has(name);
  const added = [...by.added].filter(stands);
  return {
    ...seen,
    weak: seen.weak.filter(stands).filter((name) => !added.includes(name)),
    strong: [...new Set([...seen.strong.filter(stands), ...added])],
  };
}

/** An injector proven elsewhere lifts what is likely here. */
function lifted(alone: Opinion, finding: Finding, by: Compared, judge: Judge): Opinion {
  if (by.signature === null || alone.verdict !== "likely") return alone;
  return {
    ...alone,
    verdict: "proven",
    severity: judge.segmentSeverity("proven", finding.segments.dataCut),
    // A fingerprint is told in words already; another header is spelt out.
    facts: { ...alone.facts, signature: by.signature.includes(" ") ? by.signature : "alike" },
  };
}

/** The opinion about a connection that fails by name. */
function blockedByName(finding: Finding, by: Compared): Opinion | null {
  if (by.blocked === null) return null;
  return {
    kind: "connection-blocked",
    verdict: by.blocked,
    severity: "notice",
    evidence: sortedNames([...all(finding.segments), BY_NAME]),
    side: "far",
    scope: "unknown",
    fingerprint: null,
    offered: null,
    expected: null,
    frames: withReset(finding.segments),
    facts: {},
    terms: [],
  };
}

/** True when neither the segments of a connection nor a comparison say anything about it. */
function isSilent(seen: SegmentsSeen, by: Compared): boolean {
  const { weak, strong, conclusive } = seen;
  return weak.length + strong.length + conclusive.length + by.added.size === 0 && !by.blocked;
}

/** The opinions about segments, with what comparison made of them. */
export function segmentOpinions(finding: Finding, by: Compared, judge: Judge): SegmentOpinions {
  if (isSilent(finding.segments, by)) return NOTHING_TOLD;
  const parts = partition(compared(finding.segments, by), judge);
  const told: Opinion[] = [];
  const held: Opinion[] = [];
  for (const [kind, strengths] of [
    ["reset-forged", parts.reset],
    ["segment-forged", parts.segment],
  ] as const) {
    if (all(strengths).length === 0) continue;
    const alone = opinion(kind, finding, strengths, judge);
    (waits(finding, strengths) ? held : told).push(lifted(alone, finding, by, judge));
  }
  const blocked = refusal(finding) ?? blockedByName(finding, by);
  if (blocked !== null) told.push(blocked);
  return { told, held };
}
