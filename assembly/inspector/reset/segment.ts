// Far segments that are no resets: content that differs from what came before, a stream that steps back,
// a second SYN-ACK with other numbers, an option that is missing, header tuples of known injectors.

import { FAR_CHECKSUM_GOOD, FAR_SYNACK_FOREIGN, Flow } from "../flow/flow";
import { HALF_DATA, HALF_HOLE, HALF_NEXT, HALF_RST, HALF_SYN, HALF_TS } from "../flow/half";
import { HeldHead, HeadTable } from "./head-table";
import { ResetRow } from "./reset-table";
import { ACK, FIN, Segment, SYN } from "../segment";
import { Checksum } from "../wire/checksum";
import { Octets } from "../wire/octets";
import { Seq } from "../wire/seq";
import { Aftermath } from "./aftermath";
import { Distance } from "./distance";
import { Fingerprint, SegmentEvidence } from "../finding/evidence";
import { Fingerprints } from "./fingerprint";
import { CONCLUSIVE, History, STRONG, WEAK } from "./history";
import { Identification } from "./identification";
import { Stages } from "./stage";
import {
  CONFLICT_OCTETS, REGRESS_APART_NS, REGRESS_LATE_NS, REGRESS_MAX, REGRESS_MIN, TIMESTAMPS_STRIPPED,
  UNTAKEN_NS,
} from "./threshold";

/** First octets of TLS records: change cipher spec to application data. What is encrypted is not held. */
const TLS_FIRST: u32 = 0x14;
const TLS_LAST: u32 = 0x17;

const RESET_DISTANCE: u64 = (1 << <u64>SegmentEvidence.RstTtlStep) |
  (1 << <u64>SegmentEvidence.RstTtlImplausible);

export class Segments {
  /** Worth a look although the connection has no reset row? Cheap: it runs for every far segment. */
  @inline static wants(flow: Flow, segment: Segment): bool {
    const far = flow.far;
    if (segment.payloadLength) {
      if (!far.has(HALF_DATA) || flow.handshake.headRow || Fingerprints.wants(segment)) return true;
    } else if (segment.has(SYN) || (far.has(HALF_NEXT) && Seq.diff(far.sndNxt, segment.seq) > REGRESS_MIN)) {
      return true;
    }
    return segment.hasTimestamp == 0 && far.has(HALF_TS) && flow.near.has(HALF_TS);
  }

  /** A far segment without RST, before the halves know it. */
  static arrive(flow: Flow, segment: Segment): void {
    const before = Segments.weight(flow);
    if (segment.has(SYN)) Segments.synAck(flow, segment);
    else {
      if (flow.resetRow) Aftermath.segment(flow, ResetRow.of(flow.resetRow), segment);
      Segments.timestamp(flow, segment);
      Segments.regress(flow, segment);
      if (segment.payloadLength) Segments.payload(flow, segment);
    }
    if (Segments.weight(flow) <= before) return;
    // It gave evidence: where it came from is worth asking as well.
    const row = ResetRow.of(flow.resetRow);
    if (!segment.has(SYN)) {
      Distance.judgeSegment(flow, row, segment);
      if (Identification.echoes(flow, segment)) {
        History.add(row, SegmentEvidence.SegIpidEcho, STRONG, segment);
      }
    }
    History.hold(row, segment.time);
  }

  /** Grows whenever evidence is added, shrinks when some is explained. */
  private static weight(flow: Flow): u32 {
    if (!flow.resetRow) return 0;
    const row = ResetRow.of(flow.resetRow);
    return <u32>(popcnt(row.weak) + popcnt(row.strong) + popcnt(row.conclusive));
  }

  private static mark(flow: Flow, mark: u32): void {
    flow.handshake.farMarks = <u8>(<u32>flow.handshake.farMarks | mark);
  }

  /** Arrived as it was sent, as far as can be told: an endpoint drops what its checksum convicts. */
  private static intact(segment: Segment): bool {
    return !Checksum.ready(segment) || Checksum.right(segment);
  }

  private static synAck(flow: Flow, segment: Segment): void {
    if (!segment.has(ACK)) return;
    const handshake = flow.handshake;
    if (Checksum.ready(segment) && Checksum.right(segment)) Segments.mark(flow, FAR_CHECKSUM_GOOD);
    if (flow.resetRow) Aftermath.synAck(flow, ResetRow.of(flow.resetRow), segment);
    const near = flow.near;
    if (!near.has(HALF_SYN)) return;
    if (segment.ack != near.iss + 1) {
      if (handshake.synAckCount == 0) Segments.mark(flow, FAR_SYNACK_FOREIGN);
      return;
    }
    // Both sides of a firewall that renumbers streams: the first one answered another SYN.
    if (handshake.farMarks & FAR_SYNACK_FOREIGN) {
      handshake.farMarks = <u8>(<u32>handshake.farMarks & ~FAR_SYNACK_FOREIGN);
      handshake.synAckCount = 0;
    }
    if (handshake.synAckCount == 0 || segment.seq == handshake.synAckSeq || !Segments.intact(segment)) return;
    const index = History.row(flow);
    if (!index) return;
    // A repeated SYN may have reached two servers.
    const strength = handshake.synCount > 1 ? WEAK : STRONG;
    const row = ResetRow.of(index);
    // Two answers of two senders: a reset held against the first one's distance says nothing more.
    if (!Distance.base(flow)) History.drop(row, RESET_DISTANCE);
    History.add(row, SegmentEvidence.SynackConflict, strength, segment);
  }

