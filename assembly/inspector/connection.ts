// A connection's life: found or opened by its first segment, observed by the wings (mail, reset, name),
// told of when something changed, ended by its close, by another one on the same ports, or for want of room.

import { Clock } from "./clock";
import { Counter, Counters } from "./counters";
import { Benign } from "./finding/evidence";
import { Cause } from "./finding/finding";
import { FindingRing } from "./finding/ring";
import { Ahead } from "./flow/ahead";
import { Doubt } from "./flow/doubt";
import {
  Application, Flow, FLOW_ANSWERED, FLOW_BOTH_HOME, FLOW_CLIENT_NEAR, FLOW_NAMED, FLOW_PROBED_CLIENT,
  FLOW_PROBED_SERVER, FLOW_SYN_SEEN, FLOW_WITNESS,
} from "./flow/flow";
import { HALF_SEEN, HALF_SYN } from "./flow/half";
import { Home } from "./flow/home";
import { FlowKey } from "./flow/key";
import { CLASS_CLOSED, CLASS_KEPT, FlowTable, FROM_CLIENT, SLOT_NONE } from "./flow/table";
import { Fate, Taken } from "./flow/taken";
import { Track } from "./flow/track";
import { DUE_PER_FRAME_MAX, SYN_REPEATED_NS } from "./limits";
import { Dialogs } from "./mail/dialogs";
import { Port } from "./mail/dialect/port";
import { Hello } from "./name/hello";
import { Names } from "./name/names";
import { Reason } from "./reason";
import { Forensics } from "./reset/forensics";
import { HeadTable } from "./reset/head-table";
import { ACK, FIN, RST, Segment, SEGMENT, SYN } from "./segment";

/** ending: the next row to end; terse: 1 when the ends of connections with nothing but honest resets are not told. */
const STATE: usize = memory.data(8, 8);
const ENDING: usize = 0;
const TERSE: usize = 4;

export class Connection {
  /** A house sees honest resets all day: who does not list connections need not hear of each. */
  static setTerse(terse: bool): void { store<u32>(STATE, terse ? 1 : 0, TERSE); }

  /** From here on the segment belongs to a connection. */
  @inline static segment(segment: Segment): Reason {
    Counters.add(Counter.Segments, 1);
    let found = FlowTable.findAhead(segment, Ahead.slot);
    let hash: u64 = 0;
    if (!found) {
      hash = FlowKey.hash(segment);
      found = FlowTable.find(segment, hash);
    }
    if (!found) {
      // A reset opens nothing: it is backscatter, or older than our view.
      if (segment.has(RST)) return Reason.ResetNoFlow;
      found = Connection.open(segment, hash);
    } else if ((segment.flags & (SYN | ACK)) == SYN && Connection.opensAnew(found, segment)) {
      Connection.end(Flow.at(found & ~FROM_CLIENT), FlowTable.slot);
      found = Connection.open(segment, FlowKey.hash(segment));
    }
    const flow = Flow.at(found & ~FROM_CLIENT);
    const fromClient = (found & FROM_CLIENT) != 0;
    const fromNear = fromClient == flow.has(FLOW_CLIENT_NEAR);
    let touched = false;
    if (segment.has(RST)) Counters.add(Counter.Resets, 1);
    segment.fate = fromNear ? Fate.Taken : Taken.judge(flow, segment);
    if (segment.fate != Fate.Taken && Taken.dropped(segment)) {
      Counters.add(Counter.SegmentsDropped, 1);
      return Reason.Ok;
    }
    if (EVIDENCE && Forensics.wants(flow, segment, fromNear)) {
      Forensics.observe(flow, segment, fromNear);
      touched = true;
    }
    Track.update(flow, segment, fromClient);
    if (Connection.wantsDialog(flow, segment, fromClient)) {
      Dialogs.observe(flow, segment, fromClient);
      // Mail names people: no copy of it stays outside the dialog, which forgets by itself.
      if (flow.handshake.headRow && Connection.isMail(flow)) HeadTable.release(flow);
      touched = true;
    }
    if (fromClient && segment.payloadLength && flow.application == Application.Tls && !flow.has(FLOW_NAMED)) {
      Hello.observe(flow, segment);
    }
    const answers = !fromClient && segment.payloadLength != 0 &&
      flow.application == Application.Tls && !flow.has(FLOW_ANSWERED);
    if (answers) flow.set(FLOW_ANSWERED);
    FlowTable.mark(flow, flow.client.has(HALF_SEEN) && flow.server.has(HALF_SEEN), segment.time);
    const told = touched && Connection.settle(flow);
    if (answers && !told && Doubt.has(flow)) Connection.tell(flow, Cause.Changed);
    return Reason.Ok;
  }

