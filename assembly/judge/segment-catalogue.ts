// Every segment evidence name: its family, what it is about, and its clause. The first rows that are
// present are said, most convincing first.

import {
  COMPARISON, CONNECTION, CONTENT, EITHER, FINGERPRINT, IPID, LIKENESS, OPTION, REFUSAL, RESET, SEGMENT, SegmentRow,
  SEQUENCE, SILENCE, STATE, TIME, TTL, UNSAID,
} from "./row";

export const SEGMENT_ROWS: SegmentRow[] = [
  new SegmentRow("rst-then-synack", STATE, RESET,
    "the server accepted the connection after it had supposedly refused it"),
  new SegmentRow("rst-ack-progress", STATE, RESET, "the server went on confirming what was sent after the reset"),
  new SegmentRow("rst-data-after", STATE, RESET, "the server went on sending after the reset"),
  new SegmentRow("seg-overlap-conflict", CONTENT, SEGMENT,
    "two different contents arrived for the same place in the stream"),
  new SegmentRow("rst-win-ladder", FINGERPRINT, RESET,
    "the packets came as a numbered series that no real system sends"),
  new SegmentRow("rst-seq-ladder", SEQUENCE, RESET, "the resets came as a numbered series that no real system sends"),
  new SegmentRow("rst-early", TIME, RESET, "it answered after {latency} ms on a path that needs {rtt} ms"),
  new SegmentRow("rst-ttl-implausible", TTL, RESET,
    "its hop count field is {resetTtl} where the server's packets have {farTtl}"),
  new SegmentRow("seg-ttl-implausible", TTL, SEGMENT, "its hop count field is one that no real system starts from"),
  new SegmentRow("rst-ttl-step", TTL, RESET,
    "its hop count field is {resetTtl} where the server's packets have {farTtl}"),
  new SegmentRow("seg-ttl-step", TTL, SEGMENT, "it did not travel the way the server's packets travel"),
  new SegmentRow("rst-ttl-diverse", TTL, RESET, "the resets came from different distances at the same moment"),
  new SegmentRow("rst-ipid-echo", IPID, RESET, "its header was copied from a packet that left this house"),
  new SegmentRow("seg-ipid-echo", IPID, SEGMENT, "its header was copied from a packet that left this house"),
  new SegmentRow("rst-ack-wrong", SEQUENCE, RESET, "it confirms data that was never sent"),
  new SegmentRow("rst-ack-change", SEQUENCE, RESET, "it confirms data that was never sent"),
  new SegmentRow("rst-seq-zero", SEQUENCE, RESET, "its place in the stream is not one the server could be at"),
  new SegmentRow("rst-seq-ahead", SEQUENCE, RESET, "its place in the stream is not one the server could be at"),
  new SegmentRow("rst-data-before", SEQUENCE, RESET, "its place in the stream is not one the server could be at"),
  new SegmentRow("synack-conflict", STATE, SEGMENT, "the connection was answered twice with different numbers"),
  new SegmentRow("ack-seq-regress", STATE, SEGMENT, "the server's own numbers show that it never sent this data"),
  new SegmentRow("ts-missing", OPTION, SEGMENT, "its time stamp is not the server's"),
  new SegmentRow("rst-ts-bogus", OPTION, RESET, "its time stamp is not the server's"),
  new SegmentRow("rst-burst", FINGERPRINT, RESET, "more resets came at once than there was anything to answer"),
  new SegmentRow("rst-alive-after", STATE, RESET, "the server was still there afterwards"),
  new SegmentRow("fp-constant-distance", FINGERPRINT, RESET,
    "resets in the name of several servers came from one and the same distance"),
  new SegmentRow("rst-ipid-break", IPID, RESET, "its packet number does not continue the server's"),
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
