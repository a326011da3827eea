// A far reset against what an honest endpoint would have sent: sequence, acknowledgment, TTL,
// identification, timestamps, timing, flags. RFC 9293 §3.5.2 and §3.10.7, RFC 5961 §3.2, RFC 7323 §3.2.
// Compares it with the resets before it in burst.ts; what follows it is judged in aftermath.ts.

import { FAR_CHECKSUM_GOOD, Flow } from "../flow/flow";
import { HALF_FIN, HALF_HOLE, HALF_NEXT, HALF_RST, HALF_SYN, HALF_TS } from "../flow/half";
import {
  MARK_CLOSING, MARK_CURRENT, MARK_LOSSY, MARK_OLD, MARK_REACTIVE, MARK_SYN, RESET_DATA_CUT,
  RESET_IDLE, RESET_LOCAL_CLOSED, RESET_REACTIVE, RESET_REFUSED,
  RESET_REMOTE_CLOSED, RESET_REMOTE_RESET, RESET_SEEN, ResetRow,
} from "./reset-table";
import { ACK, CWR, ECE, FIN, PSH, RESERVED, Segment, URG } from "../segment";
import { Checksum } from "../wire/checksum";
import { Seq } from "../wire/seq";
import { Burst } from "./burst";
import { Distance } from "./distance";
import { SegmentEvidence, Stage } from "../finding/evidence";
import { Fingerprints } from "./fingerprint";
import { History, STRONG, WEAK } from "./history";
import { Identification } from "./identification";
import { Loss } from "./loss";
import { Stages } from "./stage";
import {
  ACK_HISTORY, DUPLICATE_BLIND_US, DUPLICATE_US, IDLE_NS, LATE_MARGIN_NS, LATE_NS, TIMESTAMP_RATE,
  TIMESTAMP_SLACK_S, WINDOW_MIN,
} from "./threshold";
import { Timing } from "./timing";
import { View } from "./view";

/** The AE bit: accurate ECN, no sense in a reset. */
const AE: u32 = 0x100;
const NS_PER_S: u64 = 1_000_000_000;
const NS_PER_MS: u64 = 1_000_000;
/** A sequence number of 0 may lie this close to the far side's own without being crafted. */
const SEQ_NEAR: i32 = 65535;

export class Resets {
  /** A reset from the far side, before the halves know it. */
  static arrive(flow: Flow, segment: Segment): void {
    // An endpoint drops what its checksum convicts; where all are wrong, the capture spoils them.
    if (flow.handshake.farMarks & FAR_CHECKSUM_GOOD && Checksum.ready(segment) && !Checksum.right(segment)) return;
    const index = History.row(flow);
    if (!index) return;
    const row = ResetRow.of(index);
    if (Resets.duplicate(row, segment)) return;
    const stage = Stages.of(flow);
    const marks = Resets.classify(flow, row, segment, stage);
    const closing = (marks & MARK_CLOSING) != 0;
    const before = row.strong | row.conclusive | row.closing;
    if (stage != Stage.Syn) Resets.sequence(flow, row, segment, marks, closing);
    if (segment.has(ACK)) Resets.acknowledgment(flow, row, segment, stage, closing);
    Resets.sinceSynAck(flow, row, segment, stage, closing);
    Distance.judgeReset(flow, row, segment.ttl, segment, closing);
    Identification.judge(flow, row, segment, closing);
    Resets.timestamps(flow, row, segment, closing);
    Resets.control(row, segment, closing);
    Burst.compare(flow, row, segment, stage, closing);
    Resets.fingerprint(flow, row, segment, stage);
    const convicted = (row.strong | row.conclusive | row.closing) != before;
    if (convicted || row.resetTtl == 0) Resets.describe(flow, row, segment);
    // The endpoint's own, correct reset: whatever resets come later answer packets that came too late.
    const own = segment.ttl == Distance.base(flow) &&
      (marks & MARK_REACTIVE || segment.seq == flow.far.sndNxt);
    if (own && !convicted) row.set(RESET_REMOTE_RESET);
    Resets.record(flow, row, segment, marks, stage);
    History.hold(row, segment.time);
  }

