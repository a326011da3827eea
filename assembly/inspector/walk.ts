// Blocks to frames: the three ways frames come in, each walked in place and handed to inspect.ts.
// A walk stops between two frames when findings must be drained first, so that none is ever lost.

import { FindingRing } from "./finding/ring";
import { Ahead, AHEAD_FRAMES } from "./flow/ahead";
import { Inspect } from "./inspect";
import { BLOCK_SIZE } from "./limits";
import { CaptureBlock } from "./source/block";
import { Interface } from "./source/interface";
import { CaptureRecord } from "./source/record";
import { RING_FRAMES_MAX, RingBlock, RingFrame } from "./source/ring";
import { Stop } from "./source/stop";
import { LinkType } from "./wire/link-type";

/** Why the last walk over a capture returned. */
const STOP: usize = memory.data(8, 8);

export class Walk {
  static stopReason(): Stop { return load<u32>(STOP); }

  @inline private static stop(at: usize, reason: Stop): usize {
    store<u32>(STOP, reason);
    return at;
  }

  /** pcap records in [at, end); returns the address of the first octet not consumed. */
  static records(at: usize, end: usize, swapped: bool): usize {
    const link = Interface.of(0);
    const linkType = link.linkType;
    const fraction: u64 = link.resolution == 9 ? 1 : 1000;
    let ahead = at;
    Ahead.begin();
    if (CaptureRecord.headerFits(at, end) && !Inspect.joined(Walk.recordTime(at, fraction, swapped))) {
      return Walk.stop(at, Stop.Drain);
    }
    while (CaptureRecord.headerFits(at, end)) { // each turn consumes at least a header
      if (FindingRing.full()) return Walk.stop(at, Stop.Drain);
      if (at >= ahead && linkType == LinkType.Ethernet) ahead = Walk.lookAhead(at, end, swapped);
      const captured = CaptureRecord.field(at, 8, swapped);
      if (!CaptureRecord.lengthPossible(captured)) return Walk.stop(at, Stop.Damaged);
      const frame = CaptureRecord.frame(at);
      const next = frame + captured;
      if (next > end) break;
      const time = Walk.recordTime(at, fraction, swapped);
      Ahead.turn();
      Inspect.frame(frame, captured, CaptureRecord.field(at, 12, swapped), linkType, time, 0);
      at = next;
    }
    return Walk.stop(at, Stop.Octets);
  }

  @inline private static recordTime(at: usize, fraction: u64, swapped: bool): u64 {
    return <u64>CaptureRecord.field(at, 0, swapped) * 1000000000 +
      <u64>CaptureRecord.field(at, 4, swapped) * fraction;
  }

  /** Touches what the next records will need; returns the address behind the last one looked at. */
  private static lookAhead(at: usize, end: usize, swapped: bool): usize {
    Ahead.begin();
    for (let turn: u32 = 0; turn < AHEAD_FRAMES - 1 && CaptureRecord.headerFits(at, end); turn++) {
      const captured = CaptureRecord.field(at, 8, swapped);
      const frame = CaptureRecord.frame(at);
      if (!CaptureRecord.lengthPossible(captured) || frame + captured > end) break;
      Ahead.frame(frame, captured, 0);
      at = frame + captured;
    }
    Ahead.touch();
    return at;
  }

  /** pcapng packet blocks in [at, end); stops at the first block of another kind. */
  static blocks(at: usize, end: usize, swapped: bool): usize {
    Ahead.begin();
    Ahead.turn(); // these blocks are not looked at ahead
    while (CaptureBlock.headerFits(at, end)) {
      if (FindingRing.full()) return Walk.stop(at, Stop.Drain);
      const type = CaptureBlock.field(at, 0, swapped);
      if (!CaptureBlock.isPacket(type)) return Walk.stop(at, Stop.Foreign);
      const size = CaptureBlock.field(at, 4, swapped);
      const offset = CaptureBlock.frameOffset(type);
      if (size < offset + 4 || (size & 3) != 0 || !CaptureRecord.lengthPossible(size - offset - 4)) {
        return Walk.stop(at, Stop.Damaged);
      }
      if (size > <u32>(end - at)) break;
      if (!Interface.isDescribed(CaptureBlock.interfaceIndex(at, type, swapped))) return Walk.stop(at, Stop.Foreign);
      if (!CaptureBlock.isSimple(type) && !Inspect.joined(Walk.blockTime(at, type, swapped))) {
        return Walk.stop(at, Stop.Drain);
      }
      if (!Walk.block(at, type, size, offset, swapped)) return Walk.stop(at, Stop.Damaged);
      at += size;
    }
    return Walk.stop(at, Stop.Octets);
  }

