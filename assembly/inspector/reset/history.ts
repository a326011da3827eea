// Writes evidence into a connection's reset row: by strength, with the frame that carries it, aside when
// a close explains it. Claims the row when the first evidence comes and keeps its place in the order of
// judgement. Judges nothing.

import { Counter, Counters } from "../counters";
import { Flow, FLOW_FORGOTTEN, FLOW_WITNESS } from "../flow/flow";
import {
  MARK_OLD, RESET_DIRTY, RESET_HELD, RESET_IDLE, RESET_LOCAL_CLOSED, RESET_REMOTE_CLOSED,
  RESET_REMOTE_RESET, RESET_TOLD, ResetRecord, ResetRow, ResetTable,
} from "./reset-table";
import { RESET_HOLD_NS } from "../limits";
import { Segment } from "../segment";
import { Conclusion } from "./conclusion";
import { SegmentEvidence } from "../finding/evidence";
import { RANK_NONE } from "../finding/rank";
import { EXPLAINED_BY_CLOSE } from "./family";
import { HOLD_MAX_S } from "./threshold";

/** How much one piece of evidence weighs. */
export const WEAK: u32 = 1;
export const STRONG: u32 = 2;
export const CONCLUSIVE: u32 = 3;

const NS_PER_S: u64 = 1_000_000_000;

export class History {
  /** The flow's row, claimed if it has none; 0 when there is no room. */
  static row(flow: Flow): u32 {
    if (flow.resetRow) return flow.resetRow;
    let index = ResetTable.claim(changetype<usize>(flow));
    if (!index) {
      Counters.add(Counter.ResetsRefused, 1);
      const oldest = ResetTable.oldestJudged();
      if (!oldest) return 0;
      const loser = Flow.at(ResetRow.of(oldest).flow);
      loser.resetRow = 0;
      if (ResetRow.of(oldest).has(RESET_TOLD)) loser.set(FLOW_FORGOTTEN);
      ResetTable.release(oldest);
      index = ResetTable.claim(changetype<usize>(flow));
    }
    flow.resetRow = <u16>index;
    flow.set(FLOW_WITNESS);
    return index;
  }

  /** Adds evidence that `segment` carries. */
  static add(row: ResetRow, evidence: SegmentEvidence, strength: u32, segment: Segment): void {
    History.mark(row, 1 << <u64>evidence, strength);
    row.addFrame(segment.frame);
  }

  /** Adds evidence of a reset; what a close explains is put aside when one came first. */
  static addReset(row: ResetRow, evidence: SegmentEvidence, strength: u32, segment: Segment, closing: bool): void {
    const bit: u64 = 1 << <u64>evidence;
    if (closing && bit & EXPLAINED_BY_CLOSE && strength != CONCLUSIVE) {
      if (strength == STRONG) row.closing |= bit;
      return;
    }
    History.mark(row, bit, strength);
    row.addFrame(segment.frame);
  }

  /** The same for evidence that an earlier reset and this segment give together. */
  static addBoth(
    row: ResetRow, evidence: SegmentEvidence, strength: u32, segment: Segment, record: ResetRecord, closing: bool,
  ): void {
    if (!closing || strength == CONCLUSIVE) row.addFrame(record.frame);
    History.addReset(row, evidence, strength, segment, closing);
  }

  /** Sets a bit in its plane; the strongest plane is where it is read. */
  static mark(row: ResetRow, bit: u64, strength: u32): void {
    const plane = strength == CONCLUSIVE ? row.conclusive : strength == STRONG ? row.strong : row.weak;
    if (plane & bit) return;
    if (strength == CONCLUSIVE) row.conclusive |= bit;
    else if (strength == STRONG) row.strong |= bit;
    else row.weak |= bit;
    row.set(RESET_DIRTY);
  }

  /** What a later segment has explained. */
  static drop(row: ResetRow, set: u64): void {
    if (((row.weak | row.strong) & set) == 0) return;
    row.weak &= ~set;
    row.strong &= ~set;
    if ((row.weak | row.strong | row.conclusive) == 0) row.frameCount = 0;
    row.set(RESET_DIRTY);
  }

  /** Holds the row for what could cancel its evidence; later evidence extends that, within bounds. */
  static hold(row: ResetRow, now: u64): void {
    const seconds = <u32>(now / NS_PER_S);
    if (!row.has(RESET_HELD) || row.heldSince == 0) row.heldSince = seconds;
    else if (seconds - row.heldSince > HOLD_MAX_S) return;
    ResetTable.hold(row, now + RESET_HOLD_NS);
  }

  /** The wait is over. */
  static judge(row: ResetRow): void {
    if (row.has(RESET_HELD)) row.set(RESET_DIRTY);
    ResetTable.judge(row, (row.weak | row.strong | row.conclusive) != 0);
  }

  /** The opener repeated its SYN after a reset: a new attempt. The strongest earlier one is kept. */
  static renew(flow: Flow, row: ResetRow): void {
    if (row.recordCount == 0) return;
    if (Conclusion.weigh(flow, row) != RANK_NONE) {
      row.earlierWeak = Conclusion.weak;
      row.earlierStrong = Conclusion.strong;
      row.earlierConclusive = Conclusion.conclusive;
    }
    row.weak = 0;
    row.strong = 0;
    row.conclusive = 0;
    row.closing = 0;
    row.burst = 0;
    row.clear(RESET_LOCAL_CLOSED | RESET_REMOTE_CLOSED | RESET_IDLE | RESET_REMOTE_RESET);
    const records = row.records;
    for (let slot: u32 = 0; slot < records; slot++) {
      const record = row.record(slot);
      record.marks = <u8>(<u32>record.marks | MARK_OLD);
    }
  }
}