  /** F6: the same packet captured at two places. */
  private static duplicate(row: ResetRow, segment: Segment): bool {
    const nowUs = <u32>(segment.time / 1000);
    const records = row.records;
    for (let slot: u32 = 0; slot < records; slot++) {
      const record = row.record(slot);
      if (record.seq != segment.seq || record.ack != segment.ack) continue;
      if (<u32>record.ipid != segment.ipid || <u32>record.window != segment.window) continue;
      const elapsed = nowUs - record.timeUs;
      const apart = Distance.apart(record.ttl, segment.ttl);
      // Without an identification two resets of one stack look the same: only the hop between tells, or no time.
      const same = segment.ipid != 0 || apart == 1 || elapsed < DUPLICATE_BLIND_US;
      if (same && apart <= 1 && elapsed < DUPLICATE_US) return true;
    }
    return false;
  }

  /** What kind of reset it is: its marks; on the attempt's first one also the benign explanations. */
  private static classify(flow: Flow, row: ResetRow, segment: Segment, stage: Stage): u32 {
    const near = flow.near;
    const far = flow.far;
    const first = Resets.isFirst(row);
    let marks: u32 = 0;
    if (stage == Stage.Syn) marks |= MARK_SYN;
    if (!segment.has(ACK) && Stages.nearAcked(flow)) {
      const behind = Seq.diff(near.ackMax, segment.seq);
      if (behind >= 0 && behind <= ACK_HISTORY) marks |= MARK_REACTIVE;
    }
    if (Resets.current(flow, segment, stage)) marks |= MARK_CURRENT;
    if (far.has(HALF_HOLE) || Loss.recent(segment.time)) marks |= MARK_LOSSY;
    const idle = far.time != 0 && segment.time > far.time + IDLE_NS;
    if (first) {
      if (near.has(HALF_FIN | HALF_RST)) row.set(RESET_LOCAL_CLOSED);
      if (far.has(HALF_FIN)) row.set(RESET_REMOTE_CLOSED);
      if (idle) row.set(RESET_IDLE);
      if (idle) row.idleSeconds = <u32>((segment.time - far.time) / NS_PER_S);
      if (marks & MARK_REACTIVE) row.set(RESET_REACTIVE);
      if (stage == Stage.Syn && segment.has(ACK) && segment.seq == 0 && segment.ack == near.sndNxt) {
        row.set(RESET_REFUSED);
      }
    }
    if (!row.has(RESET_SEEN)) {
      row.set(RESET_SEEN);
      row.stage = <u8>stage;
      const open = !row.has(RESET_LOCAL_CLOSED | RESET_REMOTE_CLOSED);
      if (open && (stage == Stage.Psh || stage == Stage.Later)) row.set(RESET_DATA_CUT);
    }
    if (row.has(RESET_LOCAL_CLOSED | RESET_REMOTE_CLOSED)) marks |= MARK_CLOSING;
    if (row.has(RESET_REMOTE_RESET) && Resets.answers(flow, segment)) marks |= MARK_CLOSING;
    return marks;
  }

  /** Was something of home's still on its way to the server? A box there answers it after a reset. */
  private static answers(flow: Flow, segment: Segment): bool {
    const near = flow.near;
    const handshake = flow.handshake;
    if (Stages.farAcked(flow) && Seq.after(near.sndNxt, flow.far.ackMax)) return true;
    const roundTrip = handshake.rttSamples ? <u64>handshake.rttMin * 1000 : LATE_NS;
    return segment.time <= near.time + 2 * roundTrip + LATE_MARGIN_NS;
  }

  /** No reset of this attempt has been recorded yet. */
  private static isFirst(row: ResetRow): bool {
    const records = row.records;
    for (let slot: u32 = 0; slot < records; slot++) if (!row.record(slot).has(MARK_OLD)) return false;
    return true;
  }

