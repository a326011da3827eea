// Turns findings into alerts: gives each an id and a revision, raises it when its verdict is first
// reached and again at each change, takes it back when what carried it is gone. Remembers connections
// until they end, in bounded tables. Time is the finding's; verdicts and texts are the judge's.

import { BaselineBook } from "../baseline/book.ts";
import type { History } from "../baseline/history.ts";
import { Knowledge } from "../baseline/knowledge.ts";
import { operatorName, Sessions } from "../baseline/session.ts";
import {
  ALERT_KINDS,
  type Alert,
  type AlertKind,
  type FlowLine,
  type Vantage,
  VERDICT_RANK,
  type Verdict,
} from "../ground/alert.ts";
import type { Finding, MailSeen, Sighting } from "../ground/finding.ts";
import { keepNewest } from "../ground/newest.ts";
import { formatTime } from "../ground/time.ts";
import type { Judge } from "../judge.ts";
import { Announcer } from "./announcer.ts";
import { FlowLines, flowLine } from "./flow-line.ts";
import { remembered } from "./forgotten.ts";
import type { Ignored } from "./ignored.ts";
import { adjust } from "./incident/adjust.ts";
import { ClosedPorts } from "./incident/closed-port.ts";
import { Incidents } from "./incident/incident.ts";
import { NearProxies } from "./incident/near-proxy.ts";
import type { Sample } from "./incident/sample.ts";
import { dialectOf, exposedOpinion, isOnlyVanished, mailOpinion } from "./mail-opinion.ts";
import { Matrix, type Place } from "./matrix.ts";
import { OpenAlerts } from "./open-alert.ts";
import { type Opinion, termName } from "./opinion.ts";
import { type FlowRecord, openRecord, serverNameOf } from "./record.ts";
import { type Compared, segmentOpinions } from "./segment-opinion.ts";

/** Connections remembered at once: the flow table of a desk inspector. */
const RECORDS_MAX = 65_536;
/** Evidence that an acknowledgement answers: the server does offer something else now. */
const BASELINE_QUESTIONS = ["cap-vanished", "cap-swapped"];
/** Kinds that comparison between connections can change. */
const SEGMENT_KINDS: readonly AlertKind[] = [
  "reset-forged",
  "segment-forged",
  "connection-blocked",
];
const NOT_COMPARED: Compared = {
  added: new Set(),
  cancelled: new Set(),
  signature: null,
  blocked: null,
};

const NOWHERE: Vantage = { sensor: "", uplink: null };

/** What a book is made of. Without `sessions`, `matrix` and `open` it begins with empty ones. */
export interface BookParts {
  readonly judge: Judge;
  /** Keep flow lines for --flows. */
  readonly keepFlows: boolean;
  readonly sessions?: Sessions;
  readonly matrix?: Matrix;
  readonly open?: OpenAlerts;
  /** What the owner does not want to hear; without it everything is told. */
  readonly ignored?: Ignored;
  /** Named in every alert; without it alerts have no sensor's name. */
  readonly vantage?: Vantage;
}

/** The mail side of one finding: the opinion and what history made of the evidence. */
interface MailView {
  readonly opinion: Opinion;
  readonly history: History;
}

/** The alert book. */
export class AlertBook {
  private readonly judge: Judge;
  private readonly announcer: Announcer;
  private readonly keepFlows: boolean;
  private readonly sessions: Sessions;
  /** Who is affected. */
  readonly matrix: Matrix;
  private readonly records = new Map<string, FlowRecord>();
  private readonly lines = new FlowLines();
  private readonly incidents = new Incidents();
  /** Where a transparent proxy answers. */
  readonly proxies = new NearProxies();
  /** Which mail ports are closed towards everybody. */
  readonly closedPorts = new ClosedPorts();
  /** What was raised lately: for status, lamp and acknowledgement. */
  readonly open: OpenAlerts;
  private readonly ignored: Ignored | null;

  constructor(parts: BookParts) {
    this.judge = parts.judge;
    this.announcer = new Announcer(parts.judge, parts.vantage ?? NOWHERE);
    this.keepFlows = parts.keepFlows;
    const nothingOwn = { knownHosts: [], knownPlain: [] };
    this.sessions = parts.sessions ?? new Sessions(new BaselineBook(), new Knowledge(nothingOwn));
    this.matrix = parts.matrix ?? new Matrix();
    this.open = parts.open ?? new OpenAlerts();
    this.ignored = parts.ignored ?? null;
  }

