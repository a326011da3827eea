// One frame's whole walk, top to bottom: link → network → transport → connection → evidence → finding.
// All branching between layers lives here; the layers themselves know nothing of each other. Pure: the
// same frames and times give the same findings, however they are cut into blocks. Time is the frame's.

import { Counter, Counters } from "./counters";
import { Dialogs } from "./dialog/dialogs";
import { Hello } from "./dialog/hello";
import { Port } from "./dialog/port";
import { Forensics } from "./evidence/forensics";
import { Benign } from "./evidence/evidence";
import { Cause } from "./finding/finding";
import { FindingRing } from "./finding/ring";
import {
  Application, Flow, FLOW_ANSWERED, FLOW_BOTH_HOME, FLOW_CLIENT_NEAR, FLOW_NAMED, FLOW_PROBED_CLIENT,
  FLOW_PROBED_SERVER, FLOW_SYN_SEEN, FLOW_WITNESS,
} from "./flow/flow";
import { Ahead } from "./flow/ahead";
import { HeadTable } from "./flow/head-table";
import { Doubt } from "./flow/doubt";
import { Home } from "./flow/home";
import { HALF_SEEN, HALF_SYN } from "./flow/half";
import { FlowKey } from "./flow/key";
import { CLASS_CLOSED, CLASS_KEPT, FlowTable, FROM_CLIENT, SLOT_NONE } from "./flow/table";
import { Track } from "./flow/track";
import { DUE_PER_FRAME_MAX, LAYER_DEPTH_MAX, SYN_REPEATED_NS } from "./limits";
import { Names } from "./name/names";
import { Reason } from "./reason";
import { ACK, FIN, RST, Segment, SEGMENT, SYN } from "./segment";
import {
  Cooked, Cooked2, Ethernet, ETHERTYPE_IP4, ETHERTYPE_IP6, ETHERTYPE_PPPOE_DISCOVERY,
  ETHERTYPE_PPPOE_SESSION, ETHERTYPE_QINQ, ETHERTYPE_QINQ_OLD, ETHERTYPE_VLAN,
} from "./wire/ethernet";
import { Icmp } from "./wire/icmp";
import { Ip4 } from "./wire/ip4";
import { FRAGMENT_FOUND, Ip6, Ip6Extension } from "./wire/ip6";
import { Octets } from "./wire/octets";
import {
  LINKTYPE_ETHERNET, LINKTYPE_IPV4, LINKTYPE_IPV6, LINKTYPE_LINUX_SLL, LINKTYPE_LINUX_SLL2, LINKTYPE_LOOP,
  LINKTYPE_NULL, LINKTYPE_PPP, LINKTYPE_PPP_ETHER, LINKTYPE_PPP_HDLC, LINKTYPE_RAW, LINKTYPE_RAW_BSD,
  LINKTYPE_RAW_OPENBSD,
} from "./wire/link-type";
import { Ppp, Pppoe } from "./wire/ppp";
import { Tcp } from "./wire/tcp";
import { Vlan } from "./wire/vlan";

const PROTOCOL_ICMP: u32 = 1;
const PROTOCOL_IP4: u32 = 4;
const PROTOCOL_TCP: u32 = 6;
const PROTOCOL_UDP: u32 = 17;
const PROTOCOL_IP6: u32 = 41;
const PROTOCOL_ICMP6: u32 = 58;

const PORT_DNS: u32 = 53;
const UDP_HEADER_SIZE: u32 = 8;
/** Ports and sequence number: what an ICMP error must at least quote. RFC 792. */
const QUOTED_TCP_SIZE: u32 = 8;

/** ::ffff:0:0/96, the low half without the IPv4 address, read little endian. RFC 4291 §2.5.5.2. */
const MAPPED: u64 = 0xffff0000;

