// One direction of a connection as an observer infers it: the sender's variables, which the real
// endpoint knows and we only guess. RFC 9293 §3.3.1.
//
//   0    4    8    12   16        24   28   30 31 32 33 34 35 36 37 38  40   44   48       56   60  64
//   ├iss─┼snd─┼ack─┼wnd─┼──time───┼tsv─┼id─┼rn┼vr┼bs┼vt┼mn┼mx┼fl┼ws┼mss┼hole┼holeE┼─dataTime┼pkts┼──┤

/** Flags of a half. */
export const HALF_SYN: u32 = 1; // a SYN of this side was seen
export const HALF_FIN: u32 = 2;
export const HALF_RST: u32 = 4;
export const HALF_DATA: u32 = 8; // payload was seen
export const HALF_TS: u32 = 16; // this side sent the timestamps option
export const HALF_HOLE: u32 = 32; // a range between holeStart and holeEnd was never seen
export const HALF_SEEN: u32 = 64; // any packet
export const HALF_NEXT: u32 = 128; // sndNxt is valid

@final @unmanaged
export class Half {
  /** ISS: initial send sequence number; valid with HALF_SYN. */
  iss: u32;
  /** SND.NXT as observed: the largest end of any non-RST segment of this side. */
  sndNxt: u32;
  /** The largest acknowledgment this side sent (its RCV.NXT). */
  ackMax: u32;
  /** The last window it advertised, scaled, octets. */
  window: u32;
  /** Time of its last packet, ns. */
  time: u64;
  /** Its last TSval. */
  tsVal: u32;
  /** Its last IPv4 identification. */
  ipid: u16;
  /** How many packets in a row (capped at 255) stepped the identification by 1..64. */
  ipidRun: u8;
  /** Count of distinct consecutive identifications (capped at 255): 0 = never varied. */
  ipidVaried: u8;
  /** Most common TTL of packets that are neither SYN, RST nor the bare ACK ending a handshake (majority vote). */
  ttlBase: u8;
  ttlVotes: u8;
  ttlMin: u8;
  ttlMax: u8;
  flags: u8;
  /** Window scale shift, 255 when this side's SYN had none or was not seen. */
  windowScale: u8;
  mss: u16;
  /** First hole in this side's stream: [holeStart, holeEnd). */
  holeStart: u32;
  holeEnd: u32;
  /** Time of its last packet with payload, ns. */
  dataTime: u64;
  /** Packets seen from this side, saturating. */
  packets: u32;
  /** Resets seen from this side, saturating. */
  resets: u32;

  @inline static at(at: usize): Half { return changetype<Half>(at); }
  @inline has(bits: u32): bool { return (<u32>this.flags & bits) != 0; }
  @inline set(bits: u32): void { this.flags = <u8>(<u32>this.flags | bits); }
}

export const HALF_SIZE: u32 = 64;
