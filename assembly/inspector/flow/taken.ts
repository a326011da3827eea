// Does home take this segment? A tap sees what passes; an endpoint drops much of it: what lies outside its
// window, what came damaged, what answers octets it never sent, what an older clock stamped. The one place
// that decides it; what home drops moves nothing of a connection and is no evidence of what home read.
// RFC 9293 §3.10.7.4, RFC 5961 §5.2, RFC 7323 §5.3.

import { ACK, RST, Segment, SYN } from "../segment";
import { Checksum } from "../wire/checksum";
import { Seq } from "../wire/seq";
import { FAR_CHECKSUM_GOOD, FAR_DATA_GOOD, Flow, FLOW_CLIENT_NEAR, FLOW_PARTIAL } from "./flow";
import { Half, HALF_HOLE, HALF_NEXT, HALF_SYN, HALF_TS } from "./half";

/** What becomes of a segment that arrives for home. */
export namespace Fate {
  /** Taken; what home itself sent, or nothing is known that speaks against it. */
  export const Taken: u32 = 0;
  /** All of it lies before what home has acknowledged: trimmed away. */
  export const Old: u32 = 1;
  /** It acknowledges what home was not seen to send, or is a second answer to its SYN: home's next segment tells. */
  export const Unsure: u32 = 2;
  /** From here on home drops it. Outside the window, or before the handshake. */
  export const Outside: u32 = 3;
  /** Its checksum is wrong. */
  export const Damaged: u32 = 4;
  /** An older clock stamped it: PAWS. */
  export const Stale: u32 = 5;
  /** Its hops are used up before home. */
  export const Expired: u32 = 6;
}

/** Checksums of short segments are always looked at; of long ones where they are not simply what comes next. */
const SHORT: u32 = 128;
/** A clock's tick apart is no disorder: as common stacks have it. */
const PAWS_TICK: i32 = 1;
/** Routers between home and the tap at most: a TTL further below its initial value is another habit. */
const HOME_HOPS_MAX: u32 = 8;

export class Taken {
  /** Nothing of it counts: home dropped it, or will. */
  @inline static dropped(segment: Segment): bool { return segment.fate >= Fate.Outside; }

  /** Judges a segment of the far side by what home last said. */
  static judge(flow: Flow, segment: Segment): u32 {
    const near = flow.near;
    const far = flow.far;
    if (Taken.damaged(flow, far, segment)) return Fate.Damaged;
    if (!near.has(HALF_NEXT)) return Fate.Taken; // nothing of home was seen
    const flags = segment.flags;
    if (flags & RST) return Fate.Taken; // reset/ asks more of it than an endpoint does
    if (segment.ttl != far.ttlBase && Taken.expires(near, segment)) return Fate.Expired;
    if (flags & SYN) return Taken.opening(near, far, segment);
    const known = near.ackMax != 0;
    if (!known && !far.has(HALF_SYN)) {
      // Home has asked and nobody has answered: no data yet, unless the tap missed the handshake.
      return near.has(HALF_SYN) && flow.has(FLOW_CLIENT_NEAR) ? Fate.Outside : Fate.Taken;
    }
    const next = known ? near.ackMax : far.iss + 1;
    if (near.has(HALF_SYN)) {
      const edge = known ? near.edge : next + near.edge;
      const sequence = segment.seq;
      if (Seq.after(sequence, edge)) {
        // A stream that runs on over the edge step by step: home's acknowledgments pass the tap by.
        if (sequence != far.sndNxt) return Fate.Outside;
        flow.set(FLOW_PARTIAL);
        return Fate.Taken;
      }
    }
    const back = Seq.diff(segment.end, next);
    if (back < 0 || (back == 0 && segment.seq != segment.end)) return Fate.Old;
    if (segment.hasTimestamp && far.has(HALF_TS) && near.has(HALF_TS) &&
      Seq.diff(far.tsVal, segment.tsVal) > PAWS_TICK) return Fate.Stale;
    if (flags & ACK && Seq.after(segment.ack, near.sndNxt)) {
      if (far.claim == 0 || Seq.after(segment.ack, far.claim)) far.claim = max<u32>(segment.ack, 1);
      return Fate.Unsure;
    }
    return Fate.Taken;
  }

  /** A near segment that begins below a claim convicts it: home had not sent what the claim acknowledges. */
  @inline static refute(far: Half, segment: Segment): void {
    if (far.claim != 0 && Seq.before(segment.seq, far.claim)) far.claim = 0;
  }

  /** A hole of this side's stream that its receiver has not acknowledged: what is missing may still come. */
  @inline static holeOpen(half: Half, peer: Half): bool {
    return half.has(HALF_HOLE) && (peer.ackMax == 0 || Seq.before(peer.ackMax, half.holeEnd));
  }

  /** A SYN or SYN-ACK: RFC 9293 §3.10.7.3; later ones are challenged, RFC 5961 §4.2. */
  private static opening(near: Half, far: Half, segment: Segment): u32 {
    const settled = near.ackMax != 0;
    if (far.has(HALF_SYN) && segment.seq == far.iss) return settled ? Fate.Old : Fate.Taken;
    if (settled && (segment.flags & ACK) == 0) return Fate.Outside;
    if (settled && segment.end == near.ackMax) return Fate.Taken;
    const first = !settled && !far.has(HALF_SYN);
    const answers = (segment.flags & ACK) == 0 || !near.has(HALF_SYN) || segment.ack == near.iss + 1;
    // A second answer, or one to another SYN: the first that fits is home's, but that it came is worth a look.
    return first && answers ? Fate.Taken : Fate.Unsure;
  }

  /** Does an endpoint see that it came damaged? Asked once the direction has shown a right checksum. */
  private static damaged(flow: Flow, far: Half, segment: Segment): bool {
    const plain = segment.seq == far.sndNxt && segment.ttl == <u32>far.ttlBase;
    if (segment.payloadLength > SHORT && plain && flow.dialogRow == 0 && flow.handshake.headRow == 0) return false;
    if (!Checksum.ready(segment)) return false;
    const handshake = flow.handshake;
    // Captures whose payload was made anonymous keep right sums on bare headers only: those vouch for no data.
    const data = segment.payloadLength != 0;
    const marks = data ? FAR_DATA_GOOD | FAR_CHECKSUM_GOOD : FAR_CHECKSUM_GOOD;
    if (Checksum.right(segment)) {
      handshake.farMarks = <u8>(<u32>handshake.farMarks | marks);
      return false;
    }
    return (handshake.farMarks & (data ? FAR_DATA_GOOD : FAR_CHECKSUM_GOOD)) != 0;
  }

  /** Home lies behind routers that count its own TTL down; what has no more hops than that left ends there. */
  private static expires(near: Half, segment: Segment): bool {
    const own = <u32>near.ttlBase;
    if (own == 0) return false;
    const initial: u32 = own <= 64 ? 64 : own <= 128 ? 128 : 255;
    const hops = initial - own;
    return hops <= HOME_HOPS_MAX && segment.ttl <= max<u32>(hops, 1);
  }
}
