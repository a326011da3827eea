// Turns opinions into alerts: gives an id, counts revisions, asks the judge for the words. Raises nothing
// twice: an alert is told again only when its verdict, its severity, what went out or its evidence changed.

import type { Alert, Vantage } from "../ground/alert.ts";
import { formatTime } from "../ground/time.ts";
import type { Facts, Judge } from "../judge.ts";
import type { Opinion } from "./opinion.ts";
import { alertId, connectionId, type FlowRecord, type Raised } from "./record.ts";

/** Raises, revises and takes back. */
export class Announcer {
  private readonly judge: Judge;
  private readonly vantage: Vantage;

  constructor(judge: Judge, vantage: Vantage) {
    this.judge = judge;
    this.vantage = vantage;
  }

  /** Raises an opinion, or revises what it raised before; null when nothing changed. */
  raise(record: FlowRecord, opinion: Opinion, time: bigint): Alert | null {
    const { verdict, severity, evidence, facts } = opinion;
    const signature = [verdict, severity, happened(facts), ...evidence].join(" ");
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
    return this.alertOf(record, raised, time, this.text(record, opinion));
  }

  /** Takes an alert back; the record says why. */
  withdraw(record: FlowRecord, raised: Raised, time: bigint): Alert {
    raised.revision++;
    raised.verdict = "withdrawn";
    raised.signature = "withdrawn";
    const text = this.judge.withdrawnText({ ...this.place(record), reason: record.reason });
    return this.alertOf(record, raised, time, text);
  }

  private place(record: FlowRecord): Facts {
    const { flow } = record;
    const name = record.serverName === null ? null : this.judge.hostToken(record.serverName);
    return {
      client: flow.client,
      server: name ?? flow.server,
      port: String(flow.serverPort),
      clientNear: record.clientNear ? "1" : "0",
      guessed: record.sideGuessed ? "1" : "",
    };
  }

  private text(record: FlowRecord, opinion: Opinion): string {
    const { kind, verdict, evidence, side, scope, terms } = opinion;
    const facts = { ...opinion.facts, ...this.place(record), side, scope };
    if (kind === "capability-rewritten") return this.judge.mailText(terms, facts);
    if (kind === "cleartext-exposed") return this.judge.exposedText(facts);
    if (kind === "connection-blocked") return this.judge.blockedText(facts);
    return this.judge.segmentText(kind, verdict, evidence, facts);
  }

  private alertOf(record: FlowRecord, raised: Raised, time: bigint, text: string): Alert {
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
      happened: happened(opinion.facts),
      homeEnd: record.clientNear ? "client" : "server",
      serverName: record.serverName,
      side: opinion.side,
      scope: opinion.scope,
      fingerprint: opinion.fingerprint,
      offered: opinion.offered,
      expected: opinion.expected,
      frames: opinion.frames,
      evidenceFile: record.sighting.evidenceFile,
      text,
      communityId: connectionId(record),
      ...this.vantage,
    };
  }
}

/** What went out in clear and was not refused: a change of it is news. */
function happened({ exposed, message, auth }: Facts): string {
  const refused = exposed === "auth" && auth === "refused" ? "refused" : "";
  return [exposed ?? "", message ?? "", refused].join(" ");
}
