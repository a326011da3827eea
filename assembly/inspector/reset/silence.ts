// Connections that go quiet where something may have swallowed them: no answer to the SYN, none to the
// first request, a stream that freezes. Honest causes abound, so this is weak evidence for ever; only the
// comparison of names across connections can lift it.

import { Flow, FLOW_CLIENT_NEAR } from "../flow/flow";
import { HALF_DATA, HALF_FIN, HALF_NEXT, HALF_RST, HALF_SEEN, HALF_SYN } from "../flow/half";
import { RESET_HELD, RESET_SEEN, ResetRow, ResetTable } from "./reset-table";
import { Segment, SYN } from "../segment";
import { Seq } from "../wire/seq";
import { SegmentEvidence } from "../finding/evidence";
import { History, WEAK } from "./history";
import { Stages } from "./stage";
import {
  CH_SILENT_RETRIES, FREEZE_MAX, FREEZE_MIN, FREEZE_NS, FREEZE_RETRIES, SILENCE_WAIT_NS,
  SYN_SILENT_COUNT, SYN_SILENT_NS,
} from "./threshold";
import { View } from "./view";

/** The evidence is raised once for each connection. */
const SILENT: u64 = (1 << <u64>SegmentEvidence.SynSilent) | (1 << <u64>SegmentEvidence.ChSilent) |
  (1 << <u64>SegmentEvidence.FlowFreeze);

export class Silence {
  /** A near segment that repeats something: a SYN, or payload. */
  @inline static wants(flow: Flow, segment: Segment): bool {
    const near = flow.near;
    return near.has(HALF_NEXT) && (segment.payloadLength != 0 || segment.has(SYN)) &&
      Seq.diff(segment.end, near.sndNxt) <= 0;
  }

  /** Counts a repetition, before the halves know it; conspicuous ones are looked at again later. */
  static repeated(flow: Flow, segment: Segment): void {
    const near = flow.near;
    const far = flow.far;
    const handshake = flow.handshake;
    if (segment.has(SYN)) {
      if (<u32>handshake.synCount + 1 >= SYN_SILENT_COUNT && !far.has(HALF_SEEN)) Silence.watch(flow, segment);
      return;
    }
    // Only the oldest unanswered octet makes a round of retransmissions; a keep-alive's octet makes none.
    if (segment.payloadLength == 1 && segment.end == near.sndNxt) return;
    if (Stages.farAcked(flow) && Seq.after(segment.seq, far.ackMax)) return;
    if (far.dataTime >= near.time) handshake.retransmissions = 1;
    else if (handshake.retransmissions != 255) handshake.retransmissions++;
    const enough = far.has(HALF_DATA) ? FREEZE_RETRIES : CH_SILENT_RETRIES;
    if (<u32>handshake.retransmissions == enough && (!far.has(HALF_DATA) || Silence.frozen(flow))) {
      Silence.watch(flow, segment);
    }
  }

  /** Has the connection gone silent? Adds the evidence; true when it is new. */
  static judge(flow: Flow, now: u64): bool {
    const kind = Silence.kind(flow, now);
    if (!kind) return false;
    const index = History.row(flow);
    if (!index) return false;
    const row = ResetRow.of(index);
    const bit: u64 = 1 << <u64>kind;
    if (row.weak & bit) return false;
    History.mark(row, bit, WEAK);
    if (row.resetFrame && !row.has(RESET_SEEN)) row.addFrame(row.resetFrame);
    return true;
  }

  /** Worth judging at the end of a connection that has no row? */
  @inline static possible(flow: Flow): bool {
    const handshake = flow.handshake;
    return <u32>handshake.retransmissions >= FREEZE_RETRIES || <u32>handshake.synCount >= SYN_SILENT_COUNT;
  }

  /** The evidence that holds now, 0 for none. */
  private static kind(flow: Flow, now: u64): u32 {
    if (View.partial(flow)) return 0;
    const near = flow.near;
    const far = flow.far;
    const handshake = flow.handshake;
    if (far.has(HALF_FIN | HALF_RST) || !flow.has(FLOW_CLIENT_NEAR)) return 0;
    if (!far.has(HALF_SEEN)) {
      const long = handshake.synTime >= flow.openTime + SYN_SILENT_NS;
      const silent = near.has(HALF_SYN) && <u32>handshake.synCount >= SYN_SILENT_COUNT && long;
      return silent ? SegmentEvidence.SynSilent : 0;
    }
    const retries = <u32>handshake.retransmissions;
    if (!far.has(HALF_DATA)) {
      return handshake.synAckCount && retries >= CH_SILENT_RETRIES ? SegmentEvidence.ChSilent : 0;
    }
    const frozen = retries >= FREEZE_RETRIES && now >= far.time + FREEZE_NS && Silence.frozen(flow);
    return frozen ? SegmentEvidence.FlowFreeze : 0;
  }

  /** As much received as when a stream is frozen on purpose. */
  private static frozen(flow: Flow): bool {
    const far = flow.far;
    if (!far.has(HALF_SYN)) return false;
    const received = far.sndNxt - far.iss - 1;
    return received >= FREEZE_MIN && received <= FREEZE_MAX;
  }

  private static watch(flow: Flow, segment: Segment): void {
    const index = History.row(flow);
    if (!index) return;
    const row = ResetRow.of(index);
    // Where no reset is to be described, the repetition that made it conspicuous is.
    if (!row.has(RESET_SEEN)) row.resetFrame = segment.frame;
    if (!row.has(RESET_HELD) && !(row.weak & SILENT)) ResetTable.watch(row, segment.time + SILENCE_WAIT_NS);
  }
}
