// Header fields by name, overwritten in a finished frame: what `corrupt FIELD=VALUE` does. The link
// fields are those of Ethernet with at most one tag.

import type { Corruption } from "./scenario.ts";

/** Where each layer of a frame begins, in octets from the frame's start. */
export interface Places {
  link: number;
  ip: number;
  transport: number;
}

/** Fields by name: the layer they lie in, the offset from its start, their size, a mask. */
const FIELDS: Readonly<Record<string, readonly [keyof Places, number, number, number?]>> = {
  "eth.type": ["link", 12, 2],
  "vlan.type": ["link", 16, 2],
  "pppoe.code": ["link", 15, 1],
  "ppp.protocol": ["link", 20, 2],
  "ip.version": ["ip", 0, 1, 0xf0],
  "ip.ihl": ["ip", 0, 1, 0x0f],
  "ip.length": ["ip", 2, 2],
  "ip.fragment": ["ip", 6, 2],
  "ip.protocol": ["ip", 9, 1],
  "ip.sum": ["ip", 10, 2],
  "ip6.length": ["ip", 4, 2],
  "ip6.next": ["ip", 6, 1],
  "tcp.source": ["transport", 0, 2],
  "tcp.target": ["transport", 2, 2],
  "tcp.offset": ["transport", 12, 1, 0xf0],
  "tcp.flags": ["transport", 13, 1],
  "tcp.sum": ["transport", 16, 2],
  "udp.source": ["transport", 0, 2],
  "dns.questions": ["transport", 12, 2],
  "icmp.type": ["transport", 0, 1],
};

/** Sets the named field. Throws when there is no such field. */
export function overwrite(frame: Uint8Array, places: Places, corruption: Corruption): void {
  const field = FIELDS[corruption.field];
  if (field === undefined) {
    throw new Error(`corrupt ${corruption.field}: the fields are ${Object.keys(FIELDS).join(" ")}`);
  }
  const [layer, offset, size, mask] = field;
  const at = places[layer] + offset;
  if (mask !== undefined) {
    const shifted = mask === 0xf0 ? corruption.value << 4 : corruption.value;
    frame[at] = ((frame[at] ?? 0) & ~mask) | (shifted & mask);
  } else if (size === 1) {
    frame[at] = corruption.value;
  } else {
    frame[at] = corruption.value >>> 8;
    frame[at + 1] = corruption.value & 0xff;
  }
}