/** clock: latest frame time; dueAt: earliest deadline; frame: number of the current frame; ending: next row to end. */
const STATE: usize = memory.data(40, 8);
const CLOCK: usize = 0;
const DUE_AT: usize = 8;
const FRAME: usize = 16;
const ENDING: usize = 20;
/** 1 when the ends of connections with nothing but honest resets are not told. */
const TERSE: usize = 28;
/** 1 until the first frame of an input. */
const FRESH: usize = 24;
/** Captures of one tap that were rotated follow each other at once; after this long they are strangers. */
const INPUT_GAP_NS: u64 = 600_000_000_000;

export class Inspect {
  /** A house sees honest resets all day: who does not list connections need not hear of each. */
  static setTerse(terse: bool): void { store<u32>(STATE, terse ? 1 : 0, TERSE); }

  /** A new input: its frames count from 1. */
  static openInput(): void {
    store<u32>(STATE, 0, FRAME);
    store<u32>(STATE, 1, FRESH);
  }

  /**
   * The first frame of an input: does it go on where the last input ended, as rotated captures do?
   * Otherwise the old connections are ended first. False while findings must be drained for that.
   */
  static joined(time: u64): bool {
    if (!load<u32>(STATE, FRESH)) return true;
    const clock = load<u64>(STATE, CLOCK);
    if (time < clock || time - clock > INPUT_GAP_NS) {
      if (Inspect.finish()) return false;
      store<u64>(STATE, 0, CLOCK);
      store<u64>(STATE, 0, DUE_AT);
      Doubt.clear();
    }
    store<u32>(STATE, 0, FRESH);
    return true;
  }

  /** One frame of `captured` octets at `at`, `original` octets on the wire, with the link type of a capture. */
  @inline static frame(
    at: usize, captured: u32, original: u32, linkType: u32, time: u64, interfaceIndex: u32,
  ): void {
    Inspect.begin(captured, original, time, interfaceIndex);
    const reason = Inspect.link(linkType, at, at + captured);
    if (reason != Reason.Ok) Counters.reason(reason);
  }

  /** One frame of the ring: with an Ethernet header, or from its network header on. */
  static ringFrame(
    at: usize, captured: u32, original: u32, etherType: u32, time: u64, interfaceIndex: u32,
    checksumNotReady: bool,
  ): void {
    Inspect.begin(captured, original, time, interfaceIndex);
    Segment.at(SEGMENT).checksumNotReady = checksumNotReady ? 1 : 0;
    let reason: Reason;
    if (etherType) reason = Inspect.network(etherType, at, at + captured);
    else reason = Inspect.ethernet(at, at + captured);
    if (reason != Reason.Ok) Counters.reason(reason);
  }

  /** Time passed without a frame. */
  static tick(time: u64): void {
    if (time > load<u64>(STATE, CLOCK)) store<u64>(STATE, time, CLOCK);
    if (time >= load<u64>(STATE, DUE_AT)) Inspect.due(time);
  }

  @inline private static begin(captured: u32, original: u32, time: u64, interfaceIndex: u32): void {
    const segment = Segment.at(SEGMENT);
    const frame = load<u32>(STATE, FRAME) + 1;
    store<u32>(STATE, frame, FRAME);
    Counters.add(Counter.Frames, 1);
    Counters.add(Counter.Octets, original);
    if (captured < original) Counters.add(Counter.FramesCut, 1);
    const clock = load<u64>(STATE, CLOCK);
    if (time >= clock) store<u64>(STATE, time, CLOCK);
    else Counters.add(Counter.FramesBeforeClock, 1);
    if (time >= load<u64>(STATE, DUE_AT)) Inspect.due(time);
    FlowTable.setEpoch(time);
    segment.time = time;
    segment.frame = frame;
    segment.interfaceIndex = interfaceIndex & 0xffff; // as a flow keeps it
    segment.checksumNotReady = 0;
  }

