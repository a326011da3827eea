// One finding as the host reads it out of the inspector's ring: plain values, names instead of bits.
// See assembly/inspector/finding/finding.ts for what each field means.

import type { Dialect } from "./dialect.ts";

export type Application = "other" | "tls" | "http" | Dialect;
export type TlsState = "no" | "starttls" | "implicit" | "unknown";
export type ListState = "none" | "partial" | "complete";
export type AuthLevel = "none" | "harmless" | "low" | "crackable" | "reusable";
/** The server's answer to credentials in clear text. */
export type AuthAnswer = "none" | "refused" | "accepted";
export type Stage = "none" | "syn" | "ack" | "psh" | "later";
/** Whose words refused commands were answered in. */
export type Family = "none" | "postfix" | "sendmail";
/** How well it is known that the server's domain requires encryption. */
export type PolicyHint = "none" | "dns" | "fetched";
export type Benign =
  | "none"
  | "refused"
  | "reactive"
  | "after-local-close"
  | "after-remote-fin"
  | "idle"
  | "near-endpoint"
  | "conforming"
  | "unexplained";

/** The mail dialog of a connection, as far as it was seen. */
export interface MailSeen {
  /** Evidence names, sorted. */
  readonly evidence: readonly string[];
  readonly tlsState: TlsState;
  readonly listState: ListState;
  readonly authLevel: AuthLevel;
  readonly authAnswer: AuthAnswer;
  readonly tlsOffered: boolean;
  readonly tlsRequested: boolean;
  readonly quitAfterList: boolean;
  readonly dialogOver: boolean;
  readonly starttlsReply: number;
  readonly ehloReply: number;
  /** Upper-case first tokens in wire order; null when no list was seen. */
  readonly offered: readonly string[] | null;
  /** Index in `offered` of the first mask of key length, or null. */
  readonly maskIndex: number | null;
  readonly maskCount: number;
  /** The greeting's host token, escaped, at most 64 octets; empty when unknown. */
  readonly greetingHost: string;
  readonly family: Family;
  readonly frames: readonly number[];
}

/** What the connection's segments showed. */
export interface SegmentsSeen {
  readonly weak: readonly string[];
  readonly strong: readonly string[];
  readonly conclusive: readonly string[];
  readonly fingerprint: string | null;
  readonly benign: Benign;
  readonly stage: Stage;
  readonly dataCut: boolean;
  readonly held: boolean;
  readonly resetsToClient: number;
  readonly resetsToServer: number;
  /** 0 = unknown. */
  readonly resetTtl: number;
  readonly farTtl: number;
  readonly resetIpid: number;
  /** The far side's own identifications vary. */
  readonly farIpidVaries: boolean;
  readonly resetWindow: number;
  /** IPv4's Don't Fragment in the reset; false over IPv6. */
  readonly resetDf: boolean;
  /** Frame of the reset described here, or of the repetition that made a silence conspicuous; 0 = none. */
  readonly resetFrame: number;
  /** Milliseconds from the connection's first packet to that reset. */
  readonly resetAfterMs: number;
  /** TTL of the far end's SYN-ACK; 0 = unknown. */
  readonly synAckTtl: number;
  /** The inspector's history of this connection had to make room: what was told of it stands. */
  readonly forgotten: boolean;
  readonly latencyUs: number;
  readonly rttUs: number;
  readonly idleSeconds: number;
  /** ICMP refusal by a third party, or null. */
  readonly icmp: { readonly type: number; readonly code: number; readonly sender: string } | null;
  readonly frames: readonly number[];
}

/** One snapshot of one connection. */
export interface Finding {
  readonly ordinal: number;
  readonly cause: "changed" | "ended";
  /** Nanoseconds since 1970. */
  readonly time: bigint;
  readonly openTime: bigint;
  readonly frame: number;
  readonly firstFrame: number;
  readonly client: string;
  readonly clientPort: number;
  readonly server: string;
  readonly serverPort: number;
  readonly ipVersion: 4 | 6;
  readonly application: Application;
  readonly clientNear: boolean;
  readonly sideGuessed: boolean;
  readonly synSeen: boolean;
  readonly interfaceIndex: number;
  readonly serverName: string | null;
  /** The last labels of the name that the server name is an alias of; null when it is none. */
  readonly canonicalName: string | null;
  readonly policy: PolicyHint;
  readonly mail: MailSeen | null;
  readonly segments: SegmentsSeen;
}

/** Where a connection was seen, beside what the finding itself says. */
export interface Sighting {
  /** The capture file as given; null when live. */
  readonly file: string | null;
  /** pcapng's interface name or the live interface; null when it has none. */
  readonly interfaceName: string | null;
  /** Live: the file that keeps the frames; null without one. */
  readonly evidenceFile: string | null;
  /** The LAN address behind NAT; null when unknown. */
  readonly lanClient: string | null;
}
