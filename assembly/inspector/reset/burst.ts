// A reset against the resets shortly before it: ladders of sequence numbers and windows, changing
// acknowledgments, several TTLs, more resets than packets to answer. Weaver, Sommer, Paxson, NDSS 2009.

import { Flow } from "../flow/flow";
import { HALF_FIN, HALF_HOLE, HALF_NEXT, HALF_RST } from "../flow/half";
import {
  MARK_LOSSY, MARK_OLD, RESET_NEAR_ENDPOINT, RESET_RECORDS, ResetRecord, ResetRow,
} from "./reset-table";
import { ACK, Segment } from "../segment";
import { Seq } from "../wire/seq";
import { Distance } from "./distance";
import { Fingerprint, SegmentEvidence, Stage } from "../finding/evidence";
import { CONCLUSIVE, History, STRONG, WEAK } from "./history";
import { Loss } from "./loss";
import { Stages } from "./stage";
import { BURST_NEAR_NS, BURST_RESETS, BURST_US, LADDER_STEP, LADDER_US, TTL_STEP } from "./threshold";
import { View } from "./view";

/**
 * Steps of known ladders: a full segment of Ethernet (Clayton, Murdoch, Watson 2006, and INTANG's source),
 * and the constant of a box that ended file sharing in 2007 (Weaver, Sommer, Paxson, NDSS 2009).
 */
const STEP_SEGMENT: u32 = 1460;
const STEP_CONSTANT: u32 = 12503;
/** Windows that form a run of this many convict; two do with different TTLs. */
const RUN: u32 = 3;

export class Burst {
  static compare(flow: Flow, row: ResetRow, segment: Segment, stage: Stage, closing: bool): void {
    const nowUs = <u32>(segment.time / 1000);
    const records = row.records;
    // Each of them may answer a packet the tap did not see (F9).
    const partial = View.partial(flow);
    let together: u32 = 0;
    let run: u32 = 1; // bit n: a reset of this burst had this window − (RUN − 1) + n; bit RUN − 1 is this one
    run <<= RUN - 1;
    let pair = false;
    for (let slot: u32 = 0; slot < records; slot++) {
      const record = row.record(slot);
      if (record.has(MARK_OLD)) continue;
      const elapsed = nowUs - record.timeUs;
      if (elapsed > LADDER_US) continue;
      if (!partial) {
        Burst.ladder(flow, row, segment, record, elapsed);
        Burst.acknowledgments(flow, row, segment, record, stage, closing);
      }
      if (elapsed > BURST_US) continue;
      together++;
      Burst.distances(flow, row, segment, record, closing);
      if (((<u32>record.flags ^ segment.flags) & ACK) != 0 || record.window == 0 || segment.window == 0) continue;
      const offset = <i32>record.window - <i32>segment.window + <i32>(RUN - 1);
      if (offset >= 0 && offset < <i32>(2 * RUN - 1)) run |= 1 << offset;
      const beside = Distance.apart(record.window, segment.window) == 1;
      if (beside && <u32>record.ttl != segment.ttl) pair = true;
    }
    if (pair || (run & (run >> 1) & (run >> 2)) != 0) {
      History.addReset(row, SegmentEvidence.RstWinLadder, CONCLUSIVE, segment, closing);
      if (!row.fingerprint) row.fingerprint = <u8>Fingerprint.WinLadder;
      Burst.name(row, nowUs);
    }
    if (!partial) Burst.count(flow, row, segment, nowUs, together, closing);
  }

  /** Names the earlier resets of a burst that convicts as a whole. */
  private static name(row: ResetRow, nowUs: u32): void {
    const records = row.records;
    for (let slot: u32 = 0; slot < records; slot++) {
      const record = row.record(slot);
      if (!record.has(MARK_OLD) && nowUs - record.timeUs <= BURST_US) row.addFrame(record.frame);
    }
  }