  /**
   * Do its numbers belong to this attempt? An endpoint that meets a segment of an earlier connection on
   * the same ports resets that one, and what it sends afterwards in this one is honest.
   */
  private static current(flow: Flow, segment: Segment, stage: Stage): bool {
    const near = flow.near;
    const far = flow.far;
    if (stage == Stage.Syn) {
      // RST+ACK of our SYN's end, or of the ISN itself as one injector does.
      return segment.has(ACK) && (segment.ack == near.sndNxt || segment.ack - near.iss <= 1);
    }
    if (!far.has(HALF_NEXT)) return false;
    if (far.has(HALF_SYN) && Seq.before(segment.seq, far.iss)) return false;
    const window = near.has(HALF_SYN) ? near.window : max<u32>(near.window, WINDOW_MIN);
    const ahead = Seq.diff(segment.seq, far.sndNxt);
    return ahead <= 0 ? ahead >= -ACK_HISTORY || far.has(HALF_SYN) : <u32>ahead <= window;
  }

  /** SEG.SEQ against the far side's stream and home's acknowledgments. */
  private static sequence(flow: Flow, row: ResetRow, segment: Segment, marks: u32, closing: bool): void {
    const near = flow.near;
    const far = flow.far;
    if (!far.has(HALF_NEXT) || !Stages.nearAcked(flow)) return;
    const seq = segment.seq;
    const distance = Seq.diff(seq, far.sndNxt);
    if (seq == 0 && !(marks & MARK_REACTIVE) && (distance < -SEQ_NEAR || distance > SEQ_NEAR)) {
      // A SYN sent twice may be refused although its first copy was answered.
      const refusal = near.has(HALF_SYN) && segment.ack == near.iss + 1 && flow.handshake.synCount > 1;
      History.addReset(row, SegmentEvidence.RstSeqZero, refusal ? WEAK : STRONG, segment, closing);
      return;
    }
    if (distance == 0 || marks & MARK_REACTIVE || seq == near.ackMax || View.partial(flow)) return;
    if (distance < 0) {
      // Below the attempt's first octet it can reset nothing here: an older incarnation's.
      if (!(marks & MARK_CURRENT) || row.has(RESET_IDLE)) return;
      History.addReset(row, SegmentEvidence.RstDataBefore, distance == -1 ? WEAK : STRONG, segment, closing);
      return;
    }
    const beyond = Seq.diff(seq, near.ackMax) > <i32>min<u32>(max<u32>(near.window, WINDOW_MIN), 0x7fffffff);
    History.addReset(row, SegmentEvidence.RstSeqAhead, beyond ? STRONG : WEAK, segment, closing);
  }

  /** SEG.ACK against what home sent, and how long the answer took. */
  private static acknowledgment(flow: Flow, row: ResetRow, segment: Segment, stage: Stage, closing: bool): void {
    const near = flow.near;
    if (!near.has(HALF_NEXT)) return;
    const ack = segment.ack;
    let wrong: bool;
    if (!near.has(HALF_SYN)) wrong = false;
    else if (stage == Stage.Syn) wrong = ack != near.sndNxt && ack != near.iss + 1;
    else wrong = Seq.diff(ack, near.iss + 1) < 0 || (Seq.diff(ack, near.sndNxt) > 0 && !View.partial(flow));
    if (wrong) History.addReset(row, SegmentEvidence.RstAckWrong, STRONG, segment, closing);
    const latency = Timing.latency(flow, segment);
    if (latency == 0) return;
    row.latencyUs = latency;
    const handshake = flow.handshake;
    if (stage == Stage.Syn || handshake.rttSamples == 0 || row.has(RESET_IDLE)) return;
    if (Timing.tooEarly(latency, handshake.rttMin)) {
      History.addReset(row, SegmentEvidence.RstEarly, STRONG, segment, closing);
    }
  }