  /** Link header by link type. LINKTYPE_… of the pcap registry. */
  @inline private static link(linkType: u32, at: usize, end: usize): Reason {
    return linkType == LINKTYPE_ETHERNET ? Inspect.ethernet(at, end) : Inspect.otherLink(linkType, at, end);
  }

  @inline private static ethernet(at: usize, end: usize): Reason {
    const reason = Ethernet.check(at, end);
    if (reason != Reason.Ok) return reason;
    return Inspect.network(Ethernet.at(at).etherType, Ethernet.at(at).next, end);
  }

  private static otherLink(linkType: u32, at: usize, end: usize): Reason {
    switch (linkType) {
      case LINKTYPE_RAW: case LINKTYPE_RAW_BSD: case LINKTYPE_RAW_OPENBSD:
      case LINKTYPE_IPV4: case LINKTYPE_IPV6:
        return Inspect.bare(at, end);
      case LINKTYPE_NULL: case LINKTYPE_LOOP:
        return at + 4 > end ? Reason.LinkTruncated : Inspect.bare(at + 4, end);
      case LINKTYPE_LINUX_SLL: {
        const reason = Cooked.check(at, end);
        if (reason != Reason.Ok) return reason;
        return Inspect.network(Cooked.at(at).etherType, Cooked.at(at).next, end);
      }
      case LINKTYPE_LINUX_SLL2: {
        const reason = Cooked2.check(at, end);
        if (reason != Reason.Ok) return reason;
        return Inspect.network(Cooked2.at(at).etherType, Cooked2.at(at).next, end);
      }
      case LINKTYPE_PPP: case LINKTYPE_PPP_HDLC: {
        // Address and control field 0xff03 may stand first. RFC 1662 §3.1.
        if (at + 2 <= end && Octets.u16(at, 0) == 0xff03) at += 2;
        return Inspect.ppp(at, end);
      }
      case LINKTYPE_PPP_ETHER: return Inspect.network(ETHERTYPE_PPPOE_SESSION, at, end);
      default: return Reason.LinkUnknown;
    }
  }

  /** No EtherType: the version nibble decides. */
  private static bare(at: usize, end: usize): Reason {
    if (at >= end) return Reason.LinkTruncated;
    const version = Octets.u8(at, 0) >> 4;
    if (version == 4) return Inspect.network(ETHERTYPE_IP4, at, end);
    if (version == 6) return Inspect.network(ETHERTYPE_IP6, at, end);
    return Reason.LinkUnknown;
  }

  private static ppp(at: usize, end: usize): Reason {
    const etherType = Ppp.etherType(at, end);
    return etherType ? Inspect.network(etherType, at + Ppp.size(at), end) : Reason.PppUnknown;
  }

