// The inspector keeps histories of some thousand connections; the oldest gives way to a new one. What was
// told of it stands: a later finding that no longer knows is completed from what the book remembers.

import type { Finding, SegmentsSeen } from "../ground/finding.ts";
import type { FlowRecord } from "./record.ts";

function union<T>(one: readonly T[], other: readonly T[]): T[] {
  return [...new Set([...one, ...other])];
}

/** What both say: evidence of either, the rest from whichever describes a reset, the newer first. */
function merged(before: SegmentsSeen, now: SegmentsSeen): SegmentsSeen {
  const described = now.resetFrame === 0 ? before : now;
  return {
    ...described,
    weak: union(before.weak, now.weak),
    strong: union(before.strong, now.strong),
    conclusive: union(before.conclusive, now.conclusive),
    fingerprint: now.fingerprint ?? before.fingerprint,
    stage: before.stage === "none" ? now.stage : before.stage,
    dataCut: before.dataCut || now.dataCut,
    icmp: now.icmp ?? before.icmp,
    frames: union(before.frames, now.frames).sort((a, b) => a - b),
    resetsToClient: now.resetsToClient,
    resetsToServer: now.resetsToServer,
    held: now.held,
    forgotten: now.forgotten,
  };
}

/** The finding with what its connection is known for; remembers it as well. */
export function remembered(record: FlowRecord, finding: Finding): Finding {
  const { segments } = finding;
  const complete =
    segments.forgotten && record.segments !== null
      ? { ...finding, segments: merged(record.segments, segments) }
      : finding;
  const { weak, strong, conclusive } = complete.segments;
  const empty = weak.length + strong.length + conclusive.length === 0;
  record.segments = empty ? null : complete.segments;
  return complete;
}
