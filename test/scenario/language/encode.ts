// Packets → frames: TCP, ICMP errors and DNS answers over IPv4 or IPv6, each with right checksums,
// then the link's layers (link.ts). Fields named by `corrupt` are overwritten before the sums are
// made, sums themselves after. RFC 791, RFC 8200 §4, RFC 9293 §3.1, RFC 792, RFC 4443 §3,
// RFC 1035 §4.

import { type Address, isPrivate } from "./address.ts";
import { checksum } from "./checksum.ts";
import { overwrite } from "./corruption.ts";
import { encodeDnsAnswer } from "./dns.ts";
import { wrapInLink } from "./link.ts";
import type { DnsPacket, Frame, IcmpPacket, Packet, TcpPacket } from "./packet.ts";
import type { Layer } from "./scenario.ts";

const ICMP = 1;
const TCP = 6;
const UDP = 17;
const ICMP6 = 58;
const QUOTED_OCTETS = 8;
const ROUTER_TTL = 60;
const IP4_HEADER = 20;
const IP6_HEADER = 40;
const TCP_HEADER = 20;
const FRAGMENT = 44;

/** Encodes packets in order; each sender's IPv4 identifications count up unless a packet names one. */
export function encodeFrames(packets: readonly Packet[], layers: readonly Layer[]): Frame[] {
  return numberIds(packets).map((packet) => encodeFrame(packet, layers));
}

/** Gives every TCP packet its identification; what an ICMP error quotes keeps the one it had. */
export function numberIds(packets: readonly Packet[]): Packet[] {
  const ids = new Map<string, number>();
  const byOrigin = new Map<number, TcpPacket>();
  return packets.map((packet) => {
    if (packet.kind === "icmp") {
      return { ...packet, quoted: byOrigin.get(packet.quoted.origin) ?? packet.quoted };
    }
    if (packet.kind !== "tcp") return packet;
    const numbered = { ...packet, id: packet.id ?? nextId(packet.from.name, ids) };
    byOrigin.set(packet.origin, numbered);
    return numbered;
  });
}

function encodeFrame(packet: Packet, layers: readonly Layer[]): Frame {
  const { origin, time } = packet;
  const octets = packet.kind === "frame" ? packet.octets : build(packet, layers);
  const kept = Math.min(packet.truncate ?? octets.length, octets.length);
  return { origin, time, octets: octets.subarray(0, kept), length: octets.length };
}

type Addressed = Exclude<Packet, { kind: "frame" }>;

function build(packet: Addressed, layers: readonly Layer[]): Uint8Array {
  const { ip, transportAt, seal } = encodeAddressed(packet);
  const inbound = packet.kind !== "tcp" || !isPrivate(packet.from.address);
  const frame = wrapInLink(ip, layers, inbound);
  const places = { link: 0, ip: frame.length - ip.length, transport: 0 };
  places.transport = places.ip + transportAt;
  const sums = packet.corrupt.filter((one) => one.field.endsWith(".sum"));
  const others = packet.corrupt.filter((one) => !one.field.endsWith(".sum"));
  for (const one of others) overwrite(frame, places, one);
  seal(frame.subarray(places.ip));
  for (const one of sums) overwrite(frame, places, one);
  return frame;
}

interface IpPacket {
  readonly ip: Uint8Array;
  /** Octets from the IP header to the transport header. */
  readonly transportAt: number;
  /** Fills the checksums of the finished packet. */
  readonly seal: (ip: Uint8Array) => void;
}

function encodeAddressed(packet: Addressed): IpPacket {
  if (packet.kind === "tcp") return encodeTcp(packet);
  if (packet.kind === "icmp") return encodeIcmp(packet);
  return encodeDns(packet);
}

function encodeTcp(packet: TcpPacket): IpPacket {
  const { from, to, ttl, df, ipOptions, extensions } = packet;
  const id = packet.id ?? 0;
  const body = tcpSegment(packet);
  return encodeIp({
    source: from.address,
    target: to.address,
    protocol: TCP,
    sumAt: 16,
    body,
    ttl,
    id,
    df,
    ipOptions,
    extensions,
  });
}

function tcpSegment(packet: TcpPacket): Uint8Array {
  const size = TCP_HEADER + packet.options.length;
  const segment = new Uint8Array(size + packet.payload.length);
  const view = new DataView(segment.buffer);
  view.setUint16(0, packet.from.port);
  view.setUint16(2, packet.to.port);
  view.setUint32(4, packet.seq);
  view.setUint32(8, packet.ack);
  view.setUint16(12, (size << 10) | packet.reserved | packet.flags);
  view.setUint16(14, packet.window);
  segment.set(packet.options, TCP_HEADER);
  segment.set(packet.payload, size);
  return segment;
}

/** An error message quoting the IP header and the first octets behind it. */
function encodeIcmp(packet: IcmpPacket): IpPacket {
  const version6 = packet.sender.length === 16;
  const quote = encodeTcp(packet.quoted);
  quote.seal(quote.ip);
  const kept = quote.ip.subarray(0, quote.transportAt + QUOTED_OCTETS);
  const body = new Uint8Array(8 + kept.length);
  body[0] = packet.type;
  body[1] = packet.code;
  body.set(kept, 8);
  return encodeIp({
    source: packet.sender,
    target: packet.to.address,
    protocol: version6 ? ICMP6 : ICMP,
    sumAt: 2,
    body,
    ttl: ROUTER_TTL,
    id: 0,
    df: 0,
    ipOptions: 0,
    extensions: [],
  });
}