  /** From an EtherType to the transport: tags, PPPoE and IP in IP are peeled off, at most LAYER_DEPTH_MAX. */
  private static network(etherType: u32, at: usize, end: usize): Reason {
    for (let depth: u32 = 0; depth < LAYER_DEPTH_MAX; depth++) {
      let protocol: u32;
      let next: usize;
      let claimed: u32;
      if (etherType == ETHERTYPE_IP4) {
        const reason = Ip4.check(at, end);
        if (reason != Reason.Ok) return reason;
        const ip = Ip4.at(at);
        if (ip.isFragment) return Reason.Ip4Fragment;
        next = at + ip.headerSize;
        const total = ip.totalLength;
        claimed = total ? total - ip.headerSize : <u32>(end - next);
        protocol = ip.protocol;
        Inspect.fromIp4(ip);
      } else if (etherType == ETHERTYPE_IP6) {
        const reason = Ip6.check(at, end);
        if (reason != Reason.Ok) return reason;
        const ip = Ip6.at(at);
        next = ip.next;
        protocol = ip.nextHeader;
        // Payload length 0: a jumbogram or an offloaded frame; what was captured is all we know.
        claimed = ip.payloadLength ? ip.payloadLength : <u32>(end - next);
        if (Ip6Extension.isExtension(protocol)) {
          const walked = Ip6Extension.walk(protocol, next, end);
          if (walked == FRAGMENT_FOUND) return Reason.Ip6Fragment;
          if (walked == 0) return Reason.Ip6Extension;
          const transport = <usize>(walked >> 8);
          const skipped = <u32>(transport - next);
          if (skipped > claimed) return Reason.Ip6Extension;
          claimed -= skipped;
          next = transport;
          protocol = <u32>walked & 0xff;
        }
        Inspect.fromIp6(ip);
      } else if (etherType == ETHERTYPE_VLAN || etherType == ETHERTYPE_QINQ || etherType == ETHERTYPE_QINQ_OLD) {
        const reason = Vlan.check(at, end);
        if (reason != Reason.Ok) return reason;
        etherType = Vlan.at(at).etherType;
        at = Vlan.at(at).next;
        continue;
      } else if (etherType == ETHERTYPE_PPPOE_SESSION) {
        const reason = Pppoe.check(at, end);
        if (reason != Reason.Ok) return reason;
        if (Pppoe.at(at).code != 0) return Reason.PppUnknown;
        at = Pppoe.at(at).ppp;
        etherType = Ppp.etherType(at, end);
        if (etherType == 0) return Reason.PppUnknown;
        at += Ppp.size(at);
        continue;
      } else {
        return etherType == ETHERTYPE_PPPOE_DISCOVERY ? Reason.PppUnknown : Reason.EthertypeUnknown;
      }
      // What the network header claims bounds what stands behind it: padding is not payload.
      const limit = next + claimed < end ? next + claimed : end;
      if (protocol == PROTOCOL_TCP) return Inspect.tcp(next, limit, claimed);
      if (protocol == PROTOCOL_IP4) etherType = ETHERTYPE_IP4;
      else if (protocol == PROTOCOL_IP6) etherType = ETHERTYPE_IP6;
      else return Inspect.other(protocol, next, limit);
      at = next;
      end = limit;
    }
    return Reason.LayersTooDeep;
  }

  @inline private static fromIp4(ip: Ip4): void {
    const segment = Segment.at(SEGMENT);
    segment.ipVersion = 4;
    segment.sourceHigh = 0;
    segment.targetHigh = 0;
    segment.sourceLow = (<u64>ip.source << 32) | MAPPED;
    segment.targetLow = (<u64>ip.target << 32) | MAPPED;
    segment.ttl = ip.ttl;
    segment.ipid = ip.identification;
    segment.df = ip.dontFragment;
  }

  @inline private static fromIp6(ip: Ip6): void {
    const segment = Segment.at(SEGMENT);
    segment.ipVersion = 6;
    segment.sourceHigh = ip.sourceHigh;
    segment.targetHigh = ip.targetHigh;
    segment.sourceLow = ip.sourceLow;
    segment.targetLow = ip.targetLow;
    segment.ttl = ip.hopLimit;
    segment.ipid = 0;
    segment.df = 0;
  }

  /** Transports other than TCP: DNS answers teach names, ICMP errors may speak about a connection. */
  private static other(protocol: u32, at: usize, end: usize): Reason {
    if (protocol == PROTOCOL_UDP) {
      if (at + UDP_HEADER_SIZE > end || Octets.u16(at, 0) != PORT_DNS) return Reason.UdpOther;
      Counters.add(Counter.DnsAnswers, 1);
      return Names.learnAnswer(at + UDP_HEADER_SIZE, end, Segment.at(SEGMENT).time);
    }
    if (protocol == PROTOCOL_ICMP || protocol == PROTOCOL_ICMP6) return Inspect.icmp(at, end);
    return Reason.TransportOther;
  }

