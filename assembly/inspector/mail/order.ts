// Puts the payload of one connection in order and hands it on: trims what was seen before, holds back
// what came too early, gives up what was lost. The octets' meaning is the dialects' affair.
// RFC 9293 §3.4, §3.10.7.4 for what a receiver does with a segment.

import { Counter, Counters } from "../counters";
import { MailEvidence } from "../finding/evidence";
import { Flow } from "../flow/flow";
import { HALF_SEEN, HALF_SYN } from "../flow/half";
import {
  FORK_NS, HOLD_PIECES_MAX, HOLE_NS, HOLE_SEGMENTS_ACKED, HOLE_SEGMENTS_MAX, STREAM_AHEAD_MAX,
} from "../limits";
import { Segment, SYN } from "../segment";
import { HOLD_NONE } from "./stream/hold";
import { Stream, STREAM_STARTED } from "./stream/stream";
import { Checksum } from "../wire/checksum";
import { Seq } from "../wire/seq";
import { Lines } from "./lines";
import { Dialog, Mode } from "./row";

export class Order {
  /** Trims what was seen before, reads what comes next, puts aside what comes too early. */
  static payload(dialog: Dialog, flow: Flow, segment: Segment, fromClient: bool): void {
    const stream = dialog.stream(fromClient);
    const half = fromClient ? flow.client : flow.server;
    let seq = segment.seq + (segment.has(SYN) ? 1 : 0);
    let at = segment.payloadAt;
    let captured = segment.payloadCaptured;
    let missing = segment.payloadLength - captured;
    if (!stream.has(STREAM_STARTED)) Order.start(dialog, stream, half.has(HALF_SYN), half.iss + 1, seq, fromClient);
    const ahead = Seq.diff(seq, stream.next);
    if (ahead > STREAM_AHEAD_MAX || ahead < -STREAM_AHEAD_MAX) return; // not of this stream
    if (ahead == -1 && segment.payloadLength == 1) return; // a keep-alive repeats one octet of its own choice
    if (ahead < 0) {
      const old = min<u32>(<u32>-ahead, captured);
      Order.repeated(dialog, segment, fromClient, seq, at, old);
      if (Seq.diff(segment.end, stream.next) <= 0 || old < <u32>-ahead) return;
      at += old;
      captured -= old;
      seq = stream.next;
    }
    if (fromClient) dialog.clientTime = segment.time;
    else {
      dialog.serverTime = segment.time;
      if (dialog.head.open && Order.wrong(segment)) dialog.headWrong = 1;
    }
    if (seq == stream.next) {
      Order.deliver(dialog, flow, segment.time, fromClient, at, captured);
      if (missing) Order.skip(dialog, fromClient, missing);
      Order.drain(dialog, flow, segment.time, fromClient);
      return;
    }
    Counters.add(Counter.StreamsReordered, 1);
    for (let turn: u32 = 0; turn <= HOLD_PIECES_MAX; turn++) { // room is made by giving up holes
      if (dialog.hold.put(fromClient, seq, at, captured, missing, segment.frame)) break;
      if (dialog.hold.first(fromClient) == HOLD_NONE || !Order.giveUp(dialog, flow, segment.time, fromClient, seq)) {
        Order.skip(dialog, fromClient, seq - stream.next);
        Order.deliver(dialog, flow, segment.time, fromClient, at, captured);
        if (missing) Order.skip(dialog, fromClient, missing);
        return;
      }
      if (seq == stream.next) {
        Order.deliver(dialog, flow, segment.time, fromClient, at, captured);
        if (missing) Order.skip(dialog, fromClient, missing);
        return;
      }
    }
    if (!stream.holdTime) {
      stream.holdTime = segment.time;
      stream.holdSegments = 0;
    }
    if (fromClient || dialog.scrub) memory.fill(at, 0, captured);
  }

  private static start(
    dialog: Dialog, stream: Stream, opened: bool, first: u32, seq: u32, fromClient: bool,
  ): void {
    const near = Seq.diff(seq, first);
    stream.next = opened && near >= 0 && near < STREAM_AHEAD_MAX ? first : seq;
    stream.set(STREAM_STARTED);
    if (!fromClient) dialog.head.start = stream.next;
  }

  /** Octets that were seen before: the same, or another version of them. */
  private static repeated(dialog: Dialog, segment: Segment, fromClient: bool, seq: u32, at: usize, size: u32): void {
    if (fromClient) {
      if (dialog.client.mode == Mode.Tls && dialog.server.mode != Mode.Tls && dialog.go && seq == dialog.helloSeq) {
        if (dialog.helloRepeats != 255) dialog.helloRepeats++;
        if (dialog.helloRepeats == 2) dialog.seen.mark(MailEvidence.StallAtHello);
      }
      if (<u32>dialog.client.mode != Mode.Tls) memory.fill(at, 0, size);
      return;
    }
    const race = segment.time - dialog.serverTime < FORK_NS && !dialog.headWrong && !Order.wrong(segment);
    if (race && dialog.head.differs(seq, at, size)) dialog.seen.mark(MailEvidence.CapForked);
    else if (dialog.server.mode != Mode.Tls) dialog.head.blank(seq, at, size);
  }

