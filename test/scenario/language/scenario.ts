// What a scenario file says, as values: hosts, link, moves as written (numbers still relative),
// assumptions, opt-outs, and the complete result it expects. parse.ts makes it from text,
// conversation.ts turns its moves into packets. The dialect: test/scenario/README.md.

import type { Address } from "./address.ts";
import type { DnsAnswer } from "./dns.ts";

/** One end of connections: a name used in the file, an address, a port. */
export interface Host {
  readonly name: string;
  readonly address: Address;
  readonly port: number;
}

/** One layer below IP. Only the first of a stack may be a link type; the others are tags. */
export type Layer =
  | { readonly kind: "ethernet" | "sll" | "sll2" | "raw" | "null" | "loop" | "user" }
  | { readonly kind: "vlan" | "service-vlan" | "pppoe"; readonly id: number };

/** A sequence or acknowledgment number: relative to an ISS, or as it stands in the header. */
export interface Num {
  readonly value: number;
  readonly absolute: boolean;
}

/** A header field overwritten after encoding. Fields: encode.ts. */
export interface Corruption {
  readonly field: string;
  readonly value: number;
}

/** What every packet line may add. null = the default. */
export interface Attributes {
  readonly ack: Num | null;
  readonly window: number | null;
  readonly options: Uint8Array | null;
  readonly ttl: number | null;
  readonly id: number | null;
  readonly df: number | null;
  readonly reserved: number | null;
  /** Octets of IPv4 options (no-operation), a multiple of four. */
  readonly ipOptions: number;
  /** IPv6 extension headers by their number, in order. */
  readonly extensions: readonly number[];
  /** Octets of the frame that were captured; null = all. */
  readonly truncate: number | null;
  readonly corrupt: readonly Corruption[];
}

export interface SegmentMove {
  readonly kind: "segment";
  readonly from: string;
  readonly to: string;
  /** null = the short form: ACK and PSH with payload at SND.NXT. */
  readonly flags: number | null;
  readonly seq: Num | null;
  /** The sender's last segment with payload once more, whatever else is said here. */
  readonly again: boolean;
  readonly payload: Uint8Array;
  /** Payload whose content and cutting do not matter (`fill`): never split. */
  readonly bulk: boolean;
  readonly attributes: Attributes;
}

export interface HandshakeMove {
  readonly kind: "handshake";
  readonly from: string;
  readonly to: string;
  /** Nanoseconds between SYN and SYN-ACK. */
  readonly roundTrip: bigint;
}

/** An ICMP error from `sender` quoting the last packet that `quoted` sent. */
export interface IcmpMove {
  readonly kind: "icmp";
  readonly type: number;
  readonly code: number;
  readonly sender: Address;
  readonly quoted: string;
  readonly truncate: number | null;
}

/** A DNS answer that gives `name` the address; seen by the first host. */
export interface DnsMove {
  readonly kind: "dns";
  readonly answer: DnsAnswer;
  readonly truncate: number | null;
}

/** A whole frame, octet by octet. */
export interface FrameMove {
  readonly kind: "frame";
  readonly octets: Uint8Array;
}

/** Time passes; one segment of an unrelated connection shows that it has. */
export interface SilenceMove {
  readonly kind: "silence";
}

/** The pair starts over with new initial sequence numbers. */
export interface ReopenMove {
  readonly kind: "reopen";
  readonly from: string;
  readonly to: string;
}

export type Act =
  | SegmentMove
  | HandshakeMove
  | IcmpMove
  | DnsMove
  | FrameMove
  | SilenceMove
  | ReopenMove;

/** One line of the file that makes packets. */
export interface Move {
  /** 1-based line. */
  readonly line: number;
  /** Nanoseconds since the move before. */
  readonly wait: bigint;
  readonly act: Act;
  /** Evidence that must name this move's frames (`!` lines). */
  readonly notes: readonly string[];
}

/** What is assumed to be known before the first packet. */
export type Assumption =
  | {
      readonly kind: "offered";
      readonly host: string;
      readonly offer: number;
      readonly nooffer: number;
      /** The capability list it offered, upper-case first tokens; empty when not stated. */
      readonly list: readonly string[];
    }
  | { readonly kind: "greeted"; readonly host: string; readonly name: string }
  | { readonly kind: "known"; readonly name: string }
  | { readonly kind: "policy"; readonly name: string }
  /** A fast path of the router hides established connections from the tap. */
  | { readonly kind: "offloaded" };

/** The complete result. Lines are in one normal form (result.ts), so that texts can be compared. */
export interface Expectation {
  readonly flows: readonly string[];
  readonly alerts: readonly string[];
  /** Reason counts, `name n`; null = not stated, not compared. */
  readonly reasons: readonly string[] | null;
}

export interface Scenario {
  readonly path: string;
  readonly source: readonly string[];
  /** The first comment: what happens. */
  readonly summary: string;
  readonly layers: readonly Layer[];
  readonly hosts: ReadonlyMap<string, Host>;
  /** Networks that count as home; empty = the product's default. */
  readonly home: readonly string[];
  /** Initial sequence numbers by host name, where the file sets them. */
  readonly iss: ReadonlyMap<string, number>;
  readonly assumptions: readonly Assumption[];
  /** Evidence names that this file comes close to without having them. */
  readonly twinOf: readonly string[];
  /** Transforms this file cannot bear, each with its reason. */
  readonly optOut: ReadonlyMap<string, string>;
  readonly moves: readonly Move[];
  /** null = the file states no result yet: a failure, or work for the update. */
  readonly expected: Expectation | null;
}
