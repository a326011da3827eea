// Octets to numbers: the one place where the inspector touches memory for multi-octet network fields.
// Network byte order is written once, here. Callers have made sure that the octets are there.

export class Octets {
  @inline static u8(at: usize, offset: usize): u32 { return load<u8>(at + offset); }
  /** 16 bits, network byte order. */
  @inline static u16(at: usize, offset: usize): u32 {
    return <u32>bswap<u16>(load<u16>(at + offset));
  }
  /** 32 bits, network byte order. */
  @inline static u32(at: usize, offset: usize): u32 { return bswap<u32>(load<u32>(at + offset)); }
  /** 16 bits, little endian (host order of WebAssembly). */
  @inline static u16le(at: usize, offset: usize): u32 { return load<u16>(at + offset); }
  /** 32 bits, little endian. */
  @inline static u32le(at: usize, offset: usize): u32 { return load<u32>(at + offset); }
}
