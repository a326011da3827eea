// What the far side sends after "its" reset: a dead connection has no state left to answer from. The
// strongest evidence there is, and only for resets whose numbers belong to the current attempt.

import { Flow } from "../flow/flow";
import { HALF_NEXT } from "../flow/half";
import {
  MARK_CLOSING, MARK_CURRENT, MARK_LOSSY, MARK_OLD, MARK_REACTIVE, MARK_SYN, RESET_IDLE, RESET_REFUSED,
  ResetRecord, ResetRow,
} from "./reset-table";
import { ACK, Segment } from "../segment";
import { Seq } from "../wire/seq";
import { Distance } from "./distance";
import { SegmentEvidence } from "../finding/evidence";
import { CONCLUSIVE, History, STRONG, WEAK } from "./history";
import { Loss } from "./loss";
import { Stages } from "./stage";
import { ALIVE_AFTER_US, REORDER_US, SYNACK_AFTER_US, WATCH_US } from "./threshold";
import { Timing } from "./timing";
import { View } from "./view";

/** What a change of route explains, unless it is conclusive. */
const EXPLAINED_BY_MOVE: u64 = (1 << <u64>SegmentEvidence.RstTtlStep) |
  (1 << <u64>SegmentEvidence.RstDataAfter);

export class Aftermath {
  /** A far segment that is neither a reset nor a SYN, before the halves know it. */
  static segment(flow: Flow, row: ResetRow, segment: Segment): void {
    const nowUs = <u32>(segment.time / 1000);
    const records = row.records;
    for (let slot: u32 = 0; slot < records; slot++) {
      const record = row.record(slot);
      if (record.has(MARK_OLD) || !record.has(MARK_CURRENT)) continue;
      const elapsed = nowUs - record.timeUs;
      if (elapsed > WATCH_US) continue;
      const moved = Aftermath.moved(flow, segment, record);
      if (moved) History.drop(row, EXPLAINED_BY_MOVE);
      // Where a part is hidden, "new" is only what the tap had not seen (F9).
      const alive = !View.partial(flow) && (Aftermath.progress(flow, row, segment, record) ||
        (!moved && Aftermath.data(flow, row, segment, record, elapsed)));
      if (alive || elapsed < ALIVE_AFTER_US || Aftermath.filtered(flow, segment, record)) continue;
      const strength = row.has(RESET_IDLE) ? WEAK : STRONG;
      const closing = record.has(MARK_CLOSING);
      History.addBoth(row, SegmentEvidence.RstAliveAfter, strength, segment, record, closing);
    }
  }

  /** Does the far side itself now speak from where a reset by the book came from? Then the route changed (G4). */
  private static moved(flow: Flow, segment: Segment, record: ResetRecord): bool {
    const base = Distance.base(flow);
    return record.has(MARK_REACTIVE) && segment.ttl == <u32>record.ttl && base != 0 && segment.ttl != base;
  }

  /**
   * A packet filter at the server answers a segment by the book and keeps it: the server, which saw neither
   * that nor the reset, repeats its octets and says FIN as if nothing had happened. Only the acknowledgment
   * of what was refused shows that nobody refused it.
   */
  private static filtered(flow: Flow, segment: Segment, record: ResetRecord): bool {
    if (!record.has(MARK_REACTIVE)) return false;
    const acked = flow.far.ackMax;
    const delivered = segment.has(ACK) && Stages.farAcked(flow) && Seq.before(acked, record.nearEnd) &&
      !Seq.before(segment.ack, record.nearEnd);
    return !delivered;
  }

  /** Acknowledges what home sent after the reset: reordering cannot acknowledge the future. */
  private static progress(flow: Flow, row: ResetRow, segment: Segment, record: ResetRecord): bool {
    const near = flow.near;
    if (!segment.has(ACK) || !near.has(HALF_NEXT)) return false;
    if (!Seq.after(segment.ack, record.nearEnd) || Seq.after(segment.ack, near.sndNxt)) return false;
    History.add(row, SegmentEvidence.RstAckProgress, CONCLUSIVE, segment);
    row.addFrame(record.frame);
    return true;
  }

  /** New octets: an honest active reset carries SND.NXT, so nothing can lie behind it. */
  private static data(flow: Flow, row: ResetRow, segment: Segment, record: ResetRecord, elapsed: u32): bool {
    if (segment.payloadLength == 0 || record.has(MARK_SYN)) return false;
    if (!Seq.after(segment.end, record.farEnd) || !Seq.after(segment.end, record.seq)) return false;
    let strength = CONCLUSIVE;
    if (record.has(MARK_REACTIVE)) strength = elapsed >= REORDER_US ? STRONG : WEAK;
    else if (record.has(MARK_LOSSY) || Loss.recent(segment.time)) strength = STRONG;
    History.add(row, SegmentEvidence.RstDataAfter, strength, segment);
    row.addFrame(record.frame);
    return true;
  }

  /** A far SYN-ACK to home's SYN: the port that was refused is open. */
  static synAck(flow: Flow, row: ResetRow, segment: Segment): void {
    const near = flow.near;
    if (segment.ack != near.iss + 1 && segment.ack != near.sndNxt) return;
    const nowUs = <u32>(segment.time / 1000);
    const records = row.records;
    for (let slot: u32 = 0; slot < records; slot++) {
      const record = row.record(slot);
      const elapsed = nowUs - record.timeUs;
      if (!record.has(MARK_SYN) || elapsed > SYNACK_AFTER_US) continue;
      row.addFrame(record.frame);
      // A retried SYN may reach another backend; a reset of other numbers was an older connection's.
      if (record.has(MARK_OLD) || !record.has(MARK_CURRENT)) {
        History.add(row, SegmentEvidence.RstThenSynack, WEAK, segment);
        continue;
      }
      History.add(row, SegmentEvidence.RstThenSynack, CONCLUSIVE, segment);
      row.clear(RESET_REFUSED);
      Aftermath.against(flow, row, segment, record);
    }
  }

  /** Now the server has shown its TTL, its round trip and its identification: the reset is held against them. */
  private static against(flow: Flow, row: ResetRow, segment: Segment, record: ResetRecord): void {
    const handshake = flow.handshake;
    const ttl = <u32>record.ttl;
    row.farTtl = <u8>segment.ttl;
    Distance.judgeEarlier(row, ttl, segment.ttl, segment);
    if (handshake.synCount == 1 && record.ack == flow.near.sndNxt) {
      const sent = <u32>(handshake.synTime / 1000);
      const latency = record.timeUs - sent;
      const roundTrip = <u32>(segment.time / 1000) - sent;
      if (Timing.tooEarly(latency, roundTrip)) History.add(row, SegmentEvidence.RstEarly, STRONG, segment);
    }
    const echo: u64 = 1 << <u64>SegmentEvidence.RstIpidEcho;
    if (row.strong & echo && segment.ipid == <u32>record.ipid) {
      row.strong &= ~echo;
      row.weak |= echo;
    }
  }
}
