// Sequence numbers: arithmetic modulo 2^32. RFC 9293 §3.4.

export type SeqNumber = u32;

export class Seq {
  /** Signed distance a − b; positive when a lies after b. */
  @inline static diff(a: SeqNumber, b: SeqNumber): i32 { return <i32>(a - b); }
  @inline static before(a: SeqNumber, b: SeqNumber): bool { return <i32>(a - b) < 0; }
  @inline static after(a: SeqNumber, b: SeqNumber): bool { return <i32>(a - b) > 0; }
  @inline static max(a: SeqNumber, b: SeqNumber): SeqNumber { return <i32>(a - b) > 0 ? a : b; }
}
