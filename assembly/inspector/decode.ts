// From a frame to its segment: link → network → transport. Every layer has one door that checks its
// bounds; what cannot be read leaves with a reason. Fills the one Segment and hands it to its connection.

import { Connection } from "./connection";
import { Counter, Counters } from "./counters";
import { LAYER_DEPTH_MAX } from "./limits";
import { Names } from "./name/names";
import { Reason } from "./reason";
import { FIN, Segment, SEGMENT, SYN } from "./segment";
import {
  Cooked, Cooked2, Ethernet, ETHERTYPE_IP4, ETHERTYPE_IP6, ETHERTYPE_PPPOE_DISCOVERY,
  ETHERTYPE_PPPOE_SESSION, ETHERTYPE_QINQ, ETHERTYPE_QINQ_OLD, ETHERTYPE_VLAN,
} from "./wire/ethernet";
import { Icmp } from "./wire/icmp";
import { Ip4 } from "./wire/ip4";
import { FRAGMENT_FOUND, Ip6, Ip6Extension } from "./wire/ip6";
import { LinkType } from "./wire/link-type";
import { Nflog } from "./wire/nflog";
import { Octets } from "./wire/octets";
import { Pktap } from "./wire/pktap";
import { Ppp, Pppoe } from "./wire/ppp";
import { Tcp } from "./wire/tcp";
import { Tunnel } from "./wire/tunnel";
import { Vlan } from "./wire/vlan";

const PROTOCOL_ICMP: u32 = 1;
const PROTOCOL_IP4: u32 = 4;
const PROTOCOL_TCP: u32 = 6;
const PROTOCOL_UDP: u32 = 17;
const PROTOCOL_IP6: u32 = 41;
const PROTOCOL_ICMP6: u32 = 58;

const PORT_DNS: u32 = 53;
const UDP_HEADER_SIZE: u32 = 8;
const TCP_HEADER_SIZE: u32 = 20;
/** Ports and sequence number: what an ICMP error must at least quote. RFC 792. */
const QUOTED_TCP_SIZE: u32 = 8;

/** ::ffff:0:0/96, the low half without the IPv4 address, read little endian. RFC 4291 §2.5.5.2. */
const MAPPED: u64 = 0xffff0000;

export class Decode {
  /** Link header by link type. LINKTYPE_… of the pcap registry. */
  @inline static link(linkType: u32, at: usize, end: usize): Reason {
    return linkType == LinkType.Ethernet ? Decode.ethernet(at, end) : Decode.otherLink(linkType, at, end);
  }

  @inline static ethernet(at: usize, end: usize): Reason {
    const reason = Ethernet.check(at, end);
    if (reason != Reason.Ok) return reason;
    return Decode.network(Ethernet.at(at).etherType, Ethernet.at(at).next, end);
  }

  private static otherLink(linkType: u32, at: usize, end: usize): Reason {
    switch (linkType) {
      case LinkType.Raw: case LinkType.RawBsd: case LinkType.RawOpenbsd:
      case LinkType.Ipv4: case LinkType.Ipv6:
        return Decode.bare(at, end);
      case LinkType.Null: case LinkType.Loop:
        return at + 4 > end ? Reason.LinkTruncated : Decode.bare(at + 4, end);
      case LinkType.LinuxSll: {
        const reason = Cooked.check(at, end);
        if (reason != Reason.Ok) return reason;
        return Decode.network(Cooked.at(at).etherType, Cooked.at(at).next, end);
      }
      case LinkType.LinuxSll2: {
        const reason = Cooked2.check(at, end);
        if (reason != Reason.Ok) return reason;
        return Decode.network(Cooked2.at(at).etherType, Cooked2.at(at).next, end);
      }
      case LinkType.Ppp: case LinkType.PppHdlc: {
        // Address and control field 0xff03 may stand first. RFC 1662 §3.1.
        if (at + 2 <= end && Octets.u16(at, 0) == 0xff03) at += 2;
        return Decode.ppp(at, end);
      }
      case LinkType.CiscoHdlc:
        return at + 4 > end ? Reason.LinkTruncated : Decode.network(Octets.u16(at, 2), at + 4, end);
      case LinkType.Nflog: {
        const payload = Nflog.payload(at, end);
        return payload ? Decode.bare(Nflog.value(payload), min<usize>(end, payload + Nflog.size(payload)))
          : Reason.LinkTruncated;
      }
      case LinkType.Pktap: case LinkType.User2: {
        if (!Pktap.headerFits(at, end)) return Reason.LinkTruncated;
        const inner = Pktap.linkType(at);
        if (inner == LinkType.Ethernet) return Decode.ethernet(Pktap.next(at), end);
        if (inner == LinkType.Pktap || inner == LinkType.User2) return Reason.LayersTooDeep;
        return Decode.otherLink(inner, Pktap.next(at), end);
      }
      case LinkType.PppEther: return Decode.network(ETHERTYPE_PPPOE_SESSION, at, end);
      default: return Reason.LinkUnknown;
    }
  }

