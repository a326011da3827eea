// The TCP checksum of a segment, pseudo header included. RFC 9293 §3.1, RFC 8200 §8.1, RFC 1071.
// One form for both IP versions: the octets that IPv4 adds to ::ffff:a.b.c.d sum to nothing
// (0xffff is zero in ones' complement), and the order of 16-bit words does not matter.

import { Octets } from "./octets";
import { Segment } from "../segment";

const PROTOCOL_TCP: u32 = 6;

export class Checksum {
  /** Can it be judged: whole in the capture, and no offload still to fill it in. */
  @inline static ready(segment: Segment): bool {
    return segment.checksumNotReady == 0 && segment.payloadCaptured == segment.payloadLength;
  }

  /** True when the segment's checksum is right. Ask `ready` first. */
  static right(segment: Segment): bool {
    const size = <u32>(segment.payloadAt - segment.tcpAt) + segment.payloadLength;
    let sum = Checksum.words(segment.tcpAt, size);
    sum += Checksum.address(segment.sourceHigh) + Checksum.address(segment.sourceLow);
    sum += Checksum.address(segment.targetHigh) + Checksum.address(segment.targetLow);
    // Sums are taken in little endian order; these two words are network order.
    sum += <u64>bswap<u16>(<u16>PROTOCOL_TCP) + <u64>bswap<u16>(<u16>size);
    return Checksum.fold(sum) == 0xffff;
  }

  @inline private static address(half: u64): u64 { return (half & 0xffffffff) + (half >> 32); }

  /** Sum of the 32-bit words of [at, at + size), little endian; the rest padded with zeros. */
  private static words(at: usize, size: u32): u64 {
    let sum: u64 = 0;
    const end = at + size;
    for (; at + 4 <= end; at += 4) sum += Octets.u32le(at, 0);
    if (at + 2 <= end) { sum += Octets.u16le(at, 0); at += 2; }
    if (at < end) sum += Octets.u8(at, 0);
    return sum;
  }

  private static fold(sum: u64): u32 {
    sum = (sum & 0xffffffff) + (sum >> 32);
    sum = (sum & 0xffff) + ((sum >> 16) & 0xffff) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16);
    return <u32>((sum & 0xffff) + (sum >> 16));
  }
}
