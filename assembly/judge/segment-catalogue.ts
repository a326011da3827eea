// Every segment evidence name: its family, what it is about, and its clause. The first rows that are
// present are said, most convincing first.

import {
  COMPARISON, CONNECTION, CONTENT, EITHER, FINGERPRINT, IPID, LIKENESS, OPTION, REFUSAL, RESET, SEGMENT, SegmentRow,
  SEQUENCE, SILENCE, STATE, TIME, TTL, UNSAID,
} from "./row";

export const SEGMENT_ROWS: SegmentRow[] = [
  new SegmentRow("rst-then-synack", STATE, RESET,
    "{far} accepted the connection after it had supposedly refused it"),
  new SegmentRow("rst-ack-progress", STATE, RESET, "{far} went on confirming what was sent after the reset"),
  new SegmentRow("rst-data-after", STATE, RESET, "{far} went on sending after the reset"),
  new SegmentRow("seg-overlap-conflict", CONTENT, SEGMENT,
    "two different contents arrived for the same place in the stream"),
  new SegmentRow("rst-win-ladder", FINGERPRINT, RESET,
    "the window in their headers counts on from one reset to the next"),
  new SegmentRow("rst-seq-ladder", SEQUENCE, RESET,
    "the resets name different places in the stream, one of them ahead of everything {far} had sent"),
  new SegmentRow("rst-early", TIME, RESET, "it answered after {latency} ms on a path that needs {rtt} ms"),
  new SegmentRow("rst-ttl-implausible", TTL, RESET, "it came from {resetDistance}, {far} from {farDistance}"),
  new SegmentRow("seg-ttl-implausible", TTL, SEGMENT, "it came from farther away than any real path is long"),
  new SegmentRow("rst-ttl-step", TTL, RESET, "it came from {resetDistance}, {far} from {farDistance}"),
  new SegmentRow("seg-ttl-step", TTL, SEGMENT, "it did not travel the way {far}'s packets travel"),
  new SegmentRow("rst-ttl-diverse", TTL, RESET, "the resets came from different distances at the same moment"),
  new SegmentRow("rst-ipid-echo", IPID, RESET, "its header was copied from a packet that left this house"),
  new SegmentRow("seg-ipid-echo", IPID, SEGMENT, "its header was copied from a packet that left this house"),
  new SegmentRow("rst-ack-wrong", SEQUENCE, RESET, "it confirms data that was never sent"),
  new SegmentRow("rst-ack-change", SEQUENCE, RESET, "it confirms data that was never sent"),
  new SegmentRow("rst-seq-zero", SEQUENCE, RESET, "its place in the stream is zero, where {far} was not"),
  new SegmentRow("rst-seq-ahead", SEQUENCE, RESET,
    "its place in the stream is ahead of everything {far} had sent, as far as it was seen"),
  new SegmentRow("rst-data-before", SEQUENCE, RESET, "its place in the stream is one {far} had already passed"),
  new SegmentRow("synack-conflict", STATE, SEGMENT, "the connection was answered twice with different numbers"),
  new SegmentRow("ack-seq-regress", STATE, SEGMENT, "{far}'s own numbers show that it never sent this data"),
  new SegmentRow("ts-missing", OPTION, SEGMENT, "its time stamp is not {far}'s"),
  new SegmentRow("rst-ts-bogus", OPTION, RESET, "its time stamp is not {far}'s"),
  new SegmentRow("rst-burst", FINGERPRINT, RESET, "more resets came at once than there was anything to answer"),
  new SegmentRow("rst-alive-after", STATE, RESET, "{far} was still there afterwards"),
  new SegmentRow("fp-constant-distance", FINGERPRINT, RESET,
    "resets in the name of several servers came from one and the same distance"),
  new SegmentRow("rst-ipid-break", IPID, RESET, "its packet number does not continue {far}'s"),
  new SegmentRow("rst-flags-odd", FINGERPRINT, RESET, "its header has bits set that no real system sets there"),

  new SegmentRow("fp-sandvine-packetlogic", FINGERPRINT, EITHER, LIKENESS),
  new SegmentRow("fp-rae", FINGERPRINT, RESET, LIKENESS),
  new SegmentRow("fp-henan", FINGERPRINT, RESET, LIKENESS),
  new SegmentRow("fp-perftech", FINGERPRINT, SEGMENT, LIKENESS),
  new SegmentRow("fp-scapy-default", FINGERPRINT, SEGMENT, LIKENESS),
  new SegmentRow("fp-unknown-constant", FINGERPRINT, EITHER, LIKENESS),

  new SegmentRow("icmp-prohibited", REFUSAL, CONNECTION,
    "A connection to {server} (port {port}) was refused as administratively prohibited by {sender}, which is " +
      "not the server"),
  new SegmentRow("name-differential", COMPARISON, CONNECTION,
    "Connections to {server} (port {port}) fail again and again while other names at the same address work"),
  new SegmentRow("near-proxy", COMPARISON, CONNECTION, UNSAID),

  new SegmentRow("syn-silent", SILENCE, CONNECTION, UNSAID),
  new SegmentRow("ch-silent", SILENCE, CONNECTION, UNSAID),
  new SegmentRow("flow-freeze", SILENCE, CONNECTION, UNSAID),
];
