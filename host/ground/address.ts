// Turns 16 address octets in network order into text and back; IPv4 travels as ::ffff:a.b.c.d. Says which
// network an address lies in, and whether it names one server in the world.
// Opens nothing, resolves nothing. Read RFC 5952 (text form), RFC 4291 §2.5.5.2 (mapped), RFC 6890.

import { isIPv4 } from "node:net";

/** Octets of an address, and of its mask. */
export const ADDRESS_SIZE = 16;
const GROUPS = 8;
const MAPPED_PREFIX_BITS = 96;
/** Groups five and six of ::ffff:a.b.c.d. */
const MAPPED_GROUPS = 0x0000ffff;

/** Addresses that are home unless others are named: private, unique-local, link-local, loopback. */
export const HOME_DEFAULT: readonly string[] = [
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "169.254.0.0/16",
  "127.0.0.0/8",
  "fc00::/7",
  "fe80::/10",
  "::1/128",
];

/** The start of the first longest run of two or more zero groups, and its length. */
function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: -1, length: 1 };
  let start = 0;
  for (let index = 0; index <= groups.length; index++) {
    if (groups[index] === 0) continue;
    if (index - start > best.length) best = { start, length: index - start };
    start = index + 1;
  }
  return best;
}

/** The address at octet `at`, 16 octets in network order: dotted quad when mapped, else RFC 5952. */
export function formatAddress(view: DataView, at: number): string {
  if (view.getBigUint64(at) === 0n && view.getUint32(at + 8) === MAPPED_GROUPS) {
    const last = at + ADDRESS_SIZE - 4;
    const [a, b] = [view.getUint8(last), view.getUint8(last + 1)];
    return `${a}.${b}.${view.getUint8(last + 2)}.${view.getUint8(last + 3)}`;
  }
  const groups = Array.from({ length: GROUPS }, (_, index) => view.getUint16(at + 2 * index));
  const text = (part: readonly number[]): string => part.map((g) => g.toString(16)).join(":");
  const run = longestZeroRun(groups);
  if (run.start < 0) return text(groups);
  return `${text(groups.slice(0, run.start))}::${text(groups.slice(run.start + run.length))}`;
}

/** Two octets for each group of a part of an IPv6 address; a dotted quad at its end is two groups. */
function groupOctets(part: string): number[] {
  if (part === "") return [];
  return part.split(":").flatMap((group) => {
    if (group.includes(".")) return group.split(".").map(Number);
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}

/** Network order; IPv4 as ::ffff:a.b.c.d. The address is known to be well formed. */
export function addressOctets(address: string): number[] {
  const text = isIPv4(address) ? `::ffff:${address}` : address;
  const [head = "", tail] = text.split("::");
  const before = groupOctets(head);
  const after = groupOctets(tail ?? "");
  const gap = ADDRESS_SIZE - before.length - after.length;
  return [...before, ...new Array<number>(tail === undefined ? 0 : gap).fill(0), ...after];
}

/**
 * A network written ADDRESS/LENGTH, already known to be well formed, as 16 octets of address and
 * 16 octets of mask; address bits outside the mask are cleared.
 */
export function networkOctets(network: string): Uint8Array {
  const [address = "", length = "128"] = network.split("/");
  const bits = Number(length) + (isIPv4(address) ? MAPPED_PREFIX_BITS : 0);
  const row = new Uint8Array(2 * ADDRESS_SIZE);
  const octets = addressOctets(address);
  for (let index = 0; index < ADDRESS_SIZE; index++) {
    const kept = Math.max(0, Math.min(8, bits - 8 * index));
    const mask = (0xff << (8 - kept)) & 0xff;
    row[index] = (octets[index] ?? 0) & mask;
    row[ADDRESS_SIZE + index] = mask;
  }
  return row;
}

/** Addresses that many houses use for their own machines: RFC 1918, loopback, link-local, RFC 4193. */
const LOCAL = /^(10\.|127\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|::1$|fe[89ab]|f[cd])/i;

/** True for an address that does not name one server in the world. */
export function isLocalAddress(address: string): boolean {
  return LOCAL.test(address);
}

/** Shared by a provider's customers (RFC 6598), unspecified, mapped: no server of the Internet either. */
const UNROUTED = /^(100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|::)/;

/** The first `quads` parts of an IPv4 address, the first `count` groups of an IPv6 address. */
function prefixOf(address: string, quads: number, count: number): string {
  if (!address.includes(":")) return address.split(".").slice(0, quads).join(".");
  const [head = "", tail] = address.split("::");
  const front = head === "" ? [] : head.split(":");
  if (tail === undefined) return front.slice(0, count).join(":");
  const back = tail === "" ? [] : tail.split(":");
  const zeros = Array<string>(Math.max(0, GROUPS - front.length - back.length)).fill("0");
  return [...front, ...zeros, ...back].slice(0, count).join(":");
}

/** The /24 of an IPv4 address, the /48 of an IPv6 address: one site. */
export function networkOf(address: string): string {
  return prefixOf(address, 3, 3);
}

/** The /16 of an IPv4 address, the /32 of an IPv6 address: what one operator is given. */
export function widePrefix(address: string): string {
  return prefixOf(address, 2, 2);
}

/** The wide prefix; null for addresses that are nobody's on the Internet. */
export function wideNetworkOf(address: string): string | null {
  return isLocalAddress(address) || UNROUTED.test(address) ? null : widePrefix(address);
}
