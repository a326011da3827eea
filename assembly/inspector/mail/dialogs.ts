// The door to the mail dialogs: puts the payload of a connection in order, hands it to its dialect,
// and tells what followed from it. Which octets mean what is the dialects' affair; what the evidence
// is worth is the judge's. RFC 9293 §3.10.7.4 for what a receiver does with a segment.

import { AuthLevel, MailEvidence } from "../finding/evidence";
import {
  Finding, FINDING_GREETING, FINDING_MAIL_FRAMES, FINDING_OFFERED, FRAMES_MAX,
} from "../finding/finding";
import {
  Application, Flow, FLOW_CLIENT_NEAR, FLOW_CLOSED, FLOW_PROBED_CLIENT, FLOW_PROBED_SERVER, FLOW_SYN_SEEN,
  FLOW_WITNESS,
} from "../flow/flow";
import { HALF_FIN, HALF_SYN } from "../flow/half";
import {
  DIALOG_PERIOD_NS, DUE_PER_FRAME_MAX, HOLD_PIECES_MAX, HOLE_NS, LIST_SILENCE_NS, STREAM_EARLY_MAX,
} from "../limits";
import { FIN, RST, Segment, SYN } from "../segment";
import { HOLD_NONE } from "./stream/hold";
import { STREAM_FIN, STREAM_OVER, STREAM_STARTED } from "./stream/stream";
import { Seq } from "../wire/seq";
import { List } from "./dialect/answers";
import { Speech } from "./dialect/dispatch";
import { Port } from "./dialect/port";
import { Look, Probe } from "./dialect/probe";
import { Order } from "./order";
import { Dialog, Mode, Wait } from "./row";
import { Ending } from "./ending";
import { DialogTable } from "./table";

export class Dialogs {
  /** Payload, FIN or RST of a flow with a dialog; first payload of a side. May open a dialog. */
  static observe(flow: Flow, segment: Segment, fromClient: bool): void {
    if (!flow.dialogRow && !Dialogs.open(flow, segment, fromClient)) return;
    const dialog = Dialog.row(flow.dialogRow);
    const seen = dialog.seen;
    if (dialog.unread && !Dialogs.recognise(dialog, flow, segment, fromClient)) return;
    Order.age(dialog, flow, segment.time);
    seen.frame = segment.frame;
    if (segment.has(RST)) {
      Dialogs.reset(dialog, flow, fromClient);
    } else {
      if (segment.payloadLength) Order.payload(dialog, flow, segment, fromClient);
      if (segment.has(FIN)) Dialogs.fin(dialog, segment, fromClient);
      Dialogs.over(dialog, true);
      Dialogs.over(dialog, false);
    }
    seen.frame = segment.frame;
    if (dialog.tentative == 2) { Dialogs.reject(flow); return; }
    if (!dialog.tentative) {
      flow.set(FLOW_WITNESS);
      flow.application = <u8>(Application.Mail + dialog.dialect);
    }
    if (Dialogs.waits(dialog)) DialogTable.arm(flow.dialogRow, segment.time);
  }

  /** A dialog for this flow, if its first octets look like one. */
  private static open(flow: Flow, segment: Segment, fromClient: bool): bool {
    if (!segment.payloadCaptured || segment.has(RST)) return false;
    const hint = Port.hint(flow.serverPort);
    const at = segment.payloadAt;
    let look: Look = Look.Mail;
    let row: u32 = 0;
    const unread = Dialogs.early(flow, segment, fromClient) && !Port.isMail(hint);
    if (unread) { // the first octets, which tell what it is, are yet to come
      if (Port.isForeign(hint)) return false;
      row = DialogTable.claimSpare(flow);
      if (!row) return false;
      look = Look.Perhaps;
    } else {
      if (!Dialogs.early(flow, segment, fromClient)) {
        look = Probe.look(flow, fromClient, at, at + segment.payloadCaptured);
      }
      if (!Dialogs.settleLook(flow, look, fromClient)) return false;
      row = DialogTable.claim(flow);
      if (!row) {
        memory.fill(at, 0, segment.payloadCaptured); // nobody reads it, nobody may find it
        return false; // perhaps there is room when the next segment comes
      }
    }
    if (!unread) flow.set(FLOW_PROBED_CLIENT | FLOW_PROBED_SERVER);
    flow.dialogRow = <u16>row;
    const dialog = Dialog.row(row);
    dialog.tlsFirst = Port.isTls(hint) ? 1 : 0;
    if (!unread) Probe.choose(dialog, hint, fromClient, at, at + segment.payloadCaptured);
    dialog.tentative = look == Look.Perhaps ? 1 : 0;
    dialog.unread = unread ? 1 : 0;
    if (unread) DialogTable.arm(row, segment.time); // what is held may be a secret: not for long
    dialog.fromStart = flow.has(FLOW_SYN_SEEN) || flow.server.has(HALF_SYN) ? 1 : 0;
    dialog.head.open = 1;
    if (Port.isTls(hint)) {
      dialog.client.wait = Wait.Implicit;
      dialog.server.wait = Wait.Implicit;
    }
    return true;
  }

