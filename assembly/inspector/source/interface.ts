// The interfaces of the current input: link type, time resolution, time offset.

/** More interfaces than this in one capture share the last row; libpcap users see two or three. */
const INTERFACE_CAPACITY: u32 = 256;

//   0        4          8             16
//   ├linkType┼resolution┼offset (s)───┤
const ROW_SIZE: u32 = 16;
const TABLE: usize = memory.data(256 * 16, 16);

/** How many interfaces the current section has described. */
const DESCRIBED: usize = memory.data(4, 4);

@final @unmanaged
export class Interface {
  /** LINKTYPE_… of the pcap registry. */
  linkType: u32;
  /** pcapng if_tsresol: n = 10^-n s, 0x80 | n = 2^-n s. */
  resolution: u32;
  /** pcapng if_tsoffset, seconds. */
  offset: i64;

  @inline static of(index: u32): Interface {
    return changetype<Interface>(TABLE + <usize>min(index, INTERFACE_CAPACITY - 1) * ROW_SIZE);
  }

  /** An interface is described; they come in order, and the first of a section forgets those before it. */
  static describe(index: u32): Interface {
    store<u32>(DESCRIBED, index + 1);
    return Interface.of(index);
  }
  @inline static isDescribed(index: u32): bool { return index < load<u32>(DESCRIBED); }
  /** A section without interfaces begins. */
  static forget(): void { store<u32>(DESCRIBED, 0); }

  /** Units since the epoch to nanoseconds since the epoch. */
  nanoseconds(units: u64): u64 {
    const resolution = this.resolution;
    let nanos: u64 = 0;
    if (resolution == 6) nanos = units * 1000;
    else if (resolution == 9) nanos = units;
    else if (resolution & 0x80) nanos = Interface.binary(units, resolution & 0x7f);
    else nanos = Interface.decimal(units, resolution);
    return nanos + <u64>(this.offset * 1000000000);
  }

  /** 2^-shift seconds. */
  private static binary(units: u64, shift: u32): u64 {
    if (shift > 63) return 0;
    const seconds = units >> shift;
    let fraction = units & (((<u64>1) << shift) - 1);
    let scale = shift;
    if (scale > 32) { fraction >>= scale - 32; scale = 32; } // 2^32 × 10^9 fits 64 bits
    return seconds * 1000000000 + ((fraction * 1000000000) >> scale);
  }

  /** 10^-power seconds. */
  private static decimal(units: u64, power: u32): u64 {
    for (let step: u32 = power; step < 9; step++) units *= 10;
    for (let step: u32 = 9; step < power && step < 32; step++) units /= 10;
    return units;
  }
}
