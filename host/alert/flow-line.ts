// Holds one line per connection until the end of its input, so that lines come in the order of first
// packets and show what was found last. Bounded: past the limit the earliest lines are let go.

import type { Finding } from "../finding.ts";
import type { AlertKind, FlowLine, Severity, Verdict } from "./alert.ts";
import { ALERT_KINDS, SEVERITY_RANK, VERDICT_RANK } from "./alert.ts";
import { type Opinion, sortedNames } from "./opinion.ts";
import type { FlowRecord } from "./record.ts";

/** Lines held at most: as many as the inspector's flow table has rows. */
const HELD_MAX = 65_536;

interface HeldLine {
  readonly ordinal: number;
  readonly line: FlowLine;
}

function reasonOf(finding: Finding, verdict: Verdict): string | null {
  const { benign } = finding.segments;
  if (verdict !== "none" || benign === "none") return null;
  return benign === "unexplained" ? benign : `benign:${benign}`;
}

function strongest<T extends string>(
  values: readonly T[],
  rank: Readonly<Record<T, number>>,
  least: T,
): T {
  return values.reduce((best, value) => (rank[value] > rank[best] ? value : best), least);
}

/** The line of a connection from its last finding, or null when it has nothing to tell. */
export function flowLine(
  finding: Finding,
  record: FlowRecord,
  opinions: readonly Opinion[],
  terms: readonly string[],
): FlowLine | null {
  const { mail, segments } = finding;
  const seen = [...segments.weak, ...segments.strong, ...segments.conclusive, ...record.added];
  const resets = segments.resetsToClient + segments.resetsToServer;
  if (mail === null && resets === 0 && seen.length === 0) return null;
  const raised: AlertKind[] = ALERT_KINDS.filter((kind) => record.raised.has(kind));
  // A credential notice is no tamper verdict.
  const judged = opinions.filter((opinion) => opinion.kind !== "cleartext-exposed");
  const verdict = strongest<Verdict>(
    judged.map((opinion) => opinion.verdict),
    VERDICT_RANK,
    "none",
  );
  return {
    flow: record.flow,
    file: record.sighting.file,
    verdict,
    severity: strongest<Severity>(
      opinions.map((opinion) => opinion.severity),
      SEVERITY_RANK,
      "info",
    ),
    evidence: sortedNames([...terms, ...seen]),
    alerts: raised,
    reason: reasonOf(finding, verdict),
    resets: { toClient: segments.resetsToClient, toServer: segments.resetsToServer },
    stage: segments.stage === "none" ? null : segments.stage,
    tls: mail?.tlsState ?? (finding.application === "tls" ? "implicit" : "no"),
    offered: opinions.find((opinion) => opinion.offered !== null)?.offered ?? null,
    serverName: record.serverName,
    frames: [...new Set([...(mail?.frames ?? []), ...segments.frames])].sort((a, b) => a - b),
  };
}

/** The lines of one input. */
export class FlowLines {
  private held: HeldLine[] = [];
  private readonly byRecord = new Map<FlowRecord, HeldLine>();

  /** Takes the last line of a connection. */
  keep(record: FlowRecord, line: FlowLine): void {
    const held = { ordinal: record.ordinal, line };
    this.held.push(held);
    this.byRecord.set(record, held);
  }

  /** Changes a held line after a later comparison; a line already let go stays as it was. */
  revise(record: FlowRecord, change: (line: FlowLine) => FlowLine): void {
    const held = this.byRecord.get(record);
    if (held === undefined) return;
    const index = this.held.indexOf(held);
    const revised = { ordinal: held.ordinal, line: change(held.line) };
    if (index >= 0) this.held[index] = revised;
    this.byRecord.set(record, revised);
  }

  /** Lines that are ready, in order of first packet: all of them at the end of an input, else the overflow. */
  take(all: boolean): FlowLine[] {
    if (!all && this.held.length <= HELD_MAX) return [];
    this.held.sort((a, b) => a.ordinal - b.ordinal);
    const gone = this.held.splice(0, all ? this.held.length : HELD_MAX / 2);
    if (all) this.byRecord.clear();
    return gone.map((held) => held.line);
  }
}
