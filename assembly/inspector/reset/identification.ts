// The IPv4 identification of a far segment: a copy of one of home's, the far side's own next one, or out
// of its run. IPv6 has none. RFC 6864.

import { Flow, TRIGGER_SLOTS } from "../flow/flow";
import { HALF_NEXT } from "../flow/half";
import { RESET_IDLE, RESET_NEAR_ENDPOINT, ResetRow } from "./reset-table";
import { Segment } from "../segment";
import { SegmentEvidence } from "../finding/evidence";
import { History, STRONG, WEAK } from "./history";
import { IPID_BREAK, IPID_ECHO_MIN, IPID_RUN, IPID_STEP_MAX } from "./threshold";

export class Identification {
  /** A reset's identification. */
  static judge(flow: Flow, row: ResetRow, segment: Segment, closing: bool): void {
    const far = flow.far;
    const ipid = segment.ipid;
    if (segment.ipVersion != 4 || ipid == 0) return;
    if (Identification.echoes(flow, segment)) {
      // A proxy in front of the server copies identifications, too: its SYN-ACK shows it.
      const handshake = flow.handshake;
      const proxy = handshake.synAckCount != 0 && Identification.copied(flow, handshake.synAckIpid);
      History.addReset(row, SegmentEvidence.RstIpidEcho, proxy ? WEAK : STRONG, segment, closing);
      return;
    }
    const step = (ipid - <u32>far.ipid) & 0xffff;
    // A box in front of the server and one that has been idle count on their own.
    if (<u32>far.ipidRun < IPID_RUN || step <= IPID_BREAK) return;
    if (row.has(RESET_IDLE | RESET_NEAR_ENDPOINT)) return;
    History.addReset(row, SegmentEvidence.RstIpidBreak, WEAK, segment, closing);
  }

  /** Is the identification a copy of home's rather than the far side's own next one? */
  static echoes(flow: Flow, segment: Segment): bool {
    if (segment.ipVersion != 4 || segment.ipid < IPID_ECHO_MIN) return false;
    if (!Identification.copied(flow, segment.ipid)) return false;
    if (!flow.far.has(HALF_NEXT)) return true;
    return ((segment.ipid - <u32>flow.far.ipid) & 0xffff) > IPID_STEP_MAX;
  }

  /** Equal to home's last one, or to one of home's last that ask for an answer. */
  private static copied(flow: Flow, ipid: u32): bool {
    if (ipid == 0 || !flow.near.has(HALF_NEXT)) return false;
    if (ipid == <u32>flow.near.ipid) return true;
    for (let slot: u32 = 0; slot < TRIGGER_SLOTS; slot++) {
      const trigger = flow.handshake.trigger(slot);
      if (trigger.timeUs != 0 && <u32>trigger.ipid == ipid) return true;
    }
    return false;
  }
}
