// Frames of one TPACKET_V3 ring block, walked in place. linux/if_packet.h; the layout is the kernel's
// own, little endian on every machine we run on.
//
//   block │ 0 version │ 4 private │ 8 status │ 12 frames │ 16 first frame │ 20 length │ 24 number …
//   frame │ 0 next │ 4 seconds │ 8 nanos │ 12 captured │ 16 original │ 20 status │ 24 mac │ 26 net
//         │ 28 hash │ 32 vlan │ 36 tpid │ … │ 48 sockaddr_ll: 50 protocol, 52 interface, 56 hardware type

import { Octets } from "../wire/octets";

/** Frames a block of 64 KiB can hold: each costs at least a 48-octet header and a 20-octet address. */
export const RING_FRAMES_MAX: u32 = 964;

/**
 * Octets a frame from which on touching a block line by line is faster than following its frames:
 * measured with 176 (7 % slower) and 630 (a quarter faster).
 */
const SPARSE_OCTETS: u32 = 256;

const STATUS_CHECKSUM_NOT_READY: u32 = 1 << 3;
const HARDWARE_ETHERNET: u32 = 1;
const HARDWARE_LOOPBACK: u32 = 772;

/** The descriptor at a block's start. */
@final @unmanaged
export class RingBlock {
  @inline static at(at: usize): RingBlock { return changetype<RingBlock>(at); }
  @inline get frames(): u32 { return Octets.u32le(changetype<usize>(this), 12); }
  @inline get firstOffset(): u32 { return Octets.u32le(changetype<usize>(this), 16); }
  /** Whether frames begin too far apart for the processor to foresee where the next one lies. */
  @inline get isSparse(): bool { return this.length / SPARSE_OCTETS > this.frames; }
  /** Octets written, this descriptor included. */
  @inline get length(): u32 { return Octets.u32le(changetype<usize>(this), 20); }
}

/** The header in front of a frame. */
@final @unmanaged
export class RingFrame {
  @inline static at(at: usize): RingFrame { return changetype<RingFrame>(at); }
  @inline get nextOffset(): u32 { return Octets.u32le(changetype<usize>(this), 0); }
  @inline get time(): u64 {
    return <u64>Octets.u32le(changetype<usize>(this), 4) * 1000000000 +
      Octets.u32le(changetype<usize>(this), 8);
  }
  @inline get captured(): u32 { return Octets.u32le(changetype<usize>(this), 12); }
  @inline get original(): u32 { return Octets.u32le(changetype<usize>(this), 16); }
  @inline get checksumNotReady(): bool {
    return (Octets.u32le(changetype<usize>(this), 20) & STATUS_CHECKSUM_NOT_READY) != 0;
  }
  @inline get macOffset(): u32 { return Octets.u16le(changetype<usize>(this), 24); }
  @inline get netOffset(): u32 { return Octets.u16le(changetype<usize>(this), 26); }
  /** EtherType of the link address, host order. */
  @inline get protocol(): u32 { return Octets.u16(changetype<usize>(this), 50); }
  @inline get hasEthernet(): bool {
    const type = Octets.u16le(changetype<usize>(this), 56);
    return type == HARDWARE_ETHERNET || type == HARDWARE_LOOPBACK;
  }
  /** Octets of this header. */
  @inline static get size(): u32 { return 68; }
}
