// The segment under inspection: what the wire layers decoded from the current frame, one fixed record.
// Filled by decode.ts for every TCP segment; read by flow, mail, reset and name.
// Valid until the next frame; addresses point into the ring or the capture window.

/** TCP control bits as they stand in the header's 13th octet and the low bits of the 12th. RFC 9293 §3.1. */
export const FIN: u32 = 0x01;
export const SYN: u32 = 0x02;
export const RST: u32 = 0x04;
export const PSH: u32 = 0x08;
export const ACK: u32 = 0x10;
export const URG: u32 = 0x20;
export const ECE: u32 = 0x40;
export const CWR: u32 = 0x80;
/** The four bits between data offset and CWR: AE (0x100) and three reserved ones. */
export const RESERVED: u32 = 0xe00;

@final @unmanaged
export class Segment {
  /** Frame time, nanoseconds since 1970. */
  time: u64;
  /** 1-based number of the frame within its input. */
  frame: u32;
  /** Interface index given by the host (replay: the capture's interface). */
  interfaceIndex: u32;
  /** 4 or 6. */
  ipVersion: u32;
  /** Addresses, network order, 16 octets each (IPv4 as ::ffff:a.b.c.d). */
  sourceLow: u64;
  sourceHigh: u64;
  targetLow: u64;
  targetHigh: u64;
  sourcePort: u32;
  targetPort: u32;
  /** TTL or hop limit. */
  ttl: u32;
  /** IPv4 identification; 0 for IPv6. */
  ipid: u32;
  /** 1 when IPv4's Don't Fragment is set. */
  df: u32;
  /** Control bits, twelve of them (see above). */
  flags: u32;
  seq: u32;
  ack: u32;
  /** Window as it stands in the header, unscaled. */
  window: u32;
  /** Payload: its place, the octets captured there, and the octets the IP header claims were sent. */
  payloadAt: usize;
  payloadCaptured: u32;
  payloadLength: u32;
  /** SEG.SEQ + payload length + SYN + FIN. */
  end: u32;
  /** Timestamps option. RFC 7323 §3. */
  hasTimestamp: u32;
  tsVal: u32;
  tsEcr: u32;
  /** Window scale option of a SYN, 255 when absent. */
  windowScale: u32;
  /** The option octets as sent: their place and size (0–40). */
  optionsAt: usize;
  optionsSize: u32;
  /** Place of the TCP header, where the checksum begins. */
  tcpAt: usize;
  /** 1 when the frame's checksum was not ready when captured (offload): never judge it. */
  checksumNotReady: u32;
  /** What home does with it, as far as the tap can tell: a Fate of flow/taken.ts. */
  fate: u32;

  @inline static at(at: usize): Segment { return changetype<Segment>(at); }
  @inline has(bits: u32): bool { return (this.flags & bits) != 0; }
}

/** The one instance. */
export const SEGMENT: usize = memory.data(256, 64);
