// The door to reset and segment forensics: which segments are worth a look, what happens to them before
// the halves are updated, when a connection's evidence is ripe, and what of it a finding tells. The rules
// themselves live beside it: reset, burst, aftermath, segment, block, silence; conclusion weighs.
// Only far segments can be forged as seen here; a near reset is counted and otherwise believed.

import { Finding } from "../finding/finding";
import { Flow, FLOW_FORGOTTEN, FLOW_WITNESS } from "../flow/flow";
import { HALF_FIN } from "../flow/half";
import { HeadTable } from "./head-table";
import {
  RESET_DIRTY, RESET_HELD, RESET_ICMP, RESET_TOLD, ResetRow, ResetTable,
} from "./reset-table";
import { DUE_PER_FRAME_MAX } from "../limits";
import { FIN, RST, Segment, SEGMENT, SYN } from "../segment";
import { Block } from "./block";
import { Conclusion } from "./conclusion";
import { Distance } from "./distance";
import { Benign } from "../finding/evidence";
import { History } from "./history";
import { Loss } from "./loss";
import { Resets } from "./reset";
import { Segments } from "./segment";
import { Silence } from "./silence";
import { View } from "./view";

/** Flows whose due work changed something, until the caller has told them. */
const PENDING: usize = memory.data(DUE_PER_FRAME_MAX * 4, 8);
const PENDING_COUNT: usize = memory.data(8, 8);

export class Forensics {
  /** Is this segment worth a look? Runs for every segment. */
  @inline static wants(flow: Flow, segment: Segment, fromNear: bool): bool {
    if (flow.resetRow || segment.has(RST)) return true;
    return fromNear ? Silence.wants(flow, segment) : Segments.wants(flow, segment);
  }

  /** Before the halves are updated by this segment. */
  static observe(flow: Flow, segment: Segment, fromNear: bool): void {
    assert(segment.tcpAt != 0);
    if (segment.has(RST)) {
      const sender = fromNear ? flow.near : flow.far;
      if (sender.resets != u32.MAX_VALUE) sender.resets++;
      flow.set(FLOW_WITNESS);
    }
    if (fromNear) Forensics.near(flow, segment);
    else if (segment.has(RST)) Resets.arrive(flow, segment);
    else Segments.arrive(flow, segment);
    if (segment.has(FIN)) Forensics.closing(flow, fromNear);
  }

  private static near(flow: Flow, segment: Segment): void {
    if (Silence.wants(flow, segment)) {
      Silence.repeated(flow, segment);
      if (segment.has(SYN) && flow.resetRow) History.renew(flow, ResetRow.of(flow.resetRow));
    }
  }

  /** Both sides have said FIN: nothing will come that could cancel what is held. */
  private static closing(flow: Flow, fromNear: bool): void {
    const other = fromNear ? flow.far : flow.near;
    if (!flow.resetRow || !other.has(HALF_FIN)) return;
    const row = ResetRow.of(flow.resetRow);
    if (row.has(RESET_HELD)) History.judge(row);
  }

  /** An ICMP error that quotes a packet of this connection. */
  static icmp(
    flow: Flow, type: u32, code: u32, senderHigh: u64, senderLow: u64, quotedSeq: u32, now: u64, frame: u32,
  ): void {
    assert(now != 0 || frame != 0);
    Block.arrive(flow, type, code, senderHigh, senderLow, quotedSeq, frame);
  }

  /** Judges rows whose wait is over, at most DUE_PER_FRAME_MAX a call. */
  static due(now: u64): void {
    for (let turn: u32 = 0; turn < DUE_PER_FRAME_MAX; turn++) {
      const index = ResetTable.firstHeld();
      if (!index) return;
      const row = ResetRow.of(index);
      if (now < row.deadline) return;
      const pending = load<u32>(PENDING_COUNT);
      if (pending == DUE_PER_FRAME_MAX) return;
      const flow = Flow.at(row.flow);
      Silence.judge(flow, now);
      History.judge(row);
      if (!Conclusion.notable(flow, row)) continue;
      store<u32>(PENDING + (<usize>pending << 2), row.flow);
      store<u32>(PENDING_COUNT, pending + 1);
    }
  }

  /** Time of the next due work, ns; the end of time when there is none. */
  static nextDue(): u64 {
    const index = ResetTable.firstHeld();
    return index ? ResetRow.of(index).deadline : u64.MAX_VALUE;
  }

  /** A flow whose due work made a change, 0 when none is left. */
  static dueFlow(): usize {
    const pending = load<u32>(PENDING_COUNT);
    if (pending == 0) return 0;
    store<u32>(PENDING_COUNT, pending - 1);
    return load<u32>(PENDING + (<usize>(pending - 1) << 2));
  }

  /** The connection is over: what absence proves can be said now, and nothing is held any longer. */
  static end(flow: Flow): void {
    if (flow.resetRow || Silence.possible(flow)) Silence.judge(flow, Segment.at(SEGMENT).time);
    if (flow.resetRow) History.judge(ResetRow.of(flow.resetRow));
  }

  /** Has the end of this connection anything to say to someone who does not list every connection? */
  static speaks(flow: Flow): bool {
    if (flow.has(FLOW_FORGOTTEN)) return true;
    if (!flow.resetRow) return false;
    const row = ResetRow.of(flow.resetRow);
    if (row.has(RESET_TOLD) || Conclusion.notable(flow, row)) return true;
    // A reaper of idle connections explains resets of others from the same distance.
    return Conclusion.benign(row) == Benign.Idle;
  }

  /** Gives back what the connection held. */
  static release(flow: Flow): void {
    if (flow.resetRow) ResetTable.release(flow.resetRow);
    if (flow.handshake.headRow) HeadTable.release(flow);
    flow.resetRow = 0;
  }

  /** Is there something new to tell? Clears the mark. What is held is told only when it is conclusive. */
  static changed(flow: Flow): bool {
    if (!flow.resetRow) return false;
    const row = ResetRow.of(flow.resetRow);
    if (!row.has(RESET_DIRTY)) return false;
    const notable = Conclusion.notable(flow, row);
    if (row.has(RESET_HELD) && !Conclusion.conclusive && !row.has(RESET_ICMP)) return false;
    row.clear(RESET_DIRTY);
    if (!notable && !row.has(RESET_TOLD)) return false;
    row.set(RESET_TOLD);
    return true;
  }

  /** The segments' part of a finding. Counts of resets are by the role of who received them. */
  static fill(flow: Flow, finding: Finding): void {
    const handshake = flow.handshake;
    finding.resetsToClient = flow.server.resets;
    finding.resetsToServer = flow.client.resets;
    finding.synAckTtl = <u8>Distance.synAck(flow);
    finding.forgotten = flow.has(FLOW_FORGOTTEN) ? 1 : 0;
    finding.rttUs = handshake.rttSamples ? handshake.rttMin : 0;
    if (flow.resetRow) Conclusion.fill(flow, ResetRow.of(flow.resetRow), finding);
  }

  /** F9: the router's fast path hides established connections. */
  static setOffloaded(on: bool): void { View.setOffloaded(on); }

  /** F8: the kernel lost frames. */
  static lostFrames(): void { Loss.note(Segment.at(SEGMENT).time); }
}