  /** RFC 7323 §3.2: once negotiated, every segment but a reset must carry the option. */
  private static timestamp(flow: Flow, segment: Segment): void {
    if (!flow.far.has(HALF_TS) || !flow.near.has(HALF_TS)) return;
    if (segment.hasTimestamp) {
      if (flow.resetRow) ResetRow.of(flow.resetRow).timestampsMissing = 0;
      return;
    }
    if (!Segments.intact(segment)) return;
    const index = History.row(flow);
    if (!index) return;
    const row = ResetRow.of(index);
    if (row.timestampsMissing != 255) row.timestampsMissing++;
    if (<u32>row.timestampsMissing >= TIMESTAMPS_STRIPPED) return;
    History.add(row, SegmentEvidence.TsMissing, segment.payloadLength ? STRONG : WEAK, segment);
  }

  /** A pure ACK below what "the far side" has sent already: it never sent that. */
  private static regress(flow: Flow, segment: Segment): void {
    const far = flow.far;
    if (segment.payloadLength || segment.has(FIN) || !segment.has(ACK) || !far.has(HALF_DATA)) return;
    const back = Seq.diff(far.sndNxt, segment.seq);
    if (back <= REGRESS_MIN || back >= REGRESS_MAX) return;
    if (far.has(HALF_SYN) && Seq.before(segment.seq, far.iss + 1)) return;
    if (Segments.untaken(flow, segment)) return;
    // Octets were lost, or came damaged and far ahead: the edge is not certain.
    if (far.has(HALF_HOLE) || !Segments.intact(segment)) return;
    const apart = segment.time > far.dataTime ? segment.time - far.dataTime : 0;
    const newer = Seq.after(segment.ack, far.ackMax);
    if (apart < REGRESS_APART_NS || (!newer && apart < REGRESS_LATE_NS)) return;
    const index = History.row(flow);
    if (index) History.add(ResetRow.of(index), SegmentEvidence.AckSeqRegress, STRONG, segment);
  }

  /**
   * Does it go back to exactly what home has taken, although home spoke well after the octets beyond? Then
   * those never reached home: whoever sent them may have given them up, as proxies in user space do, and
   * if they were forged they came to nothing.
   */
  private static untaken(flow: Flow, segment: Segment): bool {
    const near = flow.near;
    return segment.seq == near.ackMax && !near.has(HALF_RST) && near.time > flow.far.dataTime + UNTAKEN_NS;
  }

  private static payload(flow: Flow, segment: Segment): void {
    if (Fingerprints.wants(segment) || segment.hasTimestamp == 0) Segments.fingerprint(flow, segment);
    const far = flow.far;
    const handshake = flow.handshake;
    // Only octets that an endpoint would have taken are compared.
    const ready = Checksum.ready(segment);
    if (ready && !Checksum.right(segment)) return;
    if (ready) Segments.mark(flow, FAR_CHECKSUM_GOOD);
    if (!handshake.headRow) {
      if (far.has(HALF_DATA) || segment.payloadCaptured == 0) return;
      const first = Octets.u8(segment.payloadAt, 0);
      if (first >= TLS_FIRST && first <= TLS_LAST) return;
      if (!HeadTable.claim(flow, far.has(HALF_SYN) ? far.iss + 1 : segment.seq, segment.time)) return;
    }
    const head = HeldHead.of(handshake.headRow);
    if (head.expired(segment.time)) {
      HeadTable.release(flow);
      return;
    }
    const differing = head.differences(segment.seq, segment.payloadAt, segment.payloadCaptured);
    if (differing >= CONFLICT_OCTETS) {
      const index = History.row(flow);
      if (index) History.add(ResetRow.of(index), SegmentEvidence.SegOverlapConflict, CONCLUSIVE, segment);
    }
    head.grow(segment.seq, segment.payloadAt, segment.payloadCaptured, segment.time);
  }

  private static fingerprint(flow: Flow, segment: Segment): void {
    const match = Fingerprints.match(flow, segment, Stages.of(flow));
    if (!match || !Segments.intact(segment)) return;
    const index = History.row(flow);
    if (!index) return;
    const row = ResetRow.of(index);
    row.fingerprint = <u8>match;
    // Worth something only if the far side's other identifications vary: conclusion.ts asks.
    if ((match & 0xff) == Fingerprint.Scapy) row.ipidVaried = flow.far.ipidVaried;
    History.add(row, match >> 8, STRONG, segment);
  }
}
