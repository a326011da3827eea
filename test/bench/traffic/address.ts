// The cast: addresses of a home and of the servers it talks to, as octets and as text (dotted quad,
// RFC 5952 §4). All from ranges set aside for private use, benchmarking and documentation
// (RFC 1918 §3, RFC 2544 C.2.2, RFC 3849 §2), so no frame can name a real host.

import type { Random } from "./random.ts";

export interface Address {
  readonly octets: Uint8Array;
  readonly text: string;
}

export function address4(number: number): Address {
  const octets = Uint8Array.of(number >>> 24, number >>> 16, number >>> 8, number);
  return { octets, text: octets.join(".") };
}

/** An address from its eight 16-bit groups. */
export function address6(groups: readonly number[]): Address {
  const octets = new Uint8Array(16);
  groups.forEach((group, index) => {
    octets[2 * index] = group >>> 8;
    octets[2 * index + 1] = group;
  });
  return { octets, text: shorten(groups) };
}

/** RFC 5952 §4.2: the longest run of two or more zero groups, the first of equals, becomes "::". */
function shorten(groups: readonly number[]): string {
  let best = -1;
  let length = 1;
  for (let start = 0; start < groups.length; start++) {
    let end = start;
    while (groups[end] === 0) end++;
    if (end - start > length) {
      best = start;
      length = end - start;
    }
  }
  const words = groups.map((group) => group.toString(16));
  if (best < 0) return words.join(":");
  return `${words.slice(0, best).join(":")}::${words.slice(best + length).join(":")}`;
}

const HOME4 = 0x0a000000; // 10.0.0.0/8; the second octet is free for a sender that varies it
const FAR4 = 0xc6120000; // 198.18.0.0/15

/** A host at home: 10.0.x.y. */
export function home4(index: number): Address {
  return address4(HOME4 + 256 + (index % 65000));
}

/** A host at home: 2001:db8:aaaa::x; the fourth group is free for a sender that varies it. */
export function home6(index: number): Address {
  return address6([0x2001, 0xdb8, 0xaaaa, 0, 0, 0, 0, 0x100 + (index % 65000)]);
}

/** A server on the far side: 198.18.0.0/15. */
export function far4(index: number): Address {
  return address4(FAR4 + 1 + (index % 131000));
}

/** A server on the far side: 2001:db8:f000::/36. */
export function far6(index: number): Address {
  return address6([0x2001, 0xdb8, 0xf000 + (index >>> 16), index & 0xffff, 0, 0, 0, 1]);
}

/** What Linux hands out to connecting sockets (net.ipv4.ip_local_port_range). */
export function clientPort(random: Random): number {
  return random.between(32768, 60999);
}
