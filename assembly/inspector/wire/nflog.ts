// A packet that a netfilter rule logged: attributes, one of which holds it from its network header on.
// LINKTYPE_NFLOG of the registry of link types; linux/netfilter/nfnetlink_log.h.

import { Octets } from "./octets";

//   0      1       2           4      6    8
//   ├family┼version┼resource id┼length┼type┼value, padded to 4 octets …
const HEADER_SIZE: u32 = 4;
const ATTRIBUTE_SIZE: u32 = 4;
const PAYLOAD: u32 = 9;
/** Types are small: one that is not was written in the other byte order. */
const TYPE_MAX: u32 = 0xff;
/** A kernel writes about twenty. */
const ATTRIBUTES_MAX: u32 = 32;

export class Nflog {
  /** The attribute that holds the packet; 0 when there is none. Every one before it is whole. */
  static payload(at: usize, end: usize): usize {
    let next = at + HEADER_SIZE;
    for (let count: u32 = 0; count < ATTRIBUTES_MAX && next + ATTRIBUTE_SIZE <= end; count++) {
      if (Nflog.field(next, 2) == PAYLOAD) return next;
      const size = Nflog.size(next);
      if (size < ATTRIBUTE_SIZE) return 0;
      next += (size + 3) & ~3;
    }
    return 0;
  }
  /** Octets of an attribute, its header included. */
  @inline static size(at: usize): u32 { return Nflog.field(at, 0); }
  /** Where its value begins. */
  @inline static value(at: usize): usize { return at + ATTRIBUTE_SIZE; }

  /** A field in the byte order of whoever captured, which nothing but the type gives away. */
  private static field(at: usize, offset: usize): u32 {
    const isSwapped = Octets.u16le(at, 2) > TYPE_MAX;
    return isSwapped ? Octets.u16(at, offset) : Octets.u16le(at, offset);
  }
}