  /** No EtherType: the version nibble decides. */
  private static bare(at: usize, end: usize): Reason {
    if (at >= end) return Reason.LinkTruncated;
    const version = Octets.u8(at, 0) >> 4;
    if (version == 4) return Decode.network(ETHERTYPE_IP4, at, end);
    if (version == 6) return Decode.network(ETHERTYPE_IP6, at, end);
    return Reason.LinkUnknown;
  }

  private static ppp(at: usize, end: usize): Reason {
    const etherType = Ppp.etherType(at, end);
    return etherType ? Decode.network(etherType, at + Ppp.size(at), end) : Reason.PppUnknown;
  }

  /** From an EtherType to the transport: tags, PPPoE and IP in IP are peeled off, at most LAYER_DEPTH_MAX. */
  static network(etherType: u32, at: usize, end: usize): Reason {
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
        Decode.fromIp4(ip);
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
        Decode.fromIp6(ip);
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
        if (etherType == ETHERTYPE_PPPOE_DISCOVERY) return Reason.PppUnknown;
        return Tunnel.inEthernet(etherType) ? Reason.Tunnel : Reason.EthertypeUnknown;
      }
      // What the network header claims bounds what stands behind it: padding is not payload.
      const limit = next + claimed < end ? next + claimed : end;
      if (protocol == PROTOCOL_TCP) return Decode.tcp(next, limit, claimed);
      if (protocol == PROTOCOL_IP4) etherType = ETHERTYPE_IP4;
      else if (protocol == PROTOCOL_IP6) etherType = ETHERTYPE_IP6;
      else return Decode.other(protocol, next, limit);
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
      if (at + UDP_HEADER_SIZE > end) return Reason.UdpOther;
      const sourcePort = Octets.u16(at, 0);
      if (sourcePort != PORT_DNS) {
        return Tunnel.inUdp(sourcePort) || Tunnel.inUdp(Octets.u16(at, 2)) ? Reason.Tunnel : Reason.UdpOther;
      }
      Counters.add(Counter.DnsAnswers, 1);
      return Names.learnAnswer(at + UDP_HEADER_SIZE, end, Segment.at(SEGMENT).time);
    }
    if (protocol == PROTOCOL_ICMP || protocol == PROTOCOL_ICMP6) return Decode.icmp(at, end);
    return Tunnel.inIp(protocol) ? Reason.Tunnel : Reason.TransportOther;
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
      Decode.fromIp4(Ip4.at(quoted));
    } else {
      if (Ip6.check(quoted, end) != Reason.Ok) return Reason.IcmpTruncated;
      transport = Ip6.at(quoted).next;
      protocol = Ip6.at(quoted).nextHeader;
      Decode.fromIp6(Ip6.at(quoted));
    }
    if (protocol != PROTOCOL_TCP) return Reason.IcmpOther;
    if (transport + QUOTED_TCP_SIZE > end) return Reason.IcmpTruncated;
    segment.sourcePort = Tcp.at(transport).sourcePort;
    segment.targetPort = Tcp.at(transport).targetPort;
    return Connection.quoted(segment, icmp.type, icmp.code, senderHigh, senderLow, Tcp.at(transport).seq);
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
    return Connection.segment(segment);
  }
}
