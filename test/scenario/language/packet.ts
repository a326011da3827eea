// Packets with every number decided, ready to be encoded: what conversation.ts makes of a
// scenario's moves and what transforms rewrite. Times are nanoseconds since the scenario began.

import type { Address } from "./address.ts";
import type { DnsAnswer } from "./dns.ts";
import type { Corruption, Host } from "./scenario.ts";

/** TCP control bits. RFC 9293 §3.1. */
export const FIN = 0x01;
export const SYN = 0x02;
export const RST = 0x04;
export const PSH = 0x08;
export const ACK = 0x10;
export const URG = 0x20;
export const ECE = 0x40;
export const CWR = 0x80;

interface Common {
  /** Frame number in the untransformed scenario; 0 = scenery that no result may name. */
  readonly origin: number;
  readonly time: bigint;
  readonly truncate: number | null;
  readonly corrupt: readonly Corruption[];
}

export interface TcpPacket extends Common {
  readonly kind: "tcp";
  readonly from: Host;
  readonly to: Host;
  readonly flags: number;
  readonly seq: number;
  readonly ack: number;
  readonly window: number;
  readonly options: Uint8Array;
  readonly payload: Uint8Array;
  readonly bulk: boolean;
  readonly ttl: number;
  /** IPv4 identification; null = the sender's own counter. */
  readonly id: number | null;
  readonly df: number;
  readonly reserved: number;
  readonly ipOptions: number;
  readonly extensions: readonly number[];
}

export interface IcmpPacket extends Common {
  readonly kind: "icmp";
  readonly type: number;
  readonly code: number;
  readonly sender: Address;
  readonly to: Host;
  readonly quoted: TcpPacket;
}

export interface DnsPacket extends Common {
  readonly kind: "dns";
  readonly to: Host;
  readonly answer: DnsAnswer;
}

export interface RawPacket extends Common {
  readonly kind: "frame";
  readonly octets: Uint8Array;
}

export type Packet = TcpPacket | IcmpPacket | DnsPacket | RawPacket;

/** A captured frame. */
export interface Frame {
  readonly origin: number;
  /** Nanoseconds since the scenario began. */
  readonly time: bigint;
  /** The octets captured. */
  readonly octets: Uint8Array;
  /** Octets on the wire. */
  readonly length: number;
}

/** SEG.SEQ + length + SYN + FIN, modulo 2^32. */
export function segmentEnd(packet: TcpPacket): number {
  const marks = (packet.flags & SYN ? 1 : 0) + (packet.flags & FIN ? 1 : 0);
  return (packet.seq + packet.payload.length + marks) >>> 0;
}