  /** Takes a finding; returns the alerts it raised or revised, oldest first. */
  observe(told: Finding, sighting: Sighting): Alert[] {
    const key = `${sighting.file ?? ""} ${told.ordinal}`;
    const record = this.recordOf(key, told, sighting);
    const finding = remembered(record, told);
    this.proxies.observe(finding);
    this.closedPorts.observe(finding);
    const others = this.compare(record, finding);
    const segments = segmentOpinions(finding, record, this.judge);
    const opinions: Opinion[] = [...segments.told];
    const forged = opinions.some((opinion) => VERDICT_RANK[opinion.verdict] >= VERDICT_RANK.likely);
    const mail = finding.mail === null ? null : this.mail(record, finding, finding.mail, forged);
    if (mail !== null) {
      opinions.unshift(mail.opinion);
      const exposed = exposedOpinion(finding, mail.opinion);
      if (exposed !== null) opinions.push(exposed);
    }
    const alerts = this.tell(record, opinions, segments.held, ALERT_KINDS, finding.time);
    if (finding.cause === "ended") {
      this.records.delete(key);
      if (this.keepFlows) {
        const names = mail?.history.terms.map(termName) ?? [];
        const line = flowLine(finding, record, [...opinions, ...segments.held], names);
        if (line !== null) this.lines.keep(record, line, finding, mail?.opinion ?? null);
      }
    }
    for (const sample of others) alerts.push(...this.judgeAgain(sample, finding.time));
    const heard = alerts.filter((alert) => this.ignored?.silences(alert) !== true);
    for (const alert of heard) this.open.take(alert);
    return heard;
  }

  /** Compares a connection with others; returns the other connections that look different now. */
  private compare(record: FlowRecord, finding: Finding): Sample[] {
    const alone = (): Verdict =>
      segmentOpinions(finding, NOT_COMPARED, this.judge).told.reduce<Verdict>(
        (best, { verdict: next }) => (VERDICT_RANK[next] > VERDICT_RANK[best] ? next : best),
        "none",
      );
    const others = new Map<FlowRecord, Sample>();
    for (const adjustment of this.incidents.observe(record, finding, alone)) {
      const { sample } = adjustment;
      if (adjust(sample, adjustment) && sample.record !== record) others.set(sample.record, sample);
    }
    return [...others.values()];
  }

  /** Judges the segments of a connection again that comparison showed in another light. */
  private judgeAgain(sample: Sample, time: bigint): Alert[] {
    const { record, finding } = sample;
    const segments = segmentOpinions(finding, record, this.judge);
    const alerts = this.tell(record, segments.told, segments.held, SEGMENT_KINDS, time);
    this.lines.revise(record, finding, [...segments.told, ...segments.held]);
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
    const closed = this.closedPorts.found().map(({ port }) => port);
    return this.lines.take(all, { proxied: this.proxies.found(), closed });
  }

  private recordOf(key: string, finding: Finding, sighting: Sighting): FlowRecord {
    const known = this.records.get(key);
    if (known !== undefined) {
      known.serverName = serverNameOf(finding) ?? known.serverName;
      // The router's list may not have known the connection when it began.
      if (known.sighting.lanClient === null && sighting.lanClient !== null)
        known.sighting = sighting;
      return known;
    }
    const record = openRecord(finding, sighting);
    keepNewest(this.records, key, record, RECORDS_MAX);
    return record;
  }

  private mail(record: FlowRecord, finding: Finding, seen: MailSeen, forged: boolean): MailView {
    const { session } = record;
    const { lanClient } = record.sighting;
    const dialect = dialectOf(finding);
    const history = this.sessions.compare(session, finding, seen, dialect, lanClient, forged);
    const place = placeOf(record, finding);
    let uplink = "";
    const judged = mailOpinion(finding, seen, history, this.judge, () => {
      this.count(record, place, finding.time, true);
      const change = this.matrix.coincidence(place, finding.time);
      if (change !== null) uplink = `${formatTime(change).slice(0, 19)}Z`;
      return this.matrix.scope(place, finding.time);
    });
    const opinion = { ...judged, facts: { ...judged.facts, uplink } };
    const tampered = opinion.verdict !== "none";
    const onlyVanished = isOnlyVanished(opinion.evidence, this.judge);
    const outcome = { tampered, onlyVanished };
    this.sessions.settle(session, finding, seen, dialect, lanClient, outcome, history);
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
    const { client } = record.flow;
    if (place.client !== client) this.matrix.translates(client);
    this.matrix.mark(place, time, tampered);
  }

  /** Raises what opinions say and takes back what none of them says any more, for the given kinds. */
  private tell(
    record: FlowRecord,
    told: readonly Opinion[],
    held: readonly Opinion[],
    judged: readonly AlertKind[],
    time: bigint,
  ): Alert[] {
    const alerts: Alert[] = [];
    const kinds = new Set<AlertKind>();
    for (const opinion of told) {
      if (opinion.verdict === "none") continue;
      kinds.add(opinion.kind);
      const alert = this.announcer.raise(record, opinion, time);
      if (alert !== null) alerts.push(alert);
    }
    for (const opinion of held) kinds.add(opinion.kind);
    for (const [kind, raised] of record.raised) {
      if (kinds.has(kind) || !judged.includes(kind) || raised.verdict === "withdrawn") continue;
      alerts.push(this.announcer.withdraw(record, raised, time));
    }
    return alerts;
  }
}

/** The cell of the matrix a session belongs to. The far end is the operator, whoever opened. */
function placeOf(record: FlowRecord, finding: Finding): Place {
  const { client, server, serverPort, ipVersion } = finding;
  const { lanClient } = record.sighting;
  return {
    client: finding.clientNear && lanClient !== null ? lanClient : client,
    server,
    operator: operatorName(record.session) ?? server,
    port: serverPort,
    ipVersion,
  };
}
