// The first octets a server said (greeting and capability list), kept only to be compared with later
// segments for the same range: two different versions mean that someone on the path answered too.
// Octets of value 0 are blanks: never kept (they could name a person) and never compared.
// RFC 9293 §3.10.7.4 lets the receiver trim what it already has; it does not compare, we do.

import { STREAM_HEAD_SIZE } from "../../limits";

@final @unmanaged
export class Head {
  /** Sequence number of the first octet kept. */
  start: u32;
  /** Octets kept. */
  length: u16;
  /** 1 while octets are still being kept. */
  open: u8;
  spare: u8;

  @inline static at(at: usize): Head { return changetype<Head>(at); }
  @inline get octets(): usize { return changetype<usize>(this) + HEAD_FIELDS_SIZE; }

  /** Keeps one octet in order; closes when full. */
  @inline keep(octet: u32): void {
    if (!this.open) return;
    const length = <u32>this.length;
    if (length >= HEAD_OCTETS) { this.open = 0; return; }
    store<u8>(this.octets + length, octet);
    this.length = <u16>(length + 1);
  }

  /** True when [at, at + size), sent at seq, differs from what was kept for the same range. */
  differs(seq: u32, at: usize, size: u32): bool {
    const offset = <i32>(seq - this.start);
    for (let index: u32 = 0; index < size && index < HEAD_OCTETS + 65536; index++) {
      const place = offset + <i32>index;
      if (place < 0) continue;
      if (place >= <i32>this.length) return false;
      const kept = <u32>load<u8>(this.octets + <usize>place);
      const again = <u32>load<u8>(at + index); // 0: a recording that was scrubbed
      if (kept != 0 && again != 0 && kept != again) return true;
    }
    return false;
  }

  /** Zeroes in a repetition what was not kept of the first version, and all that lies behind it. */
  blank(seq: u32, at: usize, size: u32): void {
    const offset = <i32>(seq - this.start);
    for (let index: u32 = 0; index < size && index < HEAD_OCTETS + 65536; index++) {
      const place = offset + <i32>index;
      const open = place >= 0 && place < <i32>this.length && load<u8>(this.octets + <usize>place) != 0;
      if (!open) store<u8>(at + index, 0);
    }
  }
}

const HEAD_FIELDS_SIZE: u32 = 8;
const HEAD_OCTETS: u32 = STREAM_HEAD_SIZE - HEAD_FIELDS_SIZE;
if (offsetof<Head>() != HEAD_FIELDS_SIZE) ERROR("Head drifted");