  /** An ICMP error quotes a packet of a connection: `segment` holds its ends, `seq` its first octet's number. */
  static quoted(segment: Segment, type: u32, code: u32, senderHigh: u64, senderLow: u64, seq: u32): Reason {
    const found = FlowTable.find(segment, FlowKey.hash(segment));
    if (!found) return Reason.IcmpNoFlow;
    const flow = Flow.at(found & ~FROM_CLIENT);
    Forensics.icmp(flow, type, code, senderHigh, senderLow, seq, segment.time, segment.frame);
    Connection.settle(flow);
    return Reason.Ok;
  }

  /** Payload or the end of a mail dialog, or a side's first payload. */
  @inline private static wantsDialog(flow: Flow, segment: Segment, fromClient: bool): bool {
    if (flow.dialogRow) return segment.payloadLength != 0 || segment.has(SYN | FIN | RST);
    return segment.payloadLength != 0 && !flow.has(fromClient ? FLOW_PROBED_CLIENT : FLOW_PROBED_SERVER);
  }

  @inline private static isMail(flow: Flow): bool {
    return Dialogs.reads(flow) || <i32>flow.application >= Application.Mail;
  }

  /** A SYN on a connection found: a repetition, a simultaneous open, or the next one on the same ports. */
  private static opensAnew(found: usize, segment: Segment): bool {
    const flow = Flow.at(found & ~FROM_CLIENT);
    const fromClient = (found & FROM_CLIENT) != 0;
    const half = fromClient ? flow.client : flow.server;
    if (half.has(HALF_SYN)) {
      return half.iss != segment.seq ||
        (fromClient && segment.time > flow.handshake.synTime + SYN_REPEATED_NS);
    }
    // The other side's first SYN while ours waits for an answer: simultaneous open. RFC 9293 §3.5.
    if (!fromClient && flow.has(FLOW_SYN_SEEN) && flow.handshake.synAckCount == 0 && !half.has(HALF_SEEN)) return false;
    return true;
  }

  /** A row for a new connection, with FROM_CLIENT as found; makes room when there is none. */
  private static open(segment: Segment, hash: u64): usize {
    let slot = FlowTable.free(hash);
    if (slot == SLOT_NONE) {
      slot = FlowTable.victim(hash);
      const group = FlowTable.classOf(slot);
      Counters.add(
        group == CLASS_CLOSED ? Counter.FlowsEvictedClosed
          : group == CLASS_KEPT ? Counter.FlowsEvictedBusy : Counter.FlowsEvictedIdle, 1,
      );
      Connection.end(Flow.at(FlowTable.rowOf(slot)), slot);
    }
    const at = FlowTable.claim(slot, hash);
    Counters.add(Counter.Flows, 1);
    const flow = Flow.at(at);
    const flags = segment.flags;
    // The first SYN's sender is the client, a SYN-ACK's target; else the end with the higher port.
    const sourceIsClient = (flags & SYN) != 0 ? (flags & ACK) == 0 : segment.sourcePort >= segment.targetPort;
    flow.clientHigh = sourceIsClient ? segment.sourceHigh : segment.targetHigh;
    flow.clientLow = sourceIsClient ? segment.sourceLow : segment.targetLow;
    flow.serverHigh = sourceIsClient ? segment.targetHigh : segment.sourceHigh;
    flow.serverLow = sourceIsClient ? segment.targetLow : segment.sourceLow;
    flow.clientPort = <u16>(sourceIsClient ? segment.sourcePort : segment.targetPort);
    flow.serverPort = <u16>(sourceIsClient ? segment.targetPort : segment.sourcePort);
    flow.interfaceIndex = <u16>segment.interfaceIndex;
    flow.ipVersion = <u8>segment.ipVersion;
    flow.openTime = segment.time;
    flow.firstFrame = segment.frame;
    flow.client.windowScale = 255;
    flow.server.windowScale = 255;
    flow.handshake.rttMin = u32.MAX_VALUE;
    if (flags & SYN) flow.set(FLOW_SYN_SEEN);
    const clientHome = Home.has(flow.clientHigh, flow.clientLow);
    const serverHome = Home.has(flow.serverHigh, flow.serverLow);
    if (clientHome == serverHome) flow.set(FLOW_BOTH_HOME | FLOW_CLIENT_NEAR);
    else if (clientHome) flow.set(FLOW_CLIENT_NEAR);
    return sourceIsClient ? at | FROM_CLIENT : at;
  }