  /** One packet block; false when its captured length does not fit it. */
  private static block(at: usize, type: u32, size: u32, offset: u32, swapped: bool): bool {
    const room = size - offset - 4;
    if (CaptureBlock.isSimple(type)) {
      const original = CaptureBlock.field(at, 8, swapped);
      // No time of its own: the section's clock stands still. draft-ietf-opsawg-pcapng §4.4.
      Inspect.frame(at + offset, min(original, room), original, Interface.of(0).linkType, 0, 0);
      return true;
    }
    const captured = CaptureBlock.field(at, 20, swapped);
    if (captured > room) return false;
    const index = CaptureBlock.interfaceIndex(at, type, swapped);
    const link = Interface.of(index);
    Inspect.frame(
      at + offset, captured, CaptureBlock.field(at, 24, swapped), link.linkType,
      Walk.blockTime(at, type, swapped), index,
    );
    return true;
  }

  @inline private static blockTime(at: usize, type: u32, swapped: bool): u64 {
    const units = (<u64>CaptureBlock.field(at, 12, swapped) << 32) | CaptureBlock.field(at, 16, swapped);
    return Interface.of(CaptureBlock.interfaceIndex(at, type, swapped)).nanoseconds(units);
  }

  /**
   * One ring block from the frame at `offset` on (0 = its first). Returns 0 when every frame was
   * walked, else the offset to resume at after a drain.
   */
  static ring(blockAt: usize, offset: u32, interfaceIndex: u32): u32 {
    const block = RingBlock.at(blockAt);
    // The kernel counts the frames; resuming recounts by the chain of offsets.
    let left = min(block.frames, RING_FRAMES_MAX);
    if (offset == 0) {
      offset = block.firstOffset;
      if (block.isSparse) Ahead.octets(blockAt, min(block.length, BLOCK_SIZE));
    }
    let ahead = offset;
    while (left != 0 && offset <= BLOCK_SIZE - RingFrame.size) {
      if (FindingRing.full()) return offset;
      if (offset >= ahead) ahead = Walk.lookAheadRing(blockAt, offset, interfaceIndex);
      const frame = RingFrame.at(blockAt + offset);
      if (!Inspect.joined(frame.time)) return offset;
      Ahead.turn();
      const ethernet = frame.hasEthernet;
      const start = ethernet ? frame.macOffset : frame.netOffset;
      const captured = ethernet ? frame.captured : frame.captured - (frame.netOffset - frame.macOffset);
      // The door of a ring frame: inside its block, whatever the header says.
      if (offset + start <= BLOCK_SIZE && captured <= BLOCK_SIZE - offset - start) {
        Inspect.ringFrame(
          blockAt + offset + start, captured, frame.original, ethernet ? 0 : frame.protocol,
          frame.time, interfaceIndex, frame.checksumNotReady,
        );
      }
      const step = frame.nextOffset;
      if (step == 0 || step > BLOCK_SIZE - offset) return 0; // compared first: no sum may wrap
      offset += step;
      left--;
    }
    return 0;
  }

  /** The same for a ring block; returns the offset behind the last frame looked at. */
  private static lookAheadRing(blockAt: usize, offset: u32, interfaceIndex: u32): u32 {
    Ahead.begin();
    for (let turn: u32 = 0; turn < AHEAD_FRAMES - 1 && offset <= BLOCK_SIZE - RingFrame.size; turn++) {
      const frame = RingFrame.at(blockAt + offset);
      const start = offset + frame.macOffset;
      const inside = frame.hasEthernet && start <= BLOCK_SIZE && frame.captured <= BLOCK_SIZE - start;
      Ahead.frame(blockAt + start, inside ? frame.captured : 0, interfaceIndex);
      const step = frame.nextOffset;
      if (step == 0 || step > BLOCK_SIZE - offset) { offset = BLOCK_SIZE; break; }
      offset += step;
    }
    Ahead.touch();
    return offset;
  }
}