function encodeDns(packet: DnsPacket): IpPacket {
  const answer = encodeDnsAnswer(packet.answer);
  const body = new Uint8Array(8 + answer.length);
  const view = new DataView(body.buffer);
  view.setUint16(0, 53);
  view.setUint16(2, 53000);
  view.setUint16(4, body.length);
  body.set(answer, 8);
  const six = packet.to.address.length === 16;
  const resolver = six
    ? Uint8Array.from([0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 53])
    : Uint8Array.from([198, 51, 100, 53]);
  return encodeIp({
    source: resolver,
    target: packet.to.address,
    protocol: UDP,
    sumAt: 6,
    body,
    ttl: ROUTER_TTL,
    id: 0x5353,
    df: 0,
    ipOptions: 0,
    extensions: [],
  });
}

function nextId(sender: string, ids: Map<string, number>): number {
  const id = ids.get(sender) ?? 0x1000 + (sender.charCodeAt(0) << 4);
  ids.set(sender, (id + 1) & 0xffff);
  return id;
}

interface IpFields {
  readonly source: Address;
  readonly target: Address;
  readonly protocol: number;
  /** Offset of the transport's checksum from its start. */
  readonly sumAt: number;
  readonly body: Uint8Array;
  readonly ttl: number;
  readonly id: number;
  readonly df: number;
  readonly ipOptions: number;
  readonly extensions: readonly number[];
}

function encodeIp(fields: IpFields): IpPacket {
  if (fields.source.length !== fields.target.length) {
    throw new Error("one packet cannot have an IPv4 and an IPv6 address");
  }
  return fields.source.length === 4 ? encodeIp4(fields) : encodeIp6(fields);
}

function encodeIp4(fields: IpFields): IpPacket {
  const size = IP4_HEADER + fields.ipOptions;
  const ip = new Uint8Array(size + fields.body.length);
  const view = new DataView(ip.buffer);
  ip[0] = 0x40 | (size >> 2);
  view.setUint16(2, ip.length);
  view.setUint16(4, fields.id);
  view.setUint16(6, fields.df << 14);
  ip[8] = fields.ttl;
  ip[9] = fields.protocol;
  ip.set(fields.source, 12);
  ip.set(fields.target, 16);
  ip.fill(1, IP4_HEADER, size);
  ip.set(fields.body, size);
  const seal = (sealed: Uint8Array): void => {
    put16(sealed, 10, checksum(sealed.subarray(0, size)));
    const protocol = fields.protocol;
    const pseudo = protocol === ICMP ? new Uint8Array(0) : pseudoHeader4(fields);
    put16(sealed, size + fields.sumAt, checksum(pseudo, sealed.subarray(size)));
  };
  return { ip, transportAt: size, seal };
}

function encodeIp6(fields: IpFields): IpPacket {
  const chain = [...fields.extensions, fields.protocol];
  const headers = Buffer.concat(
    fields.extensions.map((number, index) => extensionHeader(number, chain[index + 1] ?? 59)),
  );
  const transportAt = IP6_HEADER + headers.length;
  const ip = new Uint8Array(transportAt + fields.body.length);
  const view = new DataView(ip.buffer);
  ip[0] = 0x60;
  view.setUint16(4, ip.length - IP6_HEADER);
  ip[6] = chain[0] ?? 59;
  ip[7] = fields.ttl;
  ip.set(fields.source, 8);
  ip.set(fields.target, 24);
  ip.set(headers, IP6_HEADER);
  ip.set(fields.body, transportAt);
  const seal = (sealed: Uint8Array): void => {
    const body = sealed.subarray(transportAt);
    put16(sealed, transportAt + fields.sumAt, checksum(pseudoHeader6(fields), body));
  };
  return { ip, transportAt, seal };
}

/** Eight octets: next header, length 0, padding (a fragment header: a first fragment, more to come). */
function extensionHeader(number: number, next: number): Buffer {
  if (number === FRAGMENT) return Buffer.from([next, 0, 0, 1, 0, 0, 0, 1]);
  return Buffer.from([next, 0, 1, 4, 0, 0, 0, 0]);
}

function pseudoHeader4(fields: IpFields): Uint8Array {
  const pseudo = new Uint8Array(12);
  pseudo.set(fields.source, 0);
  pseudo.set(fields.target, 4);
  pseudo[9] = fields.protocol;
  put16(pseudo, 10, fields.body.length);
  return pseudo;
}

function pseudoHeader6(fields: IpFields): Uint8Array {
  const pseudo = new Uint8Array(40);
  pseudo.set(fields.source, 0);
  pseudo.set(fields.target, 16);
  put16(pseudo, 34, fields.body.length);
  pseudo[39] = fields.protocol;
  return pseudo;
}

function put16(octets: Uint8Array, at: number, value: number): void {
  octets[at] = value >>> 8;
  octets[at + 1] = value & 0xff;
}
