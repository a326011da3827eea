// Turns findings into alerts: gives each an id and a revision, raises it when its verdict is first
// reached and again at each change, takes it back when what carried it is gone. Remembers connections
// until they end, in bounded tables. Time is the finding's; verdicts and texts are the judge's.

import { BaselineBook } from "../baseline/book.ts";
import type { History } from "../baseline/history.ts";
import { Knowledge } from "../baseline/knowledge.ts";
import { operatorName, Sessions } from "../baseline/session.ts";
import type { Finding, MailSeen } from "../finding.ts";
import type { Facts, Judge } from "../judge.ts";
import { type Alert, type AlertKind, type FlowLine, formatTime, VERDICT_RANK } from "./alert.ts";
import { FlowLines, flowLine } from "./flow-line.ts";
import { dialectOf, exposedOpinion, mailOpinion } from "./mail-opinion.ts";
import { Matrix, type Place } from "./matrix.ts";
import { OpenAlerts } from "./open-alert.ts";
import { type Opinion, termName } from "./opinion.ts";
import {
  alertId,
  type FlowRecord,
  openRecord,
  type Raised,
  type Sighting,
  serverNameOf,
} from "./record.ts";
import { segmentOpinions } from "./segment-opinion.ts";

/** Connections remembered at once: the flow table of a desk inspector. */
const RECORDS_MAX = 65_536;
/** Evidence that an acknowledgement answers: the server does offer something else now. */
const BASELINE_QUESTIONS = ["cap-vanished", "cap-swapped"];

/** What a book is made of. Without `sessions` and `matrix` it begins with empty ones. */
export interface BookParts {
  readonly judge: Judge;
  /** Keep flow lines for --flows. */
  readonly keepFlows: boolean;
  readonly sessions?: Sessions;
  readonly matrix?: Matrix;
}

/** The mail side of one finding: the opinion and what history made of the evidence. */
interface MailView {
  readonly opinion: Opinion;
  readonly history: History;
}

/** The alert book. */
export class AlertBook {
  private readonly judge: Judge;
  private readonly keepFlows: boolean;
  private readonly sessions: Sessions;
  private readonly matrix: Matrix;
  private readonly records = new Map<string, FlowRecord>();
  private readonly lines = new FlowLines();
  /** What was raised lately: for status, lamp and acknowledgement. */
  readonly open = new OpenAlerts();

  constructor(parts: BookParts) {
    this.judge = parts.judge;
    this.keepFlows = parts.keepFlows;
    const nothingOwn = { knownHosts: [], knownPlain: [] };
    this.sessions = parts.sessions ?? new Sessions(new BaselineBook(), new Knowledge(nothingOwn));
    this.matrix = parts.matrix ?? new Matrix();
  }

  /** Takes a finding; returns the alerts it raised or revised, oldest first. */
  observe(finding: Finding, sighting: Sighting): Alert[] {
    const key = `${sighting.file ?? ""} ${finding.ordinal}`;
    const record = this.recordOf(key, finding, sighting);
    const segments = segmentOpinions(finding, [...record.added], this.judge);
    const told: Opinion[] = [...segments.told];
    const forged = told.some((opinion) => VERDICT_RANK[opinion.verdict] >= VERDICT_RANK.likely);
    const mail = finding.mail === null ? null : this.mail(record, finding, finding.mail, forged);
    if (mail !== null) {
      told.unshift(mail.opinion);
      const exposed = exposedOpinion(finding, mail.opinion);
      if (exposed !== null) told.push(exposed);
    }
    const alerts = this.tell(record, told, segments.held, finding);
    for (const alert of alerts) this.open.take(alert);
    if (finding.cause === "ended") {
      this.records.delete(key);
      if (this.keepFlows) {
        const names = mail?.history.terms.map(termName) ?? [];
        const line = flowLine(finding, record, [...told, ...segments.held], names);
        if (line !== null) this.lines.keep(record, line);
      }
    }
    return alerts;
  }

  /**
   * Acknowledges one alert, or all with null, and settles the baseline questions they ask.
   * Returns how many were open.
   */
  acknowledge(id: string | null): number {
    const settled = this.open.acknowledge(id);
    for (const { evidence, flow } of settled) {
      if (!BASELINE_QUESTIONS.some((name) => evidence.includes(name))) continue;
      const { application, server, serverPort } = flow;
      const dialect = application === "imap" || application === "pop3" ? application : "smtp";
      this.sessions.acknowledge(dialect, server, serverPort);
    }
    return settled.length;
  }

  /** Lines for --flows: `all` at the end of an input, else only what no longer fits. */
  takeFlows(all: boolean): FlowLine[] {
    return this.lines.take(all);
  }

  private recordOf(key: string, finding: Finding, sighting: Sighting): FlowRecord {
    const known = this.records.get(key);
    if (known !== undefined) {
      known.serverName = serverNameOf(finding) ?? known.serverName;
      return known;
    }
    if (this.records.size >= RECORDS_MAX) {
      const oldest = this.records.keys().next();
      if (!oldest.done) this.records.delete(oldest.value);
    }
    const record = openRecord(finding, sighting);
    this.records.set(key, record);
    return record;
  }

