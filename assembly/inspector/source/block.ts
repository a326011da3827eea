// Packet blocks of pcapng files, walked in place. draft-ietf-opsawg-pcapng §4.3, §4.4, appendix A.
//
//   Enhanced │ 0 type │ 4 total │ 8 interface │ 12 time high │ 16 low │ 20 captured │ 24 original │ 28 frame …
//   Simple   │ 0 type │ 4 total │ 8 original  │ 12 frame …
//   Obsolete │ 0 type │ 4 total │ 8 interface u16, drops u16 │ 12 time … as Enhanced

const ENHANCED: u32 = 6;
const SIMPLE: u32 = 3;
const OBSOLETE: u32 = 2;
/** Type, total length, total length again. */
const SIZE_MIN: u32 = 12;

/** One pcapng block header. */
export class CaptureBlock {
  @inline static field(at: usize, offset: usize, swapped: bool): u32 {
    const value = load<u32>(at + offset);
    return swapped ? bswap(value) : value;
  }
  @inline static headerFits(at: usize, end: usize): bool { return at + SIZE_MIN <= end; }
  @inline static isPacket(type: u32): bool {
    return type == ENHANCED || type == SIMPLE || type == OBSOLETE;
  }
  @inline static isSimple(type: u32): bool { return type == SIMPLE; }
  @inline static interfaceIndex(at: usize, type: u32, swapped: bool): u32 {
    if (type == SIMPLE) return 0;
    if (type == ENHANCED) return CaptureBlock.field(at, 8, swapped);
    const value = load<u16>(at + 8);
    return <u32>(swapped ? bswap<u16>(value) : value);
  }
  /** Octets from the block's start to the frame. */
  @inline static frameOffset(type: u32): u32 { return type == SIMPLE ? 12 : 28; }
}
