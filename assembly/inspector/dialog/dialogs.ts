// The door to the mail dialogs: puts the payload of a connection in order, hands it to its dialect,
// and tells what followed from it. Which octets mean what is the dialects' affair; what the evidence
// is worth is the judge's. RFC 9293 §3.10.7.4 for what a receiver does with a segment.

import { Counter, Counters } from "../counters";
import { AuthLevel, MailEvidence } from "../evidence/evidence";
import {
  Finding, FINDING_GREETING, FINDING_MAIL_FRAMES, FINDING_OFFERED, FRAMES_MAX,
} from "../finding/finding";
import {
  Application, Flow, FLOW_CLIENT_NEAR, FLOW_CLOSED, FLOW_PROBED_CLIENT, FLOW_PROBED_SERVER, FLOW_SYN_SEEN,
  FLOW_WITNESS,
} from "../flow/flow";
import { HALF_FIN, HALF_SEEN, HALF_SYN } from "../flow/half";
import {
  DIALOG_PERIOD_NS, DUE_PER_FRAME_MAX, HOLD_PIECES_MAX, HOLE_NS, HOLE_SEGMENTS_ACKED, HOLE_SEGMENTS_MAX,
  LIST_SILENCE_NS, STREAM_AHEAD_MAX, STREAM_EARLY_MAX,
} from "../limits";
import { FIN, RST, Segment, SYN } from "../segment";
import { HOLD_NONE } from "../stream/hold";
import { Stream, STREAM_FIN, STREAM_OVER, STREAM_STARTED } from "../stream/stream";
import { Seq } from "../wire/seq";
import { DialectProbe, Look } from "./dialect";
import { Lines } from "./lines";
import { Port } from "./port";
import { Dialog, Mode, Wait } from "./row";
import { Smtp } from "./smtp";
import { DialogTable } from "./table";

export class Dialogs {
  /** Payload, FIN or RST of a flow with a dialog; first payload of a side. May open a dialog. */
  static observe(flow: Flow, segment: Segment, fromClient: bool): void {
    if (!flow.dialogRow && !Dialogs.open(flow, segment, fromClient)) return;
    const dialog = Dialog.row(flow.dialogRow);
    const seen = dialog.seen;
    Dialogs.age(dialog, flow, segment.time);
    seen.frame = segment.frame;
    if (segment.has(RST)) {
      Dialogs.reset(dialog, flow, fromClient);
    } else {
      if (segment.payloadLength) Dialogs.payload(dialog, flow, segment, fromClient);
      if (segment.has(FIN)) Dialogs.fin(dialog, segment, fromClient);
    }
    seen.frame = segment.frame;
    if (dialog.tentative == 2) { Dialogs.reject(flow); return; }
    if (!dialog.tentative) {
      flow.set(FLOW_WITNESS);
      flow.application = <u8>DialectProbe.application(dialog.dialect);
    }
    if (Dialogs.waits(dialog)) DialogTable.arm(flow.dialogRow, segment.time);
  }

  /** A dialog for this flow, if its first octets look like one. */
  private static open(flow: Flow, segment: Segment, fromClient: bool): bool {
    if (!segment.payloadCaptured || segment.has(RST)) return false;
    const hint = Port.hint(flow.serverPort);
    const at = segment.payloadAt;
    let look: Look = Look.Mail;
    if (!Dialogs.early(flow, segment, fromClient)) {
      look = DialectProbe.look(flow, fromClient, at, at + segment.payloadCaptured);
    } else if (!Port.isMail(hint)) return false; // the first octets are yet to come
    flow.set(fromClient ? FLOW_PROBED_CLIENT : FLOW_PROBED_SERVER);
    if (look == Look.Undecided) return false;
    flow.set(FLOW_PROBED_CLIENT | FLOW_PROBED_SERVER);
    if (look == Look.Tls) flow.application = <u8>Application.Tls;
    if (look == Look.Http) flow.application = <u8>Application.Http;
    if (look < Look.Mail) return false;
    const row = DialogTable.claim(flow);
    if (!row) return false;
    flow.dialogRow = <u16>row;
    const dialog = Dialog.row(row);
    dialog.port = <u8>hint;
    dialog.dialect = <u8>Port.dialect(hint);
    dialog.tentative = look == Look.Perhaps ? 1 : 0;
    dialog.fromStart = flow.has(FLOW_SYN_SEEN) || flow.server.has(HALF_SYN) ? 1 : 0;
    dialog.head.open = 1;
    if (Port.isTls(hint)) {
      dialog.client.wait = Wait.Implicit;
      dialog.server.wait = Wait.Implicit;
    }
    return true;
  }

