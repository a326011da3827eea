// What macOS writes in front of a frame: its own length and the frame's link type, little endian.
// LINKTYPE_PKTAP of the registry of link types.

import { Octets } from "./octets";

//   0      4           8
//   ├length┼record type┼link type┼ interface name, process …
const FIELDS_SIZE: u32 = 12;

export class Pktap {
  @inline static headerFits(at: usize, end: usize): bool {
    return at + FIELDS_SIZE <= end && Octets.u32le(at, 0) >= FIELDS_SIZE && Octets.u32le(at, 0) <= <u32>(end - at);
  }
  @inline static linkType(at: usize): u32 { return Octets.u32le(at, 8); }
  @inline static next(at: usize): usize { return at + Octets.u32le(at, 0); }
}