  /** An ICMP error: finds the connection whose packet it quotes. */
  private static icmp(at: usize, end: usize): Reason {
    const reason = Icmp.check(at, end);
    if (reason != Reason.Ok) return reason;
    const icmp = Icmp.at(at);
    const segment = Segment.at(SEGMENT);
    if (!Icmp.isError(icmp.type, segment.ipVersion)) return Reason.IcmpOther;
    const senderHigh = segment.sourceHigh;
    const senderLow = segment.sourceLow;
    const quoted = icmp.quoted;
    let transport: usize;
    let protocol: u32;
    if (segment.ipVersion == 4) {
      if (Ip4.check(quoted, end) != Reason.Ok) return Reason.IcmpTruncated;
      transport = quoted + Ip4.at(quoted).headerSize;
      protocol = Ip4.at(quoted).protocol;
      Inspect.fromIp4(Ip4.at(quoted));
    } else {
      if (Ip6.check(quoted, end) != Reason.Ok) return Reason.IcmpTruncated;
      transport = Ip6.at(quoted).next;
      protocol = Ip6.at(quoted).nextHeader;
      Inspect.fromIp6(Ip6.at(quoted));
    }
    if (protocol != PROTOCOL_TCP) return Reason.IcmpOther;
    if (transport + QUOTED_TCP_SIZE > end) return Reason.IcmpTruncated;
    segment.sourcePort = Tcp.at(transport).sourcePort;
    segment.targetPort = Tcp.at(transport).targetPort;
    const found = FlowTable.find(segment, FlowKey.hash(segment));
    if (!found) return Reason.IcmpNoFlow;
    const flow = Flow.at(found & ~FROM_CLIENT);
    Forensics.icmp(
      flow, icmp.type, icmp.code, senderHigh, senderLow, Tcp.at(transport).seq, segment.time, segment.frame,
    );
    Inspect.settle(flow);
    return Reason.Ok;
  }

  /** A TCP segment: `claimed` octets by the network header, captured up to `end`. */
  @inline private static tcp(at: usize, end: usize, claimed: u32): Reason {
    const reason = Tcp.check(at, end);
    if (reason != Reason.Ok) return reason;
    const tcp = Tcp.at(at);
    const headerSize = tcp.headerSize;
    if (headerSize > claimed) return Reason.TcpDataOffset;
    const flags = tcp.flags;
    if (Tcp.impossible(flags)) return Reason.TcpFlagsImpossible;
    const segment = Segment.at(SEGMENT);
    segment.sourcePort = tcp.sourcePort;
    segment.targetPort = tcp.targetPort;
    if (segment.sourcePort == 0 || segment.targetPort == 0) return Reason.TcpPortZero;
    if (segment.sourceLow == segment.targetLow && segment.sourceHigh == segment.targetHigh &&
      segment.sourcePort == segment.targetPort) return Reason.TcpLand;
    segment.flags = flags;
    segment.seq = tcp.seq;
    segment.ack = tcp.ack;
    segment.window = tcp.window;
    segment.tcpAt = at;
    const payload = min<usize>(at + headerSize, end);
    segment.optionsAt = at + TCP_HEADER_SIZE;
    segment.optionsSize = <u32>(payload - segment.optionsAt);
    segment.payloadAt = payload;
    segment.payloadCaptured = <u32>(end - payload);
    segment.payloadLength = claimed - headerSize;
    segment.end = segment.seq + segment.payloadLength +
      ((flags & SYN) != 0 ? 1 : 0) + ((flags & FIN) != 0 ? 1 : 0);
    Tcp.options(segment.optionsAt, payload, segment);
    return Inspect.connection(segment);
  }

