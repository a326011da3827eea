// The TCP header and its options. RFC 9293 §3.1, §3.2; RFC 7323 §2, §3.

import { Octets } from "./octets";
import { Reason } from "../reason";
import { TCP_OPTIONS_MAX } from "../limits";
import { ACK, FIN, RST, Segment, SYN } from "../segment";

//   0  2  4    8    12 13 14  16  18  20
//   ├sp┼dp┼seq─┼ack─┼of┼fl┼wnd┼sum┼urg┤ options …
const HEADER_SIZE_MIN: u32 = 20;

const OPTION_END: u32 = 0;
const OPTION_NOP: u32 = 1;
const OPTION_WINDOW_SCALE: u32 = 3;
const OPTION_TIMESTAMPS: u32 = 8;
/** NOP NOP TIMESTAMPS 10, as nearly every stack sends it; read little endian. RFC 7323 appendix A. */
const TIMESTAMPS_ALIGNED: u32 = 0x0a080101;

@final @unmanaged
export class Tcp {
  @inline static at(at: usize): Tcp { return changetype<Tcp>(at); }

  /** After Ok the header, options included, lies inside [at, end). */
  static check(at: usize, end: usize): Reason {
    if (at + HEADER_SIZE_MIN > end) return Reason.TcpTruncated;
    const size = Tcp.at(at).headerSize;
    if (size < HEADER_SIZE_MIN) return Reason.TcpDataOffset;
    // A header cut by the snap length inside its options is still a header: options read what is there.
    return Reason.Ok;
  }
  @inline get sourcePort(): u32 { return Octets.u16(changetype<usize>(this), 0); }
  @inline get targetPort(): u32 { return Octets.u16(changetype<usize>(this), 2); }
  @inline get seq(): u32 { return Octets.u32(changetype<usize>(this), 4); }
  @inline get ack(): u32 { return Octets.u32(changetype<usize>(this), 8); }
  /** Header size in octets: the field counts 32-bit words. */
  @inline get headerSize(): u32 { return (Octets.u8(changetype<usize>(this), 12) >> 4) << 2; }
  /** Twelve control bits, reserved ones included. */
  @inline get flags(): u32 { return Octets.u16(changetype<usize>(this), 12) & 0x0fff; }
  @inline get window(): u32 { return Octets.u16(changetype<usize>(this), 14); }

  /** Combinations no stack sends: none at all, SYN with FIN, SYN with RST. */
  @inline static impossible(flags: u32): bool {
    return (flags & (SYN | FIN | RST | ACK)) == 0 ||
      ((flags & SYN) != 0 && (flags & (FIN | RST)) != 0);
  }

  /** Reads the options in [at, end) into the segment; malformed ones end the list. */
  @inline static options(at: usize, end: usize, segment: Segment): void {
    segment.hasTimestamp = 0;
    segment.windowScale = 255;
    if (end - at == 12 && Octets.u32le(at, 0) == TIMESTAMPS_ALIGNED) {
      segment.hasTimestamp = 1;
      segment.tsVal = Octets.u32(at, 4);
      segment.tsEcr = Octets.u32(at, 8);
    } else Tcp.optionList(at, end, segment);
  }

  private static optionList(at: usize, end: usize, segment: Segment): void {
    for (let step: u32 = 0; step < TCP_OPTIONS_MAX && at < end; step++) {
      const kind = Octets.u8(at, 0);
      if (kind == OPTION_END) return;
      if (kind == OPTION_NOP) { at++; continue; }
      if (at + 2 > end) return;
      const length = Octets.u8(at, 1);
      if (length < 2 || at + length > end) return;
      if (kind == OPTION_TIMESTAMPS && length == 10) {
        segment.hasTimestamp = 1;
        segment.tsVal = Octets.u32(at, 2);
        segment.tsEcr = Octets.u32(at, 6);
      } else if (kind == OPTION_WINDOW_SCALE && length == 3) {
        segment.windowScale = Octets.u8(at, 2);
      }
      at += length;
    }
  }
}
