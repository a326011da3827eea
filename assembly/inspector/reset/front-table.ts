// Boxes that stand in front of servers (balancers, firewalls, proxies): which TTL they answer with, by the
// network behind them. Direct-mapped and forgetful: a lost row costs a weaker filter, never a verdict.

/** Networks remembered; a home talks to fewer such fronts in a day. */
const FRONT_CAPACITY: u32 = 1024;
/** One row: tag of the network (u32), TTL (u8). */
const FRONT_ROW_SIZE: u32 = 8;
const FRONT_TABLE: usize = memory.data(FRONT_CAPACITY * FRONT_ROW_SIZE, 8);

/** ::ffff:0:0/96 read little endian, and the octets of an IPv4 /24 behind it. */
const MAPPED: u64 = 0xffff0000;
const SLASH_24: u64 = 0x00ffffffffffffff;
/** The first six octets of an IPv6 address. */
const SLASH_48: u64 = 0x0000ffffffffffff;
const GOLDEN: u64 = 0x9e3779b97f4a7c15;

export class FrontTable {
  static remember(high: u64, low: u64, ttl: u32): void {
    const hash = FrontTable.hash(high, low);
    const at = FrontTable.row(hash);
    store<u32>(at, <u32>hash);
    store<u8>(at, <u8>ttl, 4);
  }

  /** Did a box in front of this address's network answer with this TTL before? */
  static knows(high: u64, low: u64, ttl: u32): bool {
    const hash = FrontTable.hash(high, low);
    const at = FrontTable.row(hash);
    return load<u32>(at) == <u32>hash && <u32>load<u8>(at, 4) == ttl;
  }

  @inline private static row(hash: u64): usize {
    return FRONT_TABLE + <usize>(<u32>(hash >> 54) % FRONT_CAPACITY) * FRONT_ROW_SIZE;
  }
  @inline private static hash(high: u64, low: u64): u64 {
    const isIp4 = high == 0 && (low & 0xffffffff) == MAPPED;
    const network = isIp4 ? low & SLASH_24 : high & SLASH_48;
    const mixed = (network ^ (network >> 29)) * GOLDEN;
    return mixed ^ (mixed >> 32);
  }
}
