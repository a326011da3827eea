// The two records a reader of the results sees: an alert, and one line per flow. Their keys and their
// meaning are the published contract. Does not decide anything; host/text/alert-json.ts writes them.

import type { Application, Stage, TlsState } from "./finding.ts";

/** What an alert is about. A flow may raise several kinds. */
export type AlertKind =
  | "capability-rewritten"
  | "reset-forged"
  | "segment-forged"
  | "connection-blocked"
  | "cleartext-exposed";

export type Verdict = "proven" | "likely" | "suspect" | "withdrawn" | "none";
export type Severity = "critical" | "warning" | "notice" | "info";
/** Where, seen from the tap, the change was made. */
export type Side = "far" | "near" | "unknown";

/** Who is affected; `unknown` until there is something to compare with. */
export type Scope =
  | "unknown"
  | "all-clients"
  | "one-client"
  | "port-25-only"
  | "several-operators"
  | "one-operator";

/** Both ends of a connection. Addresses as dotted quad or RFC 5952. */
export interface AlertFlow {
  readonly client: string;
  readonly clientPort: number;
  readonly server: string;
  readonly serverPort: number;
  readonly application: Application;
}

/** Where alerts come from, for whoever collects those of several routers. */
export interface Vantage {
  /** The name of this router. */
  readonly sensor: string;
  /** The owner's label of its line; null when unset. */
  readonly uplink: string | null;
}

/** One alert, as printed, written and sent. Absent values are null, never left out. */
export interface Alert {
  /** Stable for one flow and one kind: the same file gives the same ids. */
  readonly id: string;
  /** 1, then one more each time verdict or evidence of this id changes. */
  readonly revision: number;
  /** Capture time of the frame that settled it: RFC 3339, UTC, nanoseconds. */
  readonly time: string;
  readonly alert: AlertKind;
  readonly verdict: Exclude<Verdict, "none">;
  readonly severity: Severity;
  /** Evidence names, sorted. */
  readonly evidence: readonly string[];
  readonly flow: AlertFlow;
  readonly interface: string | null;
  readonly file: string | null;
  readonly lanClient: string | null;
  /** What went out in clear (a password, a message), a word for each; for sentences, as the next one. */
  readonly happened: string;
  /** Which end is the house's own; not part of the published record. */
  readonly homeEnd: "client" | "server";
  readonly serverName: string | null;
  readonly side: Side;
  readonly scope: Scope;
  readonly fingerprint: string | null;
  /** Upper-case first tokens in wire order; null when no list was seen. */
  readonly offered: readonly string[] | null;
  readonly expected: readonly string[] | null;
  /** Frame numbers, from 1, within `file` or `evidenceFile`. */
  readonly frames: readonly number[];
  readonly evidenceFile: string | null;
  /** One or two plain sentences for the owner. */
  readonly text: string;
  /** Community ID of the connection, version 1, seed 0. */
  readonly communityId: string;
  readonly sensor: string;
  readonly uplink: string | null;
}

/** One TCP flow that carried a mail dialog, a reset or any evidence: a line of `--flows`. */
export interface FlowLine {
  readonly flow: AlertFlow;
  /** Capture time of the first packet, as an alert's time. */
  readonly time: string;
  readonly communityId: string;
  readonly file: string | null;
  /** The strongest of the separately judged families. */
  readonly verdict: Verdict;
  readonly severity: Severity;
  /** Evidence names, sorted; those that only inform are included. */
  readonly evidence: readonly string[];
  readonly alerts: readonly AlertKind[];
  /** Why the verdict is none: `benign:…`, `unexplained`, or null. */
  readonly reason: string | null;
  readonly resets: { readonly toClient: number; readonly toServer: number };
  /** Where the connection stood at the first reset. */
  readonly stage: Exclude<Stage, "none"> | null;
  readonly tls: TlsState;
  readonly offered: readonly string[] | null;
  readonly serverName: string | null;
  readonly frames: readonly number[];
}

/** Alert kinds in the order in which a flow line lists them. */
export const ALERT_KINDS: readonly AlertKind[] = [
  "capability-rewritten",
  "reset-forged",
  "segment-forged",
  "connection-blocked",
  "cleartext-exposed",
];

/** Strength of a verdict for comparisons: withdrawn counts as none. */
export const VERDICT_RANK: Readonly<Record<Verdict, number>> = {
  none: 0,
  withdrawn: 0,
  suspect: 1,
  likely: 2,
  proven: 3,
};

/** Weight of a severity for comparisons. */
export const SEVERITY_RANK: Readonly<Record<Severity, number>> = {
  info: 0,
  notice: 1,
  warning: 2,
  critical: 3,
};

/** Digits of an id that a person reads and types. */
export const SHORT_ID_DIGITS = 8;

/** The beginning of an alert's id, as sentences name it and `ack` takes it. */
export function shortId(alert: Pick<Alert, "id">): string {
  return alert.id.slice(0, SHORT_ID_DIGITS);
}

/** True when what a person typed names this alert: its id, or its beginning from the short id on. */
export function isIdOf(typed: string, id: string): boolean {
  return typed === id || (typed.length >= SHORT_ID_DIGITS && id.startsWith(typed));
}

/** The device at home: the LAN address behind NAT where it is known, else the house's end as seen. */
export function homeDevice(alert: Alert): string {
  const { flow, lanClient } = alert;
  return alert.homeEnd === "server" ? flow.server : (lanClient ?? flow.client);
}