  /** From here on the segment belongs to a connection. */
  @inline private static connection(segment: Segment): Reason {
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
      found = Inspect.open(segment, hash);
    } else if ((segment.flags & (SYN | ACK)) == SYN && Inspect.opensAnew(found, segment)) {
      Inspect.end(Flow.at(found & ~FROM_CLIENT), FlowTable.slot);
      found = Inspect.open(segment, FlowKey.hash(segment));
    }
    const flow = Flow.at(found & ~FROM_CLIENT);
    const fromClient = (found & FROM_CLIENT) != 0;
    const fromNear = fromClient == flow.has(FLOW_CLIENT_NEAR);
    let touched = false;
    if (segment.has(RST)) Counters.add(Counter.Resets, 1);
    if (EVIDENCE && Forensics.wants(flow, segment, fromNear)) {
      Forensics.observe(flow, segment, fromNear);
      touched = true;
    }
    Track.update(flow, segment, fromClient);
    if (Inspect.wantsDialog(flow, segment, fromClient)) {
      Dialogs.observe(flow, segment, fromClient);
      // Mail names people: no copy of it stays outside the dialog, which forgets by itself.
      if (flow.handshake.headRow && Inspect.isMail(flow)) HeadTable.release(flow);
      touched = true;
    }
    if (fromClient && segment.payloadLength && flow.application == Application.Tls && !flow.has(FLOW_NAMED)) {
      Hello.observe(flow, segment);
    }
    const answers = !fromClient && segment.payloadLength != 0 &&
      flow.application == Application.Tls && !flow.has(FLOW_ANSWERED);
    if (answers) flow.set(FLOW_ANSWERED);
    FlowTable.mark(flow, flow.client.has(HALF_SEEN) && flow.server.has(HALF_SEEN), segment.time);
    const told = touched && Inspect.settle(flow);
    if (answers && !told && Doubt.has(flow)) Inspect.tell(flow, Cause.Changed);
    return Reason.Ok;
  }

  /** Payload or the end of a mail dialog, or a side's first payload. */
  @inline private static wantsDialog(flow: Flow, segment: Segment, fromClient: bool): bool {
    if (flow.dialogRow) return segment.payloadLength != 0 || segment.has(SYN | FIN | RST);
    return segment.payloadLength != 0 && !flow.has(fromClient ? FLOW_PROBED_CLIENT : FLOW_PROBED_SERVER);
  }

  @inline private static isMail(flow: Flow): bool {
    const application = <i32>flow.application;
    return Dialogs.reads(flow) || (application >= Application.Smtp && application <= Application.Pop3);
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
      Inspect.end(Flow.at(FlowTable.rowOf(slot)), slot);
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
    if (changed) Inspect.tell(flow, Cause.Changed);
    const due = min(Dialogs.nextDue(), Forensics.nextDue());
    store<u64>(STATE, due, DUE_AT);
    return changed;
  }

  /** Deadlines that have passed; a bounded share of them, the rest at the next frame. */
  private static due(now: u64): void {
    Forensics.due(now);
    Dialogs.due(now);
    for (let turn: u32 = 0; turn < 2 * DUE_PER_FRAME_MAX; turn++) {
      let flow = Forensics.dueFlow();
      if (!flow) flow = Dialogs.dueFlow();
      if (!flow) break;
      Inspect.settle(Flow.at(flow));
    }
    store<u64>(STATE, min(Dialogs.nextDue(), Forensics.nextDue()), DUE_AT);
  }

  /** The connection in this slot is over: last conclusions, last finding, the row is free. */
  private static end(flow: Flow, slot: u32): void {
    Dialogs.end(flow);
    Forensics.end(flow);
    const works = flow.has(FLOW_ANSWERED) && Doubt.has(flow);
    const honest = !load<u32>(STATE, TERSE) && (flow.resetRow != 0 || flow.has(FLOW_WITNESS));
    const closed = flow.resetRow != 0 && Port.isMail(Port.hint(flow.serverPort)); // a refused mail port is news
    if (flow.dialogRow || works || honest || closed || Forensics.speaks(flow)) Inspect.tell(flow, Cause.Ended);
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
      if (flow.ordinal) Inspect.end(flow, FlowTable.slotOf(flow));
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
    finding.time = load<u64>(STATE, CLOCK);
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

const TCP_HEADER_SIZE: u32 = 20;