  private mail(record: FlowRecord, finding: Finding, seen: MailSeen, forged: boolean): MailView {
    const { session } = record;
    const { lanClient } = record.sighting;
    const dialect = dialectOf(finding);
    const history = this.sessions.compare(session, finding, seen, dialect, lanClient, forged);
    const place = placeOf(record, finding);
    const opinion = mailOpinion(finding, seen, history, this.judge, () => {
      this.count(record, place, finding.time, true);
      return this.matrix.scope(place, finding.time);
    });
    const tampered = opinion.verdict !== "none";
    this.sessions.settle(session, finding, seen, dialect, lanClient, tampered, history);
    // Only an offer that arrived intact, or encryption, shows that a path is clean.
    const encrypted = seen.evidence.includes("tls-ok");
    if (session.settled && !tampered && (seen.tlsOffered || encrypted)) {
      this.count(record, place, finding.time, false);
    }
    return { opinion, history };
  }

  private count(record: FlowRecord, place: Place, time: bigint, tampered: boolean): void {
    if (record.counted) return;
    record.counted = true;
    this.matrix.mark(place, time, tampered);
  }

  private tell(
    record: FlowRecord,
    told: readonly Opinion[],
    held: readonly Opinion[],
    finding: Finding,
  ): Alert[] {
    const alerts: Alert[] = [];
    const kinds = new Set<AlertKind>();
    for (const opinion of told) {
      if (opinion.verdict === "none") continue;
      kinds.add(opinion.kind);
      const alert = this.raise(record, opinion, finding.time);
      if (alert !== null) alerts.push(alert);
    }
    for (const opinion of held) kinds.add(opinion.kind);
    for (const [kind, raised] of record.raised) {
      if (kinds.has(kind) || raised.verdict === "withdrawn") continue;
      alerts.push(this.withdraw(record, raised, finding.time, ""));
    }
    return alerts;
  }

  /** Raises an opinion, or revises what it raised before; null when nothing changed. */
  private raise(record: FlowRecord, opinion: Opinion, time: bigint): Alert | null {
    const signature = `${opinion.verdict} ${opinion.evidence.join(",")}`;
    let raised = record.raised.get(opinion.kind);
    if (raised?.signature === signature) return null;
    if (raised === undefined) {
      const id = alertId(record, opinion.kind);
      raised = { id, revision: 0, verdict: opinion.verdict, signature, opinion };
      record.raised.set(opinion.kind, raised);
    }
    raised.revision++;
    raised.verdict = opinion.verdict;
    raised.signature = signature;
    raised.opinion = opinion;
    return alertOf(record, raised, time, this.text(record, opinion));
  }

  private withdraw(record: FlowRecord, raised: Raised, time: bigint, reason: string): Alert {
    raised.revision++;
    raised.verdict = "withdrawn";
    raised.signature = "withdrawn";
    const text = this.judge.withdrawnText({ ...this.place(record), reason });
    return alertOf(record, raised, time, text);
  }

  private place(record: FlowRecord): Facts {
    const name = record.serverName === null ? null : this.judge.hostToken(record.serverName);
    return { server: name ?? record.flow.server, port: String(record.flow.serverPort) };
  }

  private text(record: FlowRecord, opinion: Opinion): string {
    const { kind, verdict, evidence, side, scope, terms } = opinion;
    const facts = { ...opinion.facts, ...this.place(record), side, scope };
    if (kind === "capability-rewritten") return this.judge.mailText(terms, facts);
    if (kind === "cleartext-exposed") return this.judge.exposedText(facts);
    if (kind === "connection-blocked") return this.judge.blockedText(facts);
    return this.judge.segmentText(kind, verdict, evidence, facts);
  }
}

/** The cell of the matrix a session belongs to. The far end is the operator, whoever opened. */
function placeOf(record: FlowRecord, finding: Finding): Place {
  const { client, serverPort, ipVersion } = finding;
  const { lanClient } = record.sighting;
  return {
    client: finding.clientNear && lanClient !== null ? lanClient : client,
    operator: operatorName(record.session) ?? finding.server,
    port: serverPort,
    ipVersion,
  };
}

function alertOf(record: FlowRecord, raised: Raised, time: bigint, text: string): Alert {
  const { opinion, verdict } = raised;
  const back = verdict === "withdrawn" || verdict === "none";
  return {
    id: raised.id,
    revision: raised.revision,
    time: formatTime(time),
    alert: opinion.kind,
    verdict: back ? "withdrawn" : verdict,
    severity: back ? "info" : opinion.severity,
    evidence: opinion.evidence,
    flow: record.flow,
    interface: record.sighting.interfaceName,
    file: record.sighting.file,
    lanClient: record.sighting.lanClient,
    serverName: record.serverName,
    side: opinion.side,
    scope: opinion.scope,
    fingerprint: opinion.fingerprint,
    offered: opinion.offered,
    expected: opinion.expected,
    frames: opinion.frames,
    evidenceFile: record.sighting.evidenceFile,
    text,
  };
}
