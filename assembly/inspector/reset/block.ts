// ICMP errors that say a third party forbids the connection. RFC 1812 §5.2.7.1, RFC 4443 §3.1.
// The server's own refusal is honest; a third party's is a block, named by its sender.

import { Flow, FLOW_CLIENT_NEAR } from "../flow/flow";
import { HALF_NEXT } from "../flow/half";
import { RESET_ICMP, RESET_REFUSED, ResetRow } from "./reset-table";
import { FlowTable } from "../flow/table";
import { Segment, SEGMENT } from "../segment";
import { Seq } from "../wire/seq";
import { SegmentEvidence } from "../finding/evidence";
import { History, STRONG } from "./history";
import { Stages } from "./stage";
import { QUOTED_SPAN } from "./threshold";

const ICMP4_UNREACHABLE: u32 = 3;
const ICMP4_NETWORK_PROHIBITED: u32 = 9;
const ICMP4_HOST_PROHIBITED: u32 = 10;
const ICMP4_PROHIBITED: u32 = 13;
const ICMP6_UNREACHABLE: u32 = 1;
const ICMP6_PROHIBITED: u32 = 1;
const ICMP6_POLICY: u32 = 5;
const ICMP6_REJECT_ROUTE: u32 = 6;

export class Block {
  static prohibited(type: u32, code: u32, ipVersion: u32): bool {
    if (ipVersion == 4) {
      return type == ICMP4_UNREACHABLE &&
        (code == ICMP4_NETWORK_PROHIBITED || code == ICMP4_HOST_PROHIBITED || code == ICMP4_PROHIBITED);
    }
    return type == ICMP6_UNREACHABLE &&
      (code == ICMP6_PROHIBITED || code == ICMP6_POLICY || code == ICMP6_REJECT_ROUTE);
  }

  /** An ICMP error quoting a packet of this connection, which stands decoded in SEGMENT. */
  static arrive(
    flow: Flow, type: u32, code: u32, senderHigh: u64, senderLow: u64, quotedSeq: u32, frame: u32,
  ): void {
    if (!Block.prohibited(type, code, flow.ipVersion)) return;
    const clientNear = flow.has(FLOW_CLIENT_NEAR);
    if (FlowTable.fromClient(flow, Segment.at(SEGMENT)) != clientNear) return;
    if (!Block.inFlight(flow, quotedSeq)) return;
    const nearHigh = clientNear ? flow.clientHigh : flow.serverHigh;
    const nearLow = clientNear ? flow.clientLow : flow.serverLow;
    if (senderHigh == nearHigh && senderLow == nearLow) return;
    const index = History.row(flow);
    if (!index) return;
    const row = ResetRow.of(index);
    row.icmp = (type << 8) | code;
    row.icmpHigh = senderHigh;
    row.icmpLow = senderLow;
    const farHigh = clientNear ? flow.serverHigh : flow.clientHigh;
    const farLow = clientNear ? flow.serverLow : flow.clientLow;
    if (senderHigh == farHigh && senderLow == farLow) {
      row.set(RESET_REFUSED);
      return;
    }
    row.set(RESET_ICMP);
    History.mark(row, 1 << <u64>SegmentEvidence.IcmpProhibited, STRONG);
    row.addFrame(frame);
  }

  /** Home sent it and nobody has acknowledged it: someone who did not see it cannot know it. */
  private static inFlight(flow: Flow, seq: u32): bool {
    const near = flow.near;
    if (!near.has(HALF_NEXT)) return false;
    const behind = Seq.diff(near.sndNxt, seq);
    if (behind < 0 || behind > QUOTED_SPAN) return false;
    return !Stages.farAcked(flow) || Seq.diff(seq, flow.far.ackMax) >= 0;
  }
}