  /** A receiver drops what has a wrong checksum; it proves nothing. */
  private static wrong(segment: Segment): bool {
    return Checksum.ready(segment) && !Checksum.right(segment);
  }

  /** The next octets in order. */
  private static deliver(dialog: Dialog, flow: Flow, time: u64, fromClient: bool, at: usize, size: u32): void {
    const stream = dialog.stream(fromClient);
    const seen = dialog.seen;
    const encrypted = <u32>dialog.client.mode == Mode.Tls;
    if (fromClient) {
      seen.clientSeen = 1;
      const server = dialog.stream(false);
      dialog.acked = server.has(STREAM_STARTED) && !Seq.before(flow.client.ackMax, server.next) ? 1 : 0;
      dialog.serverHole = server.holdTime != 0 ? 1 : 0;
    } else {
      seen.serverSeen = 1;
    }
    const start = stream.next;
    stream.next = start + size;
    Lines.feed(dialog, fromClient, at, at + size);
    if (fromClient && !encrypted && <u32>dialog.client.mode == Mode.Tls) {
      dialog.helloSeq = start;
      dialog.helloTime = time;
    }
  }

  /** Octets that will never be seen. */
  private static skip(dialog: Dialog, fromClient: bool, missing: u32): void {
    const stream = dialog.stream(fromClient);
    stream.next += missing;
    Lines.gap(dialog, fromClient, missing);
  }

  /** Reads what waited for the octets before it. */
  private static drain(dialog: Dialog, flow: Flow, time: u64, fromClient: bool): void {
    const stream = dialog.stream(fromClient);
    const hold = dialog.hold;
    for (let turn: u32 = 0; turn <= HOLD_PIECES_MAX; turn++) {
      const index = hold.first(fromClient);
      if (index == HOLD_NONE) break;
      const piece = hold.piece(index);
      const skip = Seq.diff(stream.next, piece.seq);
      if (skip < 0) return; // the hole before it is still open
      const size = <u32>piece.size;
      const old = min<u32>(<u32>skip, size);
      const at = hold.pool + <usize>piece.offset;
      const missing = <u32>piece.missing;
      dialog.seen.frame = piece.frame;
      if (!fromClient && old && !dialog.headWrong && dialog.head.differs(piece.seq, at, old)) {
        dialog.seen.mark(MailEvidence.CapForked);
      }
      if (old < size) Order.deliver(dialog, flow, time, fromClient, at + old, size - old);
      const end = piece.seq + size;
      if (missing != 0 && stream.next == end) Order.skip(dialog, fromClient, missing);
      hold.remove(index);
    }
    stream.holdTime = 0;
    stream.holdSegments = 0;
  }

  /** The hole before the first piece put aside is given up, unless it reaches `limit`. */
  static giveUp(dialog: Dialog, flow: Flow, time: u64, fromClient: bool, limit: u32): bool {
    const index = dialog.hold.first(fromClient);
    if (index == HOLD_NONE) return false;
    const stream = dialog.stream(fromClient);
    const start = dialog.hold.piece(index).seq;
    if (Seq.after(start, limit)) return false;
    Order.skip(dialog, fromClient, start - stream.next);
    Order.drain(dialog, flow, time, fromClient);
    return true;
  }

  /** Holes that will not be filled any more: acknowledged, or open for too long. */
  static age(dialog: Dialog, flow: Flow, now: u64): void {
    Order.ageStream(dialog, flow, now, true);
    Order.ageStream(dialog, flow, now, false);
  }

  private static ageStream(dialog: Dialog, flow: Flow, now: u64, fromClient: bool): void {
    const stream = dialog.stream(fromClient);
    if (!stream.holdTime) return;
    if (stream.holdSegments != 255) stream.holdSegments++;
    const index = dialog.hold.first(fromClient);
    if (index == HOLD_NONE) { stream.holdTime = 0; return; }
    const piece = dialog.hold.piece(index);
    const peer = fromClient ? flow.server : flow.client;
    const acked = peer.has(HALF_SEEN) && !Seq.before(peer.ackMax, piece.seq);
    const lost = (acked && stream.holdSegments >= HOLE_SEGMENTS_ACKED) ||
      (!peer.has(HALF_SEEN) && stream.holdSegments >= HOLE_SEGMENTS_MAX) || now > stream.holdTime + HOLE_NS;
    if (lost) Order.giveUp(dialog, flow, now, fromClient, piece.seq);
  }
}
