// The IPv4 header. RFC 791 §3.1. Options are stepped over, fragments are left to the caller.

import { Octets } from "./octets";
import { Reason } from "../reason";

//   0  1  2   4  6   8  9  10  12     16     20
//   ├vl┼ts┼len┼id┼off┼tl┼pr┼sum┼source┼target┤ options …
const HEADER_SIZE_MIN: u32 = 20;

@final @unmanaged
export class Ip4 {
  @inline static at(at: usize): Ip4 { return changetype<Ip4>(at); }

  /** After Ok the header, options included, lies inside [at, end). */
  static check(at: usize, end: usize): Reason {
    if (at + HEADER_SIZE_MIN > end) return Reason.Ip4Truncated;
    const first = Octets.u8(at, 0);
    if (first >> 4 != 4) return Reason.Ip4Version;
    const size = (first & 15) << 2;
    if (size < HEADER_SIZE_MIN) return Reason.Ip4HeaderLength;
    if (at + size > end) return Reason.Ip4Truncated;
    const total = Octets.u16(at, 2);
    // Total length 0 is what segmentation offload leaves in a capture of one's own frames.
    return total != 0 && total < size ? Reason.Ip4TotalLength : Reason.Ok;
  }
  @inline get headerSize(): u32 { return (Octets.u8(changetype<usize>(this), 0) & 15) << 2; }
  @inline get totalLength(): u32 { return Octets.u16(changetype<usize>(this), 2); }
  @inline get identification(): u32 { return Octets.u16(changetype<usize>(this), 4); }
  @inline get dontFragment(): u32 { return (Octets.u8(changetype<usize>(this), 6) >> 6) & 1; }
  /** More Fragments, or a fragment offset. */
  @inline get isFragment(): bool { return (Octets.u16(changetype<usize>(this), 6) & 0x3fff) != 0; }
  @inline get ttl(): u32 { return Octets.u8(changetype<usize>(this), 8); }
  @inline get protocol(): u32 { return Octets.u8(changetype<usize>(this), 9); }
  /** Address as four octets in network order, read little endian. */
  @inline get source(): u32 { return Octets.u32le(changetype<usize>(this), 12); }
  @inline get target(): u32 { return Octets.u32le(changetype<usize>(this), 16); }
}
