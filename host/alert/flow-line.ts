// Holds one line per connection until the end of its input, so that lines come in the order of first
// packets and show what was found last. Bounded: past the limit the earliest lines are let go.

import type { FlowLine, Severity, Verdict } from "../ground/alert.ts";
import { ALERT_KINDS, SEVERITY_RANK, VERDICT_RANK } from "../ground/alert.ts";
import type { Finding } from "../ground/finding.ts";
import { formatTime } from "../ground/time.ts";
import { isShut } from "./incident/closed-port.ts";
import { isAnsweredNear } from "./incident/near-proxy.ts";
import { type Opinion, sortedNames } from "./opinion.ts";
import { connectionId, type FlowRecord } from "./record.ts";
import { BY_NAME } from "./segment-opinion.ts";

/** A transparent proxy answers for the server. Rule G6 of docs/DETECTION.md. */
const NEAR_PROXY = "near-proxy";
/** A mail port is closed towards everybody. */
const PORT_CLOSED = "port-closed";

/** Lines held at most: as many as the inspector's flow table has rows. */
const HELD_MAX = 65_536;

/** What comparison found about ports by the end. */
export interface PortNews {
  readonly proxied: readonly number[];
  readonly closed: readonly number[];
}

/** A line and what it is made of besides: the mail family is not judged again by comparison. */
interface HeldLine {
  readonly record: FlowRecord;
  line: FlowLine;
  readonly mail: Opinion | null;
  /** The server answered from so near that a proxy on its port would explain it. */
  readonly nearby: boolean;
  /** It was never opened: a closed port would explain it. */
  readonly shut: boolean;
  /** The reason if the verdict is none. */
  readonly reason: string | null;
}

function reasonOf(finding: Finding): string | null {
  const { benign } = finding.segments;
  if (benign === "none") return null;
  return benign === "unexplained" ? benign : `benign:${benign}`;
}

function strongest<T extends string>(
  values: readonly T[],
  rank: Readonly<Record<T, number>>,
  least: T,
): T {
  return values.reduce((best, value) => (rank[value] > rank[best] ? value : best), least);
}

/** What the opinions of all families add up to. A credential notice is no tamper verdict. */
function summary(
  record: FlowRecord,
  opinions: readonly Opinion[],
): Pick<FlowLine, "verdict" | "severity" | "alerts"> {
  const judged = opinions.filter((opinion) => opinion.kind !== "cleartext-exposed");
  const verdicts = judged.map((opinion) => opinion.verdict);
  const severities = opinions.map((opinion) => opinion.severity);
  return {
    verdict: strongest<Verdict>(verdicts, VERDICT_RANK, "none"),
    severity: strongest<Severity>(severities, SEVERITY_RANK, "info"),
    alerts: ALERT_KINDS.filter((kind) => {
      const raised = record.raised.get(kind);
      return raised !== undefined && raised.verdict !== "withdrawn";
    }),
  };
}

function segmentNames(finding: Finding, record: FlowRecord): string[] {
  const { weak, strong, conclusive } = finding.segments;
  const names = [...weak, ...strong].filter((name) => !record.cancelled.has(name));
  const added = [...record.added].filter((name) => !record.cancelled.has(name));
  return [...names, ...conclusive, ...added, ...(record.blocked === null ? [] : [BY_NAME])];
}

/** Frames that carry what the line says: the mail dialog's and those of every opinion. */
function framesOf(
  finding: Finding,
  before: readonly number[],
  opinions: readonly Opinion[],
): number[] {
  const told = opinions.flatMap((opinion) => opinion.frames);
  return [...new Set([...before, ...finding.segments.frames, ...told])].sort((a, b) => a - b);
}

/** The line of a connection from its last finding, or null when it has nothing to tell. */
export function flowLine(
  finding: Finding,
  record: FlowRecord,
  opinions: readonly Opinion[],
  terms: readonly string[],
): FlowLine | null {
  const { mail, segments } = finding;
  const seen = segmentNames(finding, record);
  const resets = segments.resetsToClient + segments.resetsToServer;
  if (mail === null && resets === 0 && seen.length === 0) return null;
  const { verdict, severity, alerts } = summary(record, opinions);
  return {
    flow: record.flow,
    time: formatTime(record.openTime),
    communityId: connectionId(record),
    file: record.sighting.file,
    verdict,
    severity,
    evidence: sortedNames([...terms, ...seen]),
    alerts,
    reason: verdict === "none" ? reasonOf(finding) : null,
    resets: { toClient: segments.resetsToClient, toServer: segments.resetsToServer },
    stage: segments.stage === "none" ? null : segments.stage,
    tls: mail?.tlsState ?? (finding.application === "tls" ? "implicit" : "no"),
    offered: opinions.find((opinion) => opinion.offered !== null)?.offered ?? null,
    serverName: record.serverName,
    frames: framesOf(finding, mail?.frames ?? [], opinions),
  };
}

/** The lines of one input. */
export class FlowLines {
  private held: HeldLine[] = [];
  private readonly byRecord = new Map<FlowRecord, HeldLine>();

  /** Takes the last line of a connection, with the opinion about its mail dialog. */
  keep(record: FlowRecord, line: FlowLine, finding: Finding, mail: Opinion | null): void {
    const reason = reasonOf(finding);
    const held = {
      record,
      line,
      mail,
      nearby: isAnsweredNear(finding),
      shut: isShut(finding),
      reason,
    };
    this.held.push(held);
    this.byRecord.set(record, held);
  }

  /** Changes a held line after a later comparison; a line already let go stays as it was. */
  revise(record: FlowRecord, finding: Finding, segments: readonly Opinion[]): void {
    const held = this.byRecord.get(record);
    if (held === undefined) return;
    const opinions = held.mail === null ? segments : [held.mail, ...segments];
    const { verdict, severity, alerts } = summary(record, opinions);
    const { weak, strong, conclusive } = finding.segments;
    const before = new Set([...weak, ...strong, ...conclusive, ...record.added, BY_NAME]);
    const others = held.line.evidence.filter((name) => !before.has(name));
    held.line = {
      ...held.line,
      verdict,
      severity,
      alerts,
      evidence: sortedNames([...others, ...segmentNames(finding, record)]),
      reason: verdict === "none" ? held.reason : null,
      frames: framesOf(finding, held.line.frames, opinions),
    };
  }

  /**
   * Lines that are ready, in order of first packet: all of them at the end of an input, else only the
   * overflow. `ports`: where a transparent proxy answers, and which are closed.
   */
  take(all: boolean, ports: PortNews): FlowLine[] {
    if (!all && this.held.length <= HELD_MAX) return [];
    this.held.sort((a, b) => a.record.ordinal - b.record.ordinal);
    const gone = this.held.splice(0, all ? this.held.length : HELD_MAX / 2);
    for (const held of gone) this.byRecord.delete(held.record);
    return gone.map(({ line, nearby, shut }) => {
      const { serverPort } = line.flow;
      const news = [
        ...(nearby && ports.proxied.includes(serverPort) ? [NEAR_PROXY] : []),
        ...(shut && ports.closed.includes(serverPort) ? [PORT_CLOSED] : []),
      ];
      return news.length === 0
        ? line
        : { ...line, evidence: sortedNames([...line.evidence, ...news]) };
    });
  }
}
