// Capture records of pcap files, walked in place. draft-ietf-opsawg-pcap §5.
//
//   0        4        8        12       16
//   ├seconds─┼fraction┼captured┼original┤ frame …

import { RECORD_SIZE_MAX } from "../limits";

const HEADER_SIZE: u32 = 16;

/** One record header; `swapped` files have the other byte order. */
export class CaptureRecord {
  @inline static field(at: usize, offset: usize, swapped: bool): u32 {
    const value = load<u32>(at + offset);
    return swapped ? bswap(value) : value;
  }
  @inline static headerFits(at: usize, end: usize): bool { return at + HEADER_SIZE <= end; }
  @inline static lengthPossible(captured: u32): bool { return captured <= RECORD_SIZE_MAX; }
  @inline static frame(at: usize): usize { return at + HEADER_SIZE; }
}