  /** Two resets of one kind, one ahead of everything either side knows. */
  private static ladder(flow: Flow, row: ResetRow, segment: Segment, record: ResetRecord, elapsed: u32): void {
    const near = flow.near;
    const far = flow.far;
    if (!far.has(HALF_NEXT) || far.has(HALF_FIN) || near.has(HALF_FIN | HALF_RST)) return;
    if (((<u32>record.flags ^ segment.flags) & ACK) != 0) return;
    const step = Seq.diff(segment.seq, record.seq);
    const top = Seq.max(segment.seq, record.seq);
    if (step <= LADDER_STEP && step >= -LADDER_STEP) return;
    if (!Seq.after(top, far.sndNxt) || Seq.diff(top, near.ackMax) <= LADDER_STEP) return;
    // In the other order an honest reset ahead of lost data looks the same, unless home sent nothing between.
    if (step < 0 && (elapsed > BURST_US || record.nearPackets != near.packets)) return;
    const certain = step > 0 && !far.has(HALF_HOLE) && !record.has(MARK_LOSSY) && !Loss.recent(segment.time);
    History.add(row, SegmentEvidence.RstSeqLadder, certain ? CONCLUSIVE : STRONG, segment);
    row.addFrame(record.frame);
    const size = <u32>(step < 0 ? -step : step);
    if (size == STEP_SEGMENT) row.fingerprint = <u8>Fingerprint.SeqLadder1460;
    else if (size == STEP_CONSTANT) row.fingerprint = <u8>Fingerprint.SeqLadder12503;
  }

  /** Two RST+ACK that disagree about what home sent, with nothing sent between. */
  private static acknowledgments(
    flow: Flow, row: ResetRow, segment: Segment, record: ResetRecord, stage: Stage, closing: bool,
  ): void {
    if (!(segment.flags & <u32>record.flags & ACK) || record.ack == segment.ack) return;
    if (<u32>record.stage != <u32>stage || record.nearPackets != flow.near.packets) return;
    // One box answers each packet still in flight with that packet's own end.
    const inFlight = Burst.inFlight(flow, segment.ack) && Burst.inFlight(flow, record.ack);
    const strength = inFlight ? WEAK : STRONG;
    History.addBoth(row, SegmentEvidence.RstAckChange, strength, segment, record, closing);
  }

  /** Between what the far side has acknowledged and what home has sent. */
  private static inFlight(flow: Flow, ack: u32): bool {
    if (Seq.after(ack, flow.near.sndNxt)) return false;
    return !Stages.farAcked(flow) || Seq.diff(ack, flow.far.ackMax) >= 0;
  }

  private static distances(flow: Flow, row: ResetRow, segment: Segment, record: ResetRecord, closing: bool): void {
    const apart = Distance.apart(record.ttl, segment.ttl);
    if (apart == 0 || Distance.nearEndpoint(record.ttl, segment.ttl) || row.has(RESET_NEAR_ENDPOINT)) return;
    // One and two hops are equal-cost paths of one sender.
    const strength = apart >= TTL_STEP ? STRONG : WEAK;
    History.addBoth(row, SegmentEvidence.RstTtlDiverse, strength, segment, record, closing);
  }

  /** More resets at once than home sent packets to be answered. */
  private static count(flow: Flow, row: ResetRow, segment: Segment, nowUs: u32, together: u32, closing: bool): void {
    const near = flow.near;
    const packets = near.packets;
    const fresh = together == 0 || row.burst == 0 || nowUs - row.burstStartUs > BURST_US ||
      Burst.last(row).nearPackets != packets;
    if (fresh) {
      row.burst = 1;
      row.burstStartUs = nowUs;
      return;
    }
    if (row.burst != 255) row.burst++;
    // How many packets home sent in the last second is known at the start of a flow and after a pause only;
    // otherwise all it ever sent is the bound.
    const paused = segment.time > near.time + BURST_NEAR_NS;
    const answerable: u32 = paused ? 0 : packets;
    if (<u32>row.burst >= BURST_RESETS && <u32>row.burst > answerable + 1) {
      History.addReset(row, SegmentEvidence.RstBurst, STRONG, segment, closing);
      Burst.name(row, nowUs);
    }
  }

  /** The record before this one; there is one when a burst goes on. */
  private static last(row: ResetRow): ResetRecord {
    return row.record((<u32>row.recordCount + RESET_RECORDS - 1) % RESET_RECORDS);
  }
}
