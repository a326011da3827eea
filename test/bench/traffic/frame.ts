// Header fields and a slice of payload → one Ethernet frame with right IPv4, TCP and UDP checksums,
// written in place into the capture's buffer. Stateless; who sends what and when is decided above.
// RFC 791 §3.1, RFC 8200 §3, RFC 9293 §3.1, RFC 1071 §2.

import type { Address } from "./address.ts";
import type { CaptureFile } from "./capture-file.ts";
import { type Material, sliceSum } from "./material.ts";

export const FIN = 0x01;
export const SYN = 0x02;
export const RST = 0x04;
export const PSH = 0x08;
export const ACK = 0x10;

/** Option layouts as common stacks send them; the value is the length in octets. */
export const OPTIONS_NONE = 0;
export const OPTIONS_TIMESTAMP = 12; // NOP NOP TS, in every Linux segment after the SYN
export const OPTIONS_SYN_LINUX = 20; // MSS SACK-permitted TS NOP window-scale 7
export const OPTIONS_SYN_WINDOWS = 13; // MSS NOP window-scale 8 NOP NOP SACK-permitted, 12 octets

const ETHERNET = 14;
/** Shorter frames are padded, as Ethernet does (64 octets with the check sequence). */
const SHORTEST = 60;
const PROTOCOL_TCP = 6;
const PROTOCOL_UDP = 17;
const ROUTER = [0x02, 0, 0, 0, 0, 0x01];
const GATEWAY = [0x02, 0, 0, 0, 0, 0x02];

/** One direction of one flow: everything in its headers that never changes. */
export interface Path {
  readonly version: 4 | 6;
  /** Ethernet, IP and the two ports, ready to copy. */
  readonly header: Uint8Array;
  /** Where the transport header starts in the frame. */
  readonly transport: number;
  /** Sum of the fixed IPv4 header words; 0 for IPv6. */
  readonly networkSum: number;
  /** Sum of addresses, protocol and ports for the transport checksum. */
  readonly pseudoSum: number;
}

export interface Segment {
  flags: number;
  seq: number;
  ack: number;
  window: number;
  ttl: number;
  id: number;
  options: number;
  /** TSval and TSecr, where the options have them. */
  clock: number;
  echo: number;
}

export function path(
  outbound: boolean,
  protocol: "tcp" | "udp",
  source: Address,
  sourcePort: number,
  target: Address,
  targetPort: number,
): Path {
  const version = source.octets.length === 4 ? 4 : 6;
  const transport = ETHERNET + (version === 4 ? 20 : 40);
  const number = protocol === "tcp" ? PROTOCOL_TCP : PROTOCOL_UDP;
  const header = new Uint8Array(transport + 4);
  header.set(outbound ? GATEWAY : ROUTER, 0);
  header.set(outbound ? ROUTER : GATEWAY, 6);
  header.set(version === 4 ? [0x08, 0x00, 0x45] : [0x86, 0xdd, 0x60], 12);
  if (version === 4) {
    header[20] = 0x40; // DF, as path MTU discovery sets it
    header[23] = number;
  } else {
    header[20] = number;
  }
  const addresses = transport - 2 * source.octets.length;
  header.set(source.octets, addresses);
  header.set(target.octets, addresses + source.octets.length);
  header.set([sourcePort >> 8, sourcePort & 0xff, targetPort >> 8, targetPort & 0xff], transport);
  let pseudoSum = number;
  for (let at = addresses; at < header.length; at += 2) pseudoSum += pair(header, at);
  let networkSum = 0;
  if (version === 4) {
    for (let at = ETHERNET; at < transport; at += 2) networkSum += pair(header, at);
  }
  return { version, header, transport, networkSum, pseudoSum };
}