  /**
   * Between its SYN-ACK and home's acknowledgment of it a server has nothing to abort: a reset that comes
   * half a round trip after the SYN-ACK or sooner answers nothing the server can have seen, whatever it
   * says it answers. (Measured: plain resets of racing injectors carry no acknowledgment to go by.)
   */
  private static sinceSynAck(flow: Flow, row: ResetRow, segment: Segment, stage: Stage, closing: bool): void {
    if (stage != Stage.Ack && stage != Stage.Psh) return;
    const handshake = flow.handshake;
    if (Distance.synAck(flow) == 0 || handshake.synCount != 1 || handshake.rttSamples == 0) return;
    const elapsed = (segment.time - handshake.synAckTime) / 1000;
    if (elapsed >= handshake.rttMin || !Timing.tooEarly(<u32>elapsed, handshake.rttMin)) return;
    row.latencyUs = <u32>elapsed;
    History.addReset(row, SegmentEvidence.RstEarly, STRONG, segment, closing);
  }

  /** A timestamp that the far side's clock could not show, or that answers one home never sent. RFC 7323 §3.2. */
  private static timestamps(flow: Flow, row: ResetRow, segment: Segment, closing: bool): void {
    const near = flow.near;
    const far = flow.far;
    if (!segment.hasTimestamp || !near.has(HALF_TS) || !far.has(HALF_TS)) return;
    // Some stacks leave TSval empty in a reset (seven honest ones measured); TSecr must still be home's.
    const empty = segment.tsVal == 0;
    const elapsed = segment.time > far.time ? (segment.time - far.time) / NS_PER_S : 0;
    const span = <i64>(TIMESTAMP_RATE * (elapsed + TIMESTAMP_SLACK_S));
    const off = <i64>Seq.diff(segment.tsVal, far.tsVal);
    const future = segment.tsEcr != 0 && Seq.after(segment.tsEcr, near.tsVal);
    if (future || (!empty && (off > span || off < -span))) {
      History.addReset(row, SegmentEvidence.RstTsBogus, STRONG, segment, closing);
    }
  }

  /** Control bits that have no business in a reset. */
  private static control(row: ResetRow, segment: Segment, closing: bool): void {
    if (segment.flags & RESERVED) History.addReset(row, SegmentEvidence.RstFlagsOdd, STRONG, segment, closing);
    else if (segment.flags & (AE | ECE | CWR | URG | PSH | FIN)) {
      History.addReset(row, SegmentEvidence.RstFlagsOdd, WEAK, segment, closing);
    }
  }

  private static fingerprint(flow: Flow, row: ResetRow, segment: Segment, stage: Stage): void {
    const match = Fingerprints.match(flow, segment, stage);
    if (!match) return;
    // A payload that convicts must have arrived as it was sent.
    if (segment.payloadLength && Checksum.ready(segment) && !Checksum.right(segment)) return;
    row.fingerprint = <u8>match;
    History.add(row, match >> 8, STRONG, segment);
  }

  /** What the owner's text will say of the reset that matters most. */
  private static describe(flow: Flow, row: ResetRow, segment: Segment): void {
    row.resetTtl = <u8>segment.ttl;
    const base = Distance.base(flow);
    row.farTtl = <u8>(base ? base : Distance.synAck(flow));
    row.resetIpid = <u16>segment.ipid;
    row.resetWindow = <u16>segment.window;
    row.resetDf = segment.df;
    row.resetFrame = segment.frame;
    const elapsed = segment.time > flow.openTime ? (segment.time - flow.openTime) / NS_PER_MS : 0;
    row.resetAfterMs = <u32>min<u64>(elapsed, u32.MAX_VALUE);
  }

  private static record(flow: Flow, row: ResetRow, segment: Segment, marks: u32, stage: Stage): void {
    const record = row.nextRecord();
    record.timeUs = <u32>(segment.time / 1000);
    record.frame = segment.frame;
    record.seq = segment.seq;
    record.ack = segment.ack;
    record.farEnd = flow.far.sndNxt;
    record.nearEnd = flow.near.sndNxt;
    record.nearPackets = flow.near.packets;
    record.ipid = <u16>segment.ipid;
    record.window = <u16>segment.window;
    record.ttl = <u8>segment.ttl;
    record.flags = <u8>segment.flags;
    record.marks = <u8>marks;
    record.stage = <u8>stage;
  }
}
