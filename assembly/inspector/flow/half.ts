// One direction of a connection as an observer infers it: the sender's variables, which the real
// endpoint knows and we only guess. RFC 9293 §3.3.1.
//
// What every frame touches comes first; the rest lies one cache line further on, so that both
// directions' first parts share one line and their second parts the next (see flow.ts).
//
//   0    4    8    12   16       24   26 28 29 30 31 32      64   68 69 70 71 72   76    80       88     92   96
//   ├snd─┼ack─┼edge┼tsv─┼──time──┼pkts┼id┼fl┼ws┼tb┼tv┤ other ├iss─┼mn┼mx┼rn┼vr┼hole┼holeE┼dataTime┼resets┼claim┤

/** Flags of a half. */
export const HALF_SYN: u32 = 1; // a SYN of this side was seen
export const HALF_FIN: u32 = 2;
export const HALF_RST: u32 = 4;
export const HALF_DATA: u32 = 8; // payload was seen
export const HALF_TS: u32 = 16; // this side sent the timestamps option
export const HALF_HOLE: u32 = 32; // a range between holeStart and holeEnd was never seen
export const HALF_SEEN: u32 = 64; // any packet
export const HALF_NEXT: u32 = 128; // sndNxt is valid: this side sent a segment that is no reset

/** Where `packets` goes on once it is full: small counts stay small, and two neighbours always differ. */
const PACKETS_AGAIN: u32 = 256;

@final @unmanaged
export class Half {
  /** SND.NXT as observed: the largest end of any non-RST segment of this side that was taken. */
  sndNxt: u32;
  /** The largest acknowledgment this side sent (its RCV.NXT); 0 = none. */
  ackMax: u32;
  /** Right edge of the window it offered: the largest acknowledgment + window, scaled. */
  edge: u32;
  /** Its last TSval in order. */
  tsVal: u32;
  /** Time of its last packet, ns. */
  time: u64;
  /** Packets seen from this side: exact up to 65,535, then round and round above PACKETS_AGAIN. */
  packets: u16;
  /** Its last IPv4 identification. */
  ipid: u16;
  flags: u8;
  /** Window scale shift, 255 when this side's SYN had none or was not seen. */
  windowScale: u8;
  /** Most common TTL of packets that are neither SYN, RST nor the bare ACK ending a handshake (majority vote). */
  ttlBase: u8;
  ttlVotes: u8;

  // The other direction's first part lies here, when this is the client's half.
  private other0: u64;
  private other1: u64;
  private other2: u64;
  private other3: u64;

  /** ISS: initial send sequence number; valid with HALF_SYN. */
  iss: u32;
  ttlMin: u8;
  ttlMax: u8;
  /** How many packets in a row (capped at 255) stepped the identification by 1..64. */
  ipidRun: u8;
  /** Count of distinct consecutive identifications (capped at 255): 0 = never varied. */
  ipidVaried: u8;
  /** First hole in this side's stream: [holeStart, holeEnd). */
  holeStart: u32;
  holeEnd: u32;
  /** Time of its last packet with payload, ns. */
  dataTime: u64;
  /** Resets seen from this side, saturating. */
  resets: u32;
  /** It acknowledged the other side up to here, which nobody saw sent; 0 = no such claim stands. */
  claim: u32;

  @inline static at(at: usize): Half { return changetype<Half>(at); }
  @inline has(bits: u32): bool { return (<u32>this.flags & bits) != 0; }
  @inline set(bits: u32): void { this.flags = <u8>(<u32>this.flags | bits); }
  /** The window it offers beyond its acknowledgment, octets. */
  @inline get window(): u32 { return this.edge - this.ackMax; }
  @inline count(): void {
    const packets = <u32>this.packets + 1;
    this.packets = <u16>(packets > 0xffff ? PACKETS_AGAIN : packets);
  }
}

/** From one direction's half to the other's. */
export const HALF_SIZE: u32 = 32;
/** From a half's first octet to behind its last. */
export const HALF_SPAN: u32 = 96;