/** Writes one TCP frame. `start` must be even (see material.ts). */
export function writeTcp(
  capture: CaptureFile,
  along: Path,
  segment: Segment,
  body: Material,
  start: number,
  length: number,
): void {
  const optionLength = segment.options & ~1;
  const headerLength = 20 + optionLength;
  const total = along.transport + headerLength + length;
  const at = capture.reserve(Math.max(total, SHORTEST));
  const out = capture.octets;
  if (total < SHORTEST) out.fill(0, at + total, at + SHORTEST);
  writeNetwork(out, at, along, segment.ttl, segment.id, headerLength + length);
  const tcp = at + along.transport;
  put4(out, tcp + 4, segment.seq);
  put4(out, tcp + 8, segment.ack);
  out[tcp + 12] = headerLength << 2;
  out[tcp + 13] = segment.flags;
  put2(out, tcp + 14, segment.window);
  put2(out, tcp + 16, 0);
  put2(out, tcp + 18, 0);
  if (optionLength > 0) writeOptions(out, tcp + 20, along.version, segment);
  let sum = along.pseudoSum + headerLength + length;
  for (let word = tcp + 4; word < tcp + headerLength; word += 2) sum += pair(out, word);
  if (length > 0) {
    copy(out, tcp + headerLength, body.octets, start, length);
    sum += sliceSum(body, start, length);
  }
  put2(out, tcp + 16, ~fold(sum));
}

/** Writes one UDP datagram. `start` must be even. */
export function writeUdp(
  capture: CaptureFile,
  along: Path,
  ttl: number,
  id: number,
  body: Material,
  start: number,
  length: number,
): void {
  const at = capture.reserve(along.transport + 8 + length);
  const out = capture.octets;
  writeNetwork(out, at, along, ttl, id, 8 + length);
  const udp = at + along.transport;
  put2(out, udp + 4, 8 + length);
  copy(out, udp + 8, body.octets, start, length);
  const sum = along.pseudoSum + 2 * (8 + length) + sliceSum(body, start, length);
  put2(out, udp + 6, ~fold(sum) & 0xffff || 0xffff); // zero would mean "no checksum"
}

function writeNetwork(
  out: Uint8Array,
  at: number,
  along: Path,
  ttl: number,
  id: number,
  length: number,
): void {
  copy(out, at, along.header, 0, along.header.length);
  if (along.version === 6) {
    put2(out, at + 18, length);
    out[at + 21] = ttl;
    return;
  }
  put2(out, at + 16, 20 + length);
  put2(out, at + 18, id);
  out[at + 22] = ttl;
  put2(out, at + 24, ~fold(along.networkSum + 20 + length + id + (ttl << 8)));
}

function writeOptions(out: Uint8Array, at: number, version: 4 | 6, segment: Segment): void {
  const largest = version === 4 ? 1460 : 1440;
  if (segment.options === OPTIONS_TIMESTAMP) {
    put4(out, at, 0x0101080a);
    put4(out, at + 4, segment.clock);
    put4(out, at + 8, segment.echo);
    return;
  }
  put4(out, at, 0x02040000 | largest);
  if (segment.options === OPTIONS_SYN_WINDOWS) {
    put4(out, at + 4, 0x01030308);
    put4(out, at + 8, 0x01010402);
    return;
  }
  put4(out, at + 4, 0x0402080a);
  put4(out, at + 8, segment.clock);
  put4(out, at + 12, segment.echo);
  put4(out, at + 16, 0x01030307);
}

/** Long runs by the runtime's memcpy, short ones by hand: a call costs more than 64 stores. */
function copy(out: Uint8Array, at: number, from: Uint8Array, start: number, length: number): void {
  if (length > 64) {
    out.set(from.subarray(start, start + length), at);
    return;
  }
  for (let index = 0; index < length; index++) out[at + index] = from[start + index] ?? 0;
}

function fold(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded & 0xffff) + (folded >>> 16);
  return folded;
}

function pair(octets: Uint8Array, at: number): number {
  return ((octets[at] ?? 0) << 8) | (octets[at + 1] ?? 0);
}

function put2(octets: Uint8Array, at: number, value: number): void {
  octets[at] = value >>> 8;
  octets[at + 1] = value;
}

function put4(octets: Uint8Array, at: number, value: number): void {
  octets[at] = value >>> 24;
  octets[at + 1] = value >>> 16;
  octets[at + 2] = value >>> 8;
  octets[at + 3] = value;
}
