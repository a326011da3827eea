// The first octets of plain-text streams, held so that a second copy with other content is noticed.
// Contiguous from the first payload on; what comes out of order is not stored. Compares octets, judges nothing.

import { Counter, Counters } from "../counters";
import { HEAD_CAPACITY, HEAD_ROW_SIZE } from "../limits";
import { HEAD_TABLE } from "../memory";
import { Seq } from "../wire/seq";
import { Flow } from "../flow/flow";

/** A race between two answers is over in a round trip or two; after this long a complete head may go. */
const HEAD_KEEP_NS: u64 = 5_000_000_000;
/** No stack retransmits later than this (RFC 6298 §2.5 allows a ceiling of 60 s). */
const HEAD_STALE_NS: u64 = 60_000_000_000;
const HEAD_HEADER_SIZE: u32 = 24;
/** No segment is longer: one that begins further before the head does not reach it. */
const HEAD_REACH: i32 = 65536;
/** Octets of a stream that are held. */
const HEAD_SIZE: u32 = HEAD_ROW_SIZE - HEAD_HEADER_SIZE;

@final @unmanaged
export class HeldHead {
  /** Address of its flow. */
  flow: u32;
  previous: u16;
  next: u16;
  /** Octets held. */
  size: u32;
  /** Sequence number of the first one. */
  start: u32;
  /** When it last grew, ns. */
  time: u64;

  @inline static of(row: u32): HeldHead {
    return changetype<HeldHead>(HEAD_TABLE + <usize>row * HEAD_ROW_SIZE);
  }
  @inline get octets(): usize { return changetype<usize>(this) + HEAD_HEADER_SIZE; }
  @inline get index(): u32 { return <u32>((changetype<usize>(this) - HEAD_TABLE) / HEAD_ROW_SIZE); }

  /** Older than any race, or than any retransmission. */
  @inline expired(now: u64): bool {
    return now > this.time + (this.size == HEAD_SIZE ? HEAD_KEEP_NS : HEAD_STALE_NS);
  }

  /**
   * Octets of [at, at + length), standing at `seq` in the stream, that differ from those held. Counts
   * only where both are known.
   */
  differences(seq: u32, at: usize, length: u32): u32 {
    const offset = Seq.diff(seq, this.start);
    // Half the sequence space away the difference has no sign worth trusting.
    if (offset <= -HEAD_REACH || offset >= <i32>this.size) return 0;
    let from: i32 = offset < 0 ? -offset : 0;
    let differing: u32 = 0;
    const until = min<i32>(<i32>length, <i32>this.size - offset);
    const held = this.octets;
    for (; from < until; from++) {
      if (load<u8>(at + <usize>from) != load<u8>(held + <usize>(offset + from))) differing++;
    }
    return differing;
  }

  /** Appends what follows the held octets without a gap. */
  grow(seq: u32, at: usize, length: u32, now: u64): void {
    const offset = Seq.diff(seq, this.start);
    const size = <i32>this.size;
    if (offset <= -HEAD_REACH || offset > size) return;
    const skip = size - offset;
    if (skip >= <i32>length) return;
    const room = HEAD_SIZE - this.size;
    const count = min<u32>(length - <u32>skip, room);
    memory.copy(this.octets + this.size, at + <usize>skip, count);
    this.size += count;
    this.time = now;
  }

  /** The stream's octets may be someone's mail: nothing stays behind. */
  wipe(): void {
    memory.fill(this.octets, 0, this.size);
    this.size = 0;
  }
}

if (offsetof<HeldHead>() != HEAD_HEADER_SIZE) ERROR("HeldHead drifted");

/** first and last row in order of their claims; rows never used begin after `fresh`; `free` is the first free one. */
const ENDS: usize = memory.data(8, 8);
const FRESH: usize = memory.data(8, 8);

export class HeadTable {
  /** A head for this flow whose stream begins at `start`; 0 when every head is still in use. */
  static claim(flow: Flow, start: u32, now: u64): u32 {
    let index = <u32>load<u16>(FRESH, 2);
    if (index) store<u16>(FRESH, HeldHead.of(index).next, 2);
    else if (<u32>load<u16>(FRESH) + 1 < HEAD_CAPACITY) {
      index = <u32>load<u16>(FRESH) + 1;
      store<u16>(FRESH, <u16>index);
    } else {
      const oldest = HeldHead.of(load<u16>(ENDS));
      if (now <= oldest.time + HEAD_KEEP_NS) {
        Counters.add(Counter.HeadsRefused, 1);
        return 0;
      }
      index = oldest.index;
      HeadTable.unlink(oldest);
      oldest.wipe();
      Flow.at(oldest.flow).handshake.headRow = 0;
    }
    const head = HeldHead.of(index);
    head.flow = <u32>changetype<usize>(flow);
    head.start = start;
    head.time = now;
    const last = load<u16>(ENDS, 2);
    head.previous = last;
    head.next = 0;
    if (last) HeldHead.of(last).next = <u16>index;
    else store<u16>(ENDS, <u16>index);
    store<u16>(ENDS, <u16>index, 2);
    flow.handshake.headRow = <u16>index;
    return index;
  }

  static release(flow: Flow): void {
    const index = <u32>flow.handshake.headRow;
    flow.handshake.headRow = 0;
    const head = HeldHead.of(index);
    HeadTable.unlink(head);
    head.wipe();
    head.flow = 0;
    head.next = load<u16>(FRESH, 2);
    store<u16>(FRESH, <u16>index, 2);
  }

  private static unlink(head: HeldHead): void {
    if (head.previous) HeldHead.of(head.previous).next = head.next;
    else store<u16>(ENDS, head.next);
    if (head.next) HeldHead.of(head.next).previous = head.previous;
    else store<u16>(ENDS, head.previous, 2);
  }
}
