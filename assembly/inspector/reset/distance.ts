// What a TTL or hop limit says about where a segment was made: hop counts across TTL classes, the far
// side's habit, boxes in front of servers. One strength per question; names no evidence by itself.

import { Flow, FLOW_CLIENT_NEAR } from "../flow/flow";
import { FrontTable } from "./front-table";
import { RESET_IDLE, RESET_NEAR_ENDPOINT, ResetRow } from "./reset-table";
import { Segment } from "../segment";
import { SegmentEvidence } from "../finding/evidence";
import { History, STRONG, WEAK } from "./history";
import { HOPS_MAX, NEAR_ENDPOINT_HOPS, TTL_STEP } from "./threshold";

export class Distance {
  /** The initial value a sender must have used: the smallest of 64, 128, 255 that fits. */
  @inline static initial(ttl: u32): u32 { return ttl <= 64 ? 64 : ttl <= 128 ? 128 : 255; }
  @inline static hops(ttl: u32): u32 { return Distance.initial(ttl) - ttl; }
  @inline static apart(a: u32, b: u32): u32 { return a > b ? a - b : b - a; }

  /** The far side's usual TTL, 0 while none of its plain segments was seen. */
  @inline static base(flow: Flow): u32 { return flow.far.ttlBase; }

  /** TTL of the far SYN-ACK, 0 without one. */
  @inline static synAck(flow: Flow): u32 {
    return flow.has(FLOW_CLIENT_NEAR) && flow.handshake.synAckCount ? flow.handshake.synAckTtl : 0;
  }

  /** Does a box in front of the endpoint answer for it with this TTL? Another class, the same hops. */
  @inline static nearEndpoint(ttl: u32, base: u32): bool {
    return Distance.initial(ttl) != Distance.initial(base) &&
      Distance.apart(Distance.hops(ttl), Distance.hops(base)) <= NEAR_ENDPOINT_HOPS;
  }

  /** TTL evidence of a far reset against the far side's habit, or its SYN-ACK when it has none yet. */
  static judgeReset(flow: Flow, row: ResetRow, ttl: u32, segment: Segment, closing: bool): void {
    const habit = Distance.base(flow);
    const synAck = Distance.synAck(flow);
    const base = habit ? habit : synAck;
    if (base == 0 || ttl == base) return;
    // Two SYN-ACKs of different servers: whose distance it should have is not known.
    if (!habit && (row.weak | row.strong) & (1 << <u64>SegmentEvidence.SynackConflict)) return;
    if (Distance.front(flow, row, ttl, base, segment)) return;
    const implausible = Distance.hops(ttl) > HOPS_MAX && Distance.hops(base) <= HOPS_MAX;
    if (implausible) History.addReset(row, SegmentEvidence.RstTtlImplausible, STRONG, segment, closing);
    if (row.has(RESET_IDLE)) return;
    // Several boxes answer for this server: no value proves much.
    const several = habit != 0 && synAck != 0 && Distance.apart(synAck, habit) > NEAR_ENDPOINT_HOPS;
    const strength = Distance.apart(ttl, base) >= TTL_STEP && !several ? STRONG : WEAK;
    History.addReset(row, SegmentEvidence.RstTtlStep, strength, segment, closing);
  }

  /** The same for a reset that came before the far side's first segment, once that shows its TTL. */
  static judgeEarlier(row: ResetRow, ttl: u32, base: u32, segment: Segment): void {
    if (ttl == base || Distance.nearEndpoint(ttl, base)) return;
    if (Distance.hops(ttl) > HOPS_MAX && Distance.hops(base) <= HOPS_MAX) {
      History.add(row, SegmentEvidence.RstTtlImplausible, STRONG, segment);
    }
    const step = Distance.apart(ttl, base) >= TTL_STEP;
    History.add(row, SegmentEvidence.RstTtlStep, step ? STRONG : WEAK, segment);
  }

  /** The same for any other far segment that already gave evidence; against the SYN-ACK it is weak. */
  static judgeSegment(flow: Flow, row: ResetRow, segment: Segment): void {
    const habit = Distance.base(flow);
    const synAck = Distance.synAck(flow);
    const base = habit ? habit : synAck;
    const ttl = segment.ttl;
    if (base == 0 || ttl == base || Distance.nearEndpoint(ttl, base) || ttl == synAck) return;
    const strength = habit ? STRONG : WEAK;
    if (Distance.hops(ttl) > HOPS_MAX && Distance.hops(base) <= HOPS_MAX) {
      History.add(row, SegmentEvidence.SegTtlImplausible, strength, segment);
    }
    const step = Distance.apart(ttl, base) >= TTL_STEP;
    History.add(row, SegmentEvidence.SegTtlStep, step ? strength : WEAK, segment);
  }

  /** F5: a box in front of the endpoint, or one of several; remembered for its network. */
  private static front(flow: Flow, row: ResetRow, ttl: u32, base: u32, segment: Segment): bool {
    const far = flow.far;
    const synAck = Distance.synAck(flow);
    const several = synAck != 0 && Distance.apart(synAck, base) > NEAR_ENDPOINT_HOPS && ttl == synAck;
    // The far side's own data came with this TTL as well.
    const own = far.ttlMin != far.ttlMax && (ttl == <u32>far.ttlMin || ttl == <u32>far.ttlMax);
    if (Distance.nearEndpoint(ttl, base) || several || own) {
      FrontTable.remember(segment.sourceHigh, segment.sourceLow, ttl);
      row.set(RESET_NEAR_ENDPOINT);
      return true;
    }
    if (!FrontTable.knows(segment.sourceHigh, segment.sourceLow, ttl)) return false;
    row.set(RESET_NEAR_ENDPOINT);
    return true;
  }
}