  /** Remembers what the first octets of a side look like; true when they may be mail. */
  private static settleLook(flow: Flow, look: Look, fromClient: bool): bool {
    if (look == Look.Undecided) {
      flow.set(fromClient ? FLOW_PROBED_CLIENT : FLOW_PROBED_SERVER);
      return false;
    }
    if (look < Look.Mail) flow.set(FLOW_PROBED_CLIENT | FLOW_PROBED_SERVER);
    if (look == Look.Tls) flow.application = <u8>Application.Tls;
    if (look == Look.Http) flow.application = <u8>Application.Http;
    return look >= Look.Mail;
  }

  /**
   * A segment of a flow of which only later octets are held: puts more of them aside, or looks at the
   * first ones. True once they look like mail; when they do not, or never come, all is let go.
   */
  private static recognise(dialog: Dialog, flow: Flow, segment: Segment, fromClient: bool): bool {
    const captured = segment.payloadCaptured;
    if (!captured) return false;
    if (Dialogs.early(flow, segment, fromClient)) {
      const since = max(dialog.stream(true).holdTime, dialog.stream(false).holdTime);
      const late = since != 0 && segment.time > since + HOLE_NS;
      if (!late && dialog.hold.fits(captured)) Order.payload(dialog, flow, segment, fromClient);
      else Dialogs.release(flow);
      return false;
    }
    const look = Probe.look(flow, fromClient, segment.payloadAt, segment.payloadAt + captured);
    if (!Dialogs.settleLook(flow, look, fromClient)) { Dialogs.release(flow); return false; }
    flow.set(FLOW_PROBED_CLIENT | FLOW_PROBED_SERVER);
    dialog.unread = 0;
    Probe.choose(dialog, Port.hint(flow.serverPort), fromClient, segment.payloadAt, segment.payloadAt + captured);
    return true;
  }

  /** True when what this flow says is mail, or may yet turn out to be. */
  @inline static reads(flow: Flow): bool { return flow.dialogRow != 0 && !Dialog.row(flow.dialogRow).unread; }

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

  private static fin(dialog: Dialog, segment: Segment, fromClient: bool): void {
    const stream = dialog.stream(fromClient);
    if (stream.has(STREAM_FIN)) return;
    stream.finAt = segment.seq + segment.payloadLength;
    stream.set(STREAM_FIN);
  }

  /** The FIN was reached: a list that is still open will not be ended. */
  private static over(dialog: Dialog, fromClient: bool): void {
    const stream = dialog.stream(fromClient);
    if (!stream.has(STREAM_FIN) || stream.has(STREAM_OVER)) return;
    if (stream.has(STREAM_STARTED) && stream.next != stream.finAt) return;
    stream.set(STREAM_OVER);
    const seen = dialog.seen;
    seen.over = 1;
    Ending.unended(dialog);
    Speech.ends(dialog);
    if (fromClient || !Ending.isCutOff(dialog)) return; // the server may still go on
    seen.mark(MailEvidence.CapUnterminated);
    Speech.dropList(dialog);
  }

  /** A reset: between the upgrade command and the server's first record it is evidence. */
  private static reset(dialog: Dialog, flow: Flow, fromClient: bool): void {
    const seen = dialog.seen;
    const fromNear = fromClient == flow.has(FLOW_CLIENT_NEAR);
    const upgrading = dialog.client.wait == Wait.Asked ||
      (dialog.go != 0 && <u32>dialog.server.mode != Mode.Tls && dialog.clearAfterGo != 3);
    if (upgrading && !seen.over && !fromNear && !flow.client.has(HALF_FIN)) seen.mark(MailEvidence.RstAtStarttls);
    seen.over = 1;
  }

  /** True while silence would say something. */
  private static waits(dialog: Dialog): bool {
    if (dialog.seen.over) return false;
    return (Ending.isCutOff(dialog) && !dialog.seen.has(MailEvidence.CapUnterminated)) ||
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
      if (dialog.unread) { Dialogs.release(Flow.at(dialog.flowAt)); continue; }
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
    if (Ending.isListOpen(dialog)) {
      if (now - max(dialog.clientTime, dialog.serverTime) < LIST_SILENCE_NS || !Ending.isCutOff(dialog)) return;
      seen.mark(MailEvidence.CapUnterminated); // until the list goes on
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
    if (dialog.unread) return;
    for (let turn: u32 = 0; turn < HOLD_PIECES_MAX; turn++) {
      let index = dialog.hold.first(true);
      const fromClient = index != HOLD_NONE;
      if (!fromClient) index = dialog.hold.first(false);
      if (index == HOLD_NONE) break;
      Order.giveUp(dialog, flow, dialog.serverTime, fromClient, dialog.hold.piece(index).seq);
    }
    Ending.unended(dialog);
    Speech.ends(dialog);
    dialog.seen.over = 1;
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
    // While a list is open or on its way its reader would get half of it or none; the end, silence and
    // the flow's end close it.
    const silent = dialog.seen.has(MailEvidence.CapUnterminated);
    const partial = Speech.list(dialog) != List.None && !silent;
    return !dialog.tentative && !partial && dialog.seen.takeChange();
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
    finding.authAnswer = seen.authAnswer;
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
    finding.family = dialog.family;
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
