// Turns findings into alerts: gives each an id and a revision, raises it when its verdict is first
// reached and again at each change, takes it back when what carried it is gone. Remembers connections
// until they end, in bounded tables. Time is the finding's; verdicts and texts are the judge's.

import type { Finding } from "../finding.ts";
import type { Facts, Judge } from "../judge.ts";
import { type Alert, type AlertKind, type FlowLine, formatTime, type Scope } from "./alert.ts";
import { FlowLines, flowLine } from "./flow-line.ts";
import { exposedOpinion, type MailHistory, mailOpinion } from "./mail-opinion.ts";
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

/** What a book is made of. */
export interface BookParts {
  readonly judge: Judge;
  /** Keep flow lines for --flows. */
  readonly keepFlows: boolean;
}

/** The alert book. */
export class AlertBook {
  private readonly parts: BookParts;
  private readonly records = new Map<string, FlowRecord>();
  private readonly lines = new FlowLines();

  constructor(parts: BookParts) {
    this.parts = parts;
  }

  /** Takes a finding; returns the alerts it raised or revised, oldest first. */
  observe(finding: Finding, sighting: Sighting): Alert[] {
    const key = `${sighting.file ?? ""} ${finding.ordinal}`;
    const record = this.recordOf(key, finding, sighting);
    const { judge } = this.parts;
    const history: MailHistory = {
      terms: finding.mail?.evidence ?? [],
      before: [],
      settledChange: false,
    };
    const mail = mailOpinion(finding, history, judge);
    const segments = segmentOpinions(finding, [...record.added], judge);
    const told: Opinion[] = [...segments.told];
    if (mail !== null) {
      told.unshift(mail);
      const exposed = exposedOpinion(finding, mail);
      if (exposed !== null) told.push(exposed);
    }
    const alerts = this.tell(record, told, segments.held, finding);
    if (finding.cause === "ended") {
      this.records.delete(key);
      if (this.parts.keepFlows) {
        const names = history.terms.map(termName);
        const line = flowLine(finding, record, [...told, ...segments.held], names);
        if (line !== null) this.lines.keep(record, line);
      }
    }
    return alerts;
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
    return this.alertOf(record, raised, time, this.text(record, opinion, "unknown"), "unknown");
  }

  private withdraw(record: FlowRecord, raised: Raised, time: bigint, reason: string): Alert {
    raised.revision++;
    raised.verdict = "withdrawn";
    raised.signature = "withdrawn";
    const text = this.parts.judge.withdrawnText({ ...this.place(record), reason });
    return this.alertOf(record, raised, time, text, "unknown");
  }

  private place(record: FlowRecord): Facts {
    const name = record.serverName === null ? null : this.parts.judge.hostToken(record.serverName);
    return { server: name ?? record.flow.server, port: String(record.flow.serverPort) };
  }

  private text(record: FlowRecord, opinion: Opinion, scope: Scope): string {
    const { judge } = this.parts;
    const facts = { ...opinion.facts, ...this.place(record), side: opinion.side, scope };
    if (opinion.kind === "capability-rewritten") return judge.mailText(opinion.terms, facts);
    if (opinion.kind === "cleartext-exposed") return judge.exposedText(facts);
    if (opinion.kind === "connection-blocked") return judge.blockedText(facts);
    return judge.segmentText(opinion.kind, opinion.verdict, opinion.evidence, facts);
  }

  private alertOf(
    record: FlowRecord,
    raised: Raised,
    time: bigint,
    text: string,
    scope: Scope,
  ): Alert {
    const { opinion } = raised;
    const withdrawn = raised.verdict === "withdrawn" || raised.verdict === "none";
    return {
      id: raised.id,
      revision: raised.revision,
      time: formatTime(time),
      alert: opinion.kind,
      verdict: withdrawn ? "withdrawn" : (raised.verdict as Exclude<typeof raised.verdict, "none">),
      severity: withdrawn ? "info" : opinion.severity,
      evidence: opinion.evidence,
      flow: record.flow,
      interface: record.sighting.interfaceName,
      file: record.sighting.file,
      lanClient: record.sighting.lanClient,
      serverName: record.serverName,
      side: opinion.side,
      scope,
      fingerprint: opinion.fingerprint,
      offered: opinion.offered,
      expected: opinion.expected,
      frames: opinion.frames,
      evidenceFile: record.sighting.evidenceFile,
      text,
    };
  }
}