  /** Tells the host when something changed, and sets the clock for what is due next. True when it told. */
  private static settle(flow: Flow): bool {
    const dialogChanged = Dialogs.changed(flow);
    const segmentsChanged = Forensics.changed(flow);
    const changed = dialogChanged || segmentsChanged;
    if (changed) Connection.tell(flow, Cause.Changed);
    const due = min(Dialogs.nextDue(), Forensics.nextDue());
    Clock.setDue(due);
    return changed;
  }

  /** Deadlines that have passed; a bounded share of them, the rest at the next frame. */
  static due(now: u64): void {
    Forensics.due(now);
    Dialogs.due(now);
    for (let turn: u32 = 0; turn < 2 * DUE_PER_FRAME_MAX; turn++) {
      let flow = Forensics.dueFlow();
      if (!flow) flow = Dialogs.dueFlow();
      if (!flow) break;
      Connection.settle(Flow.at(flow));
    }
    Clock.setDue(min(Dialogs.nextDue(), Forensics.nextDue()));
  }

  /** The connection in this slot is over: last conclusions, last finding, the row is free. */
  private static end(flow: Flow, slot: u32): void {
    Dialogs.end(flow);
    Forensics.end(flow);
    const works = flow.has(FLOW_ANSWERED) && Doubt.has(flow);
    const honest = !load<u32>(STATE, TERSE) && (flow.resetRow != 0 || flow.has(FLOW_WITNESS));
    const closed = flow.resetRow != 0 && Port.isMail(Port.hint(flow.serverPort)); // a refused mail port is news
    if (flow.dialogRow || works || honest || closed || Forensics.speaks(flow)) Connection.tell(flow, Cause.Ended);
    Dialogs.release(flow);
    Forensics.release(flow);
    FlowTable.release(slot);
  }

  /** End of input: ends connections until findings must be drained. True while more remain. */
  static finish(): bool {
    for (let number = load<u32>(STATE, ENDING); number < FlowTable.rowsEverUsed(); number++) {
      if (FindingRing.full()) {
        store<u32>(STATE, number, ENDING);
        return true;
      }
      const flow = Flow.at(FlowTable.row(number));
      if (flow.ordinal) Connection.end(flow, FlowTable.slotOf(flow));
    }
    store<u32>(STATE, 0, ENDING);
    return false;
  }

  /** A snapshot of the connection for the host. */
  private static tell(flow: Flow, cause: Cause): void {
    const segment = Segment.at(SEGMENT);
    const finding = FindingRing.take();
    finding.ordinal = flow.ordinal;
    finding.cause = <u8>cause;
    finding.ipVersion = flow.ipVersion;
    finding.application = flow.application;
    finding.clientNear = flow.has(FLOW_CLIENT_NEAR) ? 1 : 0;
    finding.sideGuessed = flow.has(FLOW_BOTH_HOME) ? 1 : 0;
    finding.synSeen = flow.has(FLOW_SYN_SEEN) ? 1 : 0;
    finding.time = Clock.now;
    finding.frame = segment.frame;
    finding.firstFrame = flow.firstFrame;
    finding.openTime = flow.openTime;
    finding.clientHigh = flow.clientHigh;
    finding.clientLow = flow.clientLow;
    finding.serverHigh = flow.serverHigh;
    finding.serverLow = flow.serverLow;
    finding.clientPort = flow.clientPort;
    finding.serverPort = flow.serverPort;
    finding.interfaceIndex = flow.interfaceIndex;
    Dialogs.fill(flow, finding);
    Forensics.fill(flow, finding);
    Names.fill(flow, finding);
    if (finding.benign == <u8>Benign.Unexplained && flow.application == Application.Tls) Doubt.mark(flow);
  }
}
