// The IPv6 header and the walk over its extension headers. RFC 8200 §3, §4.

import { Octets } from "./octets";
import { Reason } from "../reason";
import { EXTENSION_HEADERS_MAX } from "../limits";

//   0    4   6  7  8          24         40
//   ├vcf─┼len┼nx┼hl┼source────┼target────┤
const HEADER_SIZE: u32 = 40;

const HOP_BY_HOP: u32 = 0;
const ROUTING: u32 = 43;
const FRAGMENT: u32 = 44;
const AUTHENTICATION: u32 = 51;
const DESTINATION: u32 = 60;
const MOBILITY: u32 = 135;

@final @unmanaged
export class Ip6 {
  @inline static at(at: usize): Ip6 { return changetype<Ip6>(at); }
  static check(at: usize, end: usize): Reason {
    if (at + HEADER_SIZE > end) return Reason.Ip6Truncated;
    return Octets.u8(at, 0) >> 4 == 6 ? Reason.Ok : Reason.Ip6Version;
  }
  @inline get payloadLength(): u32 { return Octets.u16(changetype<usize>(this), 4); }
  @inline get nextHeader(): u32 { return Octets.u8(changetype<usize>(this), 6); }
  @inline get hopLimit(): u32 { return Octets.u8(changetype<usize>(this), 7); }
  /** Addresses, network order, as two little-endian halves. */
  @inline get sourceHigh(): u64 { return load<u64>(changetype<usize>(this), 8); }
  @inline get sourceLow(): u64 { return load<u64>(changetype<usize>(this), 16); }
  @inline get targetHigh(): u64 { return load<u64>(changetype<usize>(this), 24); }
  @inline get targetLow(): u64 { return load<u64>(changetype<usize>(this), 32); }
  @inline get next(): usize { return changetype<usize>(this) + HEADER_SIZE; }
}

/** Where the extension headers lead. Fields are valid after `walk` returned Ok. */
export class Ip6Extension {
  static isExtension(header: u32): bool {
    return header == HOP_BY_HOP || header == ROUTING || header == FRAGMENT ||
      header == AUTHENTICATION || header == DESTINATION || header == MOBILITY;
  }

  /**
   * Steps over extension headers from `at`. Returns the transport's place shifted left by 8, with its
   * protocol number in the low octet; 0 when a header is cut, FRAGMENT_FOUND when a
   * fragment stands there.
   */
  static walk(header: u32, at: usize, end: usize): u64 {
    for (let step: u32 = 0; step < EXTENSION_HEADERS_MAX; step++) {
      if (!Ip6Extension.isExtension(header)) return ((<u64>at) << 8) | header;
      if (at + 8 > end) return 0;
      if (header == FRAGMENT) return FRAGMENT_FOUND;
      const length = Octets.u8(at, 1);
      const size = header == AUTHENTICATION ? (length + 2) << 2 : (length + 1) << 3;
      header = Octets.u8(at, 0);
      at += size;
      if (at > end) return 0;
    }
    return 0;
  }
}

/** What `walk` returns for a fragment. */
export const FRAGMENT_FOUND: u64 = 1;
