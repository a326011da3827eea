// What the alert book remembers of one connection while findings about it may still come: which alerts
// it raised, at which revision, and what history said when its dialog began. Identities are hashes.

import { createHash } from "node:crypto";
import { openSession, type SessionState } from "../baseline/session.ts";
import type { AlertFlow, AlertKind, Verdict } from "../ground/alert.ts";
import { communityId } from "../ground/community-id.ts";
import type { Finding, SegmentsSeen, Sighting } from "../ground/finding.ts";
import type { Opinion } from "./opinion.ts";

/** Hexadecimal digits of an alert id: 64 bits, far beyond what one house raises. */
const ID_DIGITS = 16;

/** An alert that was raised. */
export interface Raised {
  readonly id: string;
  revision: number;
  verdict: Verdict;
  /** Verdict, severity, exposure and evidence as one string: a change of it is a new revision. */
  signature: string;
  /** The opinion it was raised with, for a later withdrawal. */
  opinion: Opinion;
}

/** A connection the book knows. */
export interface FlowRecord {
  readonly flow: AlertFlow;
  readonly openTime: bigint;
  readonly firstFrame: number;
  /** Serial number of the connection: ordinals grow in the order of first packets, over all files. */
  readonly ordinal: number;
  readonly ipVersion: 4 | 6;
  /** The client is the house's end. */
  readonly clientNear: boolean;
  /** Both ends are home's or neither is: which end is the house's was guessed. */
  readonly sideGuessed: boolean;
  sighting: Sighting;
  readonly raised: Map<AlertKind, Raised>;
  /** What the last finding said of its segments; null before one did. */
  segments: SegmentsSeen | null;
  /** What comparison with other connections made of this one. */
  readonly added: Set<string>;
  readonly cancelled: Set<string>;
  signature: string | null;
  blocked: "suspect" | "likely" | null;
  /** Why something was taken back: a name the judge has words for; empty when nothing was. */
  reason: string;
  serverName: string | null;
  /** How the mail session stands against the past. */
  readonly session: SessionState;
  /** True once this session was counted in the matrix. */
  counted: boolean;
}

/** Both ends as an alert shows them. */
function flowOf(finding: Finding): AlertFlow {
  const { client, clientPort, server, serverPort, application } = finding;
  return { client, clientPort, server, serverPort, application };
}

/** The name of the server: from DNS or the handshake, else the one it greets with. */
export function serverNameOf(finding: Finding): string | null {
  if (finding.serverName !== null) return finding.serverName;
  const greeting = finding.mail?.greetingHost ?? "";
  // A greeting of asterisks, one word or a status code such as 4.7.0 is no name.
  return /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.[A-Za-z][A-Za-z0-9-]*$/.test(greeting)
    ? greeting.toLowerCase()
    : null;
}

/** A new record for the first finding of a connection. */
export function openRecord(finding: Finding, sighting: Sighting): FlowRecord {
  return {
    flow: flowOf(finding),
    openTime: finding.openTime,
    firstFrame: finding.firstFrame,
    ordinal: finding.ordinal,
    ipVersion: finding.ipVersion,
    clientNear: finding.clientNear,
    sideGuessed: finding.sideGuessed,
    sighting,
    raised: new Map(),
    segments: null,
    added: new Set(),
    cancelled: new Set(),
    signature: null,
    blocked: null,
    reason: "",
    serverName: serverNameOf(finding),
    session: openSession(),
    counted: false,
  };
}

/** The id of an alert: the same for the same connection and kind, whatever the file is called. */
export function alertId(record: FlowRecord, kind: AlertKind): string {
  const { client, clientPort, server, serverPort } = record.flow;
  const identity = [
    client,
    clientPort,
    server,
    serverPort,
    record.openTime,
    record.firstFrame,
    kind,
  ];
  return createHash("sha256").update(identity.join(" ")).digest("hex").slice(0, ID_DIGITS);
}

/** What other programs call this connection. */
export function connectionId({ flow }: FlowRecord): string {
  return communityId(flow.client, flow.clientPort, flow.server, flow.serverPort);
}
