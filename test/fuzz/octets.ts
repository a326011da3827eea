// One input of a parser → the same, broken in a few places: octets turned, cut out, doubled, cut off,
// numbers set to where limits lie. Everything else is the parser's affair.

import type { Random } from "../scenario/language/random.ts";

const BREAKS_MAX = 4;
const PIECE_MAX = 64;
/** Where lengths and counts go wrong. */
const NUMBERS = [0, 1, 3, 7, 8, 0x7f, 0x80, 0xff, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];

type Break = (octets: Buffer, at: number, random: Random) => Buffer;

const BREAKS: readonly Break[] = [
  // one bit
  (octets, at, random) => {
    octets.writeUInt8(octets.readUInt8(at) ^ (1 << random.below(8)), at);
    return octets;
  },
  // one octet
  (octets, at, random) => {
    octets.writeUInt8(random.below(256), at);
    return octets;
  },
  // a number
  (octets, at, random) => {
    if (at + 4 > octets.length) return octets;
    octets.writeUInt32LE(random.pick(NUMBERS) ?? 0, at);
    return octets;
  },
  // a piece less
  (octets, at, random) =>
    Buffer.concat([octets.subarray(0, at), octets.subarray(at + 1 + random.below(PIECE_MAX))]),
  // a piece twice
  (octets, at, random) => {
    const end = at + 1 + random.below(PIECE_MAX);
    return Buffer.concat([octets.subarray(0, end), octets.subarray(at)]);
  },
  // the end gone
  (octets, at) => octets.subarray(0, at),
  // a piece from elsewhere
  (octets, at, random) => {
    const from = random.below(octets.length);
    octets.copy(octets, at, from, Math.min(from + PIECE_MAX, octets.length));
    return octets;
  },
];

/** A broken copy of `seed`. */
export function breakOctets(seed: Buffer, random: Random): Buffer {
  let octets = Buffer.from(seed);
  for (let count = 1 + random.below(BREAKS_MAX); count > 0 && octets.length > 0; count--) {
    const change = random.pick(BREAKS);
    if (change) octets = Buffer.from(change(octets, random.below(octets.length), random));
  }
  return octets;
}
