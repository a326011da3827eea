// One direction of a mail connection as a stream: which octet comes next, and what waits beyond a
// hole. Sequence numbers to order; the octets themselves go to the dialog at once and are not kept,
// but for a small hold (see hold.ts) while a hole may still be filled. RFC 9293 §3.4, §3.10.7.4.

/** Flags of a stream. */
export const STREAM_STARTED: u32 = 1; // `next` is valid
export const STREAM_FIN: u32 = 2; // a FIN was seen; it stands at finAt
export const STREAM_OVER: u32 = 4; // the FIN was reached in order

@final @unmanaged
export class Stream {
  /** Time the oldest held piece was put aside, ns; 0 = nothing is held. */
  holdTime: u64;
  /** Sequence number of the next octet wanted. */
  next: u32;
  /** Sequence number behind the last octet, where the FIN stands. */
  finAt: u32;
  flags: u8;
  /** Segments of the connection seen since the hole opened, saturating. */
  holdSegments: u8;
  spare: u16;
  spare2: u32;

  @inline static at(at: usize): Stream { return changetype<Stream>(at); }
  @inline has(bits: u32): bool { return (<u32>this.flags & bits) != 0; }
  @inline set(bits: u32): void { this.flags = <u8>(<u32>this.flags | bits); }
}

export const STREAM_SIZE: u32 = 24;
if (offsetof<Stream>() != STREAM_SIZE) ERROR("Stream drifted");
