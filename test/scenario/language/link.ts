// IP packets → frames of a link: Ethernet, Linux cooked v1 and v2, raw IP, BSD null and loop;
// above the first any stack of VLAN tags and one PPPoE session. IEEE 802.1Q, RFC 2516 §4,
// the link-layer header types of libpcap.

import type { Layer } from "./scenario.ts";

const IP4 = 0x0800;
const IP6 = 0x86dd;
const VLAN = 0x8100;
const SERVICE_VLAN = 0x88a8;
const PPPOE_SESSION = 0x8864;
const PPP_IP4 = 0x0021;
const PPP_IP6 = 0x0057;
const FAMILY_IP4 = 2;
const FAMILY_IP6 = 10; // Linux; BSD systems use 24, 28 and 30
const HOME_MAC = [0x02, 0, 0, 0, 0, 0x01];
const FAR_MAC = [0x02, 0, 0, 0, 0, 0xfe];

/** LINKTYPE numbers as pcap files carry them. */
const LINK_TYPES = {
  null: 0,
  ethernet: 1,
  raw: 101,
  loop: 108,
  sll: 113,
  user: 147, // USER0: means what one pair of programs agreed on
  sll2: 276,
} as const;

/** LINKTYPE of a stack. */
export function linkType(layers: readonly Layer[]): number {
  const first = layers[0]?.kind ?? "ethernet";
  return first in LINK_TYPES ? LINK_TYPES[first as keyof typeof LINK_TYPES] : LINK_TYPES.ethernet;
}

/** The frame around an IP packet. `inbound` only decides addresses and packet types. */
export function wrapInLink(ip: Uint8Array, layers: readonly Layer[], inbound: boolean): Uint8Array {
  const six = (ip[0] ?? 0) >> 4 === 6;
  const [link, ...tags] = layers;
  let type = six ? IP6 : IP4;
  let octets: Uint8Array = ip;
  for (const tag of tags.reverse()) {
    if (tag.kind === "pppoe") {
      octets = Buffer.concat([pppoe(tag.id, octets.length, six), octets]);
      type = PPPOE_SESSION;
    } else if (tag.kind === "vlan" || tag.kind === "service-vlan") {
      octets = Buffer.concat([Buffer.from([...word16(tag.id), ...word16(type)]), octets]);
      type = tag.kind === "vlan" ? VLAN : SERVICE_VLAN;
    }
  }
  const header = linkHeader(link?.kind ?? "ethernet", type, six, inbound);
  return Uint8Array.from(Buffer.concat([header, octets]));
}

function linkHeader(kind: Layer["kind"], type: number, six: boolean, inbound: boolean): Buffer {
  const [target, source] = inbound ? [HOME_MAC, FAR_MAC] : [FAR_MAC, HOME_MAC];
  const direction = inbound ? 0 : 4; // PACKET_HOST, PACKET_OUTGOING
  switch (kind) {
    case "raw":
    case "user":
      return Buffer.alloc(0);
    case "null":
      return Buffer.from([six ? FAMILY_IP6 : FAMILY_IP4, 0, 0, 0]);
    case "loop":
      return Buffer.from([0, 0, 0, six ? FAMILY_IP6 : FAMILY_IP4]);
    case "sll":
      return Buffer.from([0, direction, 0, 1, 0, 6, ...source, 0, 0, ...word16(type)]);
    case "sll2":
      return Buffer.from([...word16(type), 0, 0, 0, 0, 0, 2, 0, 1, direction, 6, ...source, 0, 0]);
    default:
      return Buffer.from([...target, ...source, ...word16(type)]);
  }
}

function pppoe(session: number, size: number, six: boolean): Buffer {
  const protocol = six ? PPP_IP6 : PPP_IP4;
  return Buffer.from([0x11, 0, ...word16(session), ...word16(size + 2), ...word16(protocol)]);
}

function word16(value: number): number[] {
  return [value >>> 8, value & 0xff];
}