  /** True when this side's stream begins before this segment, and near it. */
  private static early(flow: Flow, segment: Segment, fromClient: bool): bool {
    const half = fromClient ? flow.client : flow.server;
    if (!half.has(HALF_SYN) || segment.has(SYN)) return false;
    const ahead = Seq.diff(segment.seq, half.iss + 1);
    return ahead > 0 && ahead < STREAM_EARLY_MAX;
  }

  /** It was another protocol after all. */
  private static reject(flow: Flow): void {
    flow.application = <u8>Application.Other;
    Dialogs.release(flow);
  }

  /** Trims what was seen before, reads what comes next, puts aside what comes too early. */
  private static payload(dialog: Dialog, flow: Flow, segment: Segment, fromClient: bool): void {
    const stream = dialog.stream(fromClient);
    const half = fromClient ? flow.client : flow.server;
    let seq = segment.seq + (segment.has(SYN) ? 1 : 0);
    let at = segment.payloadAt;
    let captured = segment.payloadCaptured;
    let missing = segment.payloadLength - captured;
    if (!stream.has(STREAM_STARTED)) Dialogs.start(dialog, stream, half.has(HALF_SYN), half.iss + 1, seq, fromClient);
    const ahead = Seq.diff(seq, stream.next);
    if (ahead > STREAM_AHEAD_MAX || ahead < -STREAM_AHEAD_MAX) return; // not of this stream
    if (ahead == -1 && segment.payloadLength == 1) return; // a keep-alive repeats one octet of its own choice
    if (ahead < 0) {
      const old = min<u32>(<u32>-ahead, captured);
      Dialogs.repeated(dialog, segment, fromClient, seq, at, old);
      if (Seq.diff(segment.end, stream.next) <= 0 || old < <u32>-ahead) return;
      at += old;
      captured -= old;
      seq = stream.next;
    }
    if (fromClient) dialog.clientTime = segment.time; else dialog.serverTime = segment.time;
    if (seq == stream.next) {
      Dialogs.deliver(dialog, flow, segment.time, fromClient, at, captured);
      if (missing) Dialogs.skip(dialog, fromClient, missing);
      Dialogs.drain(dialog, flow, segment.time, fromClient);
      return;
    }
    Counters.add(Counter.StreamsReordered, 1);
    for (let turn: u32 = 0; turn <= HOLD_PIECES_MAX; turn++) { // room is made by giving up holes
      if (dialog.hold.put(fromClient, seq, at, captured, missing, segment.frame)) break;
      if (dialog.hold.first(fromClient) == HOLD_NONE || !Dialogs.giveUp(dialog, flow, segment.time, fromClient, seq)) {
        Dialogs.skip(dialog, fromClient, seq - stream.next);
        Dialogs.deliver(dialog, flow, segment.time, fromClient, at, captured);
        if (missing) Dialogs.skip(dialog, fromClient, missing);
        return;
      }
      if (seq == stream.next) {
        Dialogs.deliver(dialog, flow, segment.time, fromClient, at, captured);
        if (missing) Dialogs.skip(dialog, fromClient, missing);
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
    if (dialog.head.differs(seq, at, size)) dialog.seen.mark(MailEvidence.CapForked);
    if (dialog.scrub && <u32>dialog.server.mode != Mode.Tls) memory.fill(at, 0, size);
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
      if (!fromClient && old && dialog.head.differs(piece.seq, at, old)) dialog.seen.mark(MailEvidence.CapForked);
      if (old < size) Dialogs.deliver(dialog, flow, time, fromClient, at + old, size - old);
      const end = piece.seq + size;
      if (missing != 0 && stream.next == end) Dialogs.skip(dialog, fromClient, missing);
      hold.remove(index);
    }
    stream.holdTime = 0;
    stream.holdSegments = 0;
    if (stream.has(STREAM_FIN) && !stream.has(STREAM_OVER)) Dialogs.over(dialog, fromClient);
  }

  /** The hole before the first piece put aside is given up, unless it reaches `limit`. */
  private static giveUp(dialog: Dialog, flow: Flow, time: u64, fromClient: bool, limit: u32): bool {
    const index = dialog.hold.first(fromClient);
    if (index == HOLD_NONE) return false;
    const stream = dialog.stream(fromClient);
    const start = dialog.hold.piece(index).seq;
    if (Seq.after(start, limit)) return false;
    Dialogs.skip(dialog, fromClient, start - stream.next);
    Dialogs.drain(dialog, flow, time, fromClient);
    return true;
  }

  /** Holes that will not be filled any more: acknowledged, or open for too long. */
  private static age(dialog: Dialog, flow: Flow, now: u64): void {
    Dialogs.ageStream(dialog, flow, now, true);
    Dialogs.ageStream(dialog, flow, now, false);
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
    if (lost) Dialogs.giveUp(dialog, flow, now, fromClient, piece.seq);
  }

  private static fin(dialog: Dialog, segment: Segment, fromClient: bool): void {
    const stream = dialog.stream(fromClient);
    if (stream.has(STREAM_FIN)) return;
    stream.finAt = segment.seq + segment.payloadLength;
    stream.set(STREAM_FIN);
    Dialogs.over(dialog, fromClient);
  }

  /** The FIN was reached: a list that is still open will not be ended. */
  private static over(dialog: Dialog, fromClient: bool): void {
    const stream = dialog.stream(fromClient);
    if (stream.has(STREAM_STARTED) && stream.next != stream.finAt) return;
    stream.set(STREAM_OVER);
    const seen = dialog.seen;
    seen.over = 1;
    if (dialog.firstMasked) { seen.mark(MailEvidence.CmdOdd); dialog.firstMasked = 0; }
    if (!Smtp.listOpen(dialog) || dialog.stream(false).holdTime) return;
    seen.mark(MailEvidence.CapUnterminated);
    Smtp.dropList(dialog);
  }

  /** A reset: between the upgrade command and the server's first record it is evidence. */
  private static reset(dialog: Dialog, flow: Flow, fromClient: bool): void {
    const seen = dialog.seen;
    const fromNear = fromClient == flow.has(FLOW_CLIENT_NEAR);
    const upgrading = dialog.client.wait == Wait.Asked || (dialog.go != 0 && !seen.serverTls && dialog.clearAfterGo != 3);
    if (upgrading && !seen.over && !fromNear && !flow.client.has(HALF_FIN)) seen.mark(MailEvidence.RstAtStarttls);
    seen.over = 1;
  }

  /** True while silence would say something. */
  private static waits(dialog: Dialog): bool {
    if (dialog.seen.over) return false;
    return Smtp.listOpen(dialog) ||
      (dialog.go != 0 && <u32>dialog.client.mode == Mode.Tls && <u32>dialog.server.mode != Mode.Tls);
  }

  /** Deadlines that have passed; a bounded share of them. */
  static due(now: u64): void {
    for (let turn: u32 = 0; turn < DUE_PER_FRAME_MAX; turn++) {
      const row = DialogTable.first;
      if (!row) return;
      const dialog = Dialog.row(row);
      if (dialog.dueTime > now) return;
      DialogTable.disarm(row);
      if (!Dialogs.waits(dialog)) continue;
      const before = dialog.seen.marks;
      Dialogs.silence(dialog, Flow.at(dialog.flowAt), now);
      if (dialog.seen.marks != before) DialogTable.pushChanged(dialog.flowAt);
      else if (now - max(dialog.clientTime, dialog.serverTime) < 4 * LIST_SILENCE_NS) DialogTable.arm(row, now);
    }
  }

  private static silence(dialog: Dialog, flow: Flow, now: u64): void {
    if (flow.has(FLOW_CLOSED)) return;
    const seen = dialog.seen;
    if (Smtp.listOpen(dialog)) {
      if (now - max(dialog.clientTime, dialog.serverTime) < LIST_SILENCE_NS || dialog.stream(false).holdTime) return;
      seen.mark(MailEvidence.CapUnterminated);
      Smtp.dropList(dialog);
      return;
    }
    const heard = dialog.serverTime > dialog.helloTime || !Seq.before(flow.server.ackMax, dialog.stream(true).next);
    if (!heard && now - dialog.helloTime >= DIALOG_PERIOD_NS) seen.mark(MailEvidence.StallAtHello);
  }

  /** Earliest deadline, ns; u64.MAX_VALUE when there is none. */
  static nextDue(): u64 { return DialogTable.nextDue; }

  /** Address of a flow whose due work changed something, 0 when none is left. */
  static dueFlow(): usize { return DialogTable.popChanged(); }

  /** The connection is over: what waited beyond a hole is read after all. */
  static end(flow: Flow): void {
    if (!flow.dialogRow) return;
    const dialog = Dialog.row(flow.dialogRow);
    for (let turn: u32 = 0; turn < HOLD_PIECES_MAX; turn++) {
      let index = dialog.hold.first(true);
      const fromClient = index != HOLD_NONE;
      if (!fromClient) index = dialog.hold.first(false);
      if (index == HOLD_NONE) break;
      Dialogs.giveUp(dialog, flow, dialog.serverTime, fromClient, dialog.hold.piece(index).seq);
    }
    if (dialog.firstMasked) { dialog.seen.mark(MailEvidence.CmdOdd); dialog.firstMasked = 0; }
    dialog.seen.conclude();
  }

  /** Frees and zeroes the dialog's row. */
  static release(flow: Flow): void {
    if (!flow.dialogRow) return;
    DialogTable.release(flow.dialogRow);
    flow.dialogRow = 0;
  }

  /** True once after something worth telling changed. */
  static changed(flow: Flow): bool {
    if (!flow.dialogRow) return false;
    const dialog = Dialog.row(flow.dialogRow);
    return !dialog.tentative && dialog.seen.takeChange();
  }

  /** The mail part of a snapshot. */
  static fill(flow: Flow, finding: Finding): void {
    if (!flow.dialogRow) return;
    const dialog = Dialog.row(flow.dialogRow);
    if (dialog.tentative) return;
    const seen = dialog.seen;
    const at = changetype<usize>(finding);
    finding.mail = seen.bits;
    finding.hasDialog = 1;
    finding.tlsState = <u8>seen.tlsState;
    finding.listState = <u8>seen.listState;
    finding.authLevel = seen.authLevel;
    finding.tlsOffered = seen.offered;
    finding.tlsRequested = seen.requested;
    finding.quitAfterList = seen.quitAfterList;
    finding.dialogOver = seen.over;
    finding.starttlsReply = seen.starttlsReply;
    finding.ehloReply = seen.ehloReply;
    finding.maskIndex = dialog.maskIndex;
    finding.maskCount = dialog.maskCount;
    finding.keywordCount = dialog.keywordCount;
    finding.offeredLength = dialog.offeredLength;
    finding.greetingLength = dialog.greetingLength;
    finding.ehloHostLength = dialog.ehloHostLength;
    finding.greetingFamily = dialog.family;
    finding.mailFrameCount = <u8>seen.frames(at + FINDING_MAIL_FRAMES, FRAMES_MAX);
    memory.copy(at + FINDING_OFFERED, dialog.offered, dialog.offeredLength);
    memory.copy(at + FINDING_GREETING, dialog.greeting, dialog.greetingLength);
  }

  /** The kernel dropped frames: from what is missing in an open dialog nothing follows. */
  static lostFrames(): void {
    for (let row: u32 = 1; row < DialogTable.used && row < <u32>DIALOG_CAPACITY; row++) {
      const dialog = Dialog.row(row);
      if (!dialog.flowAt || (dialog.seen.clientTls & dialog.seen.serverTls) != 0) continue;
      dialog.seen.mark(MailEvidence.ViewGap);
      if (!dialog.seen.listClosed) dialog.seen.gapEarly = 1;
      dialog.doubtful = 1;
    }
  }
}
if (AuthLevel.None != 0) ERROR("no credentials must be 0");
