// The flow table: FLOW_CAPACITY rows in sets of FLOW_WAYS. A connection may live in one of two sets,
// so the table fills to about 95 % before anything must go. One 128-bit compare finds the candidates
// of a set by their 16-bit tags; nothing is ever chained, moved or searched further than two sets.
//
//   tags   │ set 0: t t t t t t t t │ set 1: … │      0 = free
//   marks  │ one u32 a row: class in the two high bits, coarse time of the last packet below
//   rows   │ 256 octets each, same order
//
// When both sets are full, the row with the smallest mark goes: closed connections first, then
// half-open ones, then the longest idle; connections with a mail dialog or a reset history last.

import { FLOW_ROW_SIZE, FLOW_WAYS } from "../limits";
import { clearRow, FLOW_TABLE, FLOW_TAGS } from "../memory";
import { Segment } from "../segment";
import { Flow, FLOW_CLOSED } from "./flow";

const SETS: u32 = FLOW_CAPACITY / FLOW_WAYS;
const SET_MASK: u32 = SETS - 1;
const MARKS: usize = memory.data(FLOW_CAPACITY * 4, 64);
/** Coarse time: 2^26 ns = 67 ms; 30 bits of it last 2.3 years from the first frame. */
const MARK_SHIFT: u64 = 26;
const MARK_TIME: u32 = 0x3fffffff;

/** Classes of a mark, the first to go first. */
export const CLASS_CLOSED: u32 = 0;
export const CLASS_HALF_OPEN: u32 = 1;
export const CLASS_OPEN: u32 = 2;
export const CLASS_KEPT: u32 = 3;

/** alive: rows in use. ordinal: serial number of the last flow. epoch: time the marks count from. */
const ALIVE: usize = memory.data(16, 8);
const EPOCH: usize = memory.data(8, 8);

if ((FLOW_CAPACITY & (FLOW_CAPACITY - 1)) != 0) ERROR("FLOW_CAPACITY must be a power of two");
if (FLOW_WAYS != 8) ERROR("a set is one 128-bit row of eight tags");

export class FlowTable {
  @inline static alive(): u32 { return load<u32>(ALIVE); }
  @inline static row(index: u32): usize { return FLOW_TABLE + <usize>index * FLOW_ROW_SIZE; }
  @inline static index(flow: usize): u32 { return <u32>((flow - FLOW_TABLE) / FLOW_ROW_SIZE); }

  @inline static setOf(hash: u64): u32 { return <u32>hash & SET_MASK; }
  /** Never 0: 0 marks a free row. */
  @inline static tagOf(hash: u64): u32 { return (<u32>(hash >> 48)) | 1; }
  /** The other set of a tag; its own inverse. */
  @inline static otherSet(set: u32, tag: u32): u32 { return (set ^ (tag * 0x5bd1)) & SET_MASK; }

  /** Ways of a set whose tag equals: bit n stands for way n. */
  @inline private static candidates(set: u32, tag: u32): u32 {
    const at = FLOW_TAGS + (<usize>set << 4);
    if (ASC_FEATURE_SIMD) {
      return <u32>i16x8.bitmask(i16x8.eq(v128.load(at), i16x8.splat(<i16>tag)));
    }
    let bits: u32 = 0;
    for (let way: u32 = 0; way < FLOW_WAYS; way++) {
      if (<u32>load<u16>(at + (way << 1)) == tag) bits |= 1 << way;
    }
    return bits;
  }

  /** The flow of this segment, 0 when there is none. */
  static find(segment: Segment, hash: u64): usize {
    const tag = FlowTable.tagOf(hash);
    let set = FlowTable.setOf(hash);
    const found = FlowTable.findIn(set, tag, segment);
    if (found) return found;
    return FlowTable.findIn(FlowTable.otherSet(set, tag), tag, segment);
  }

  private static findIn(set: u32, tag: u32, segment: Segment): usize {
    let bits = FlowTable.candidates(set, tag);
    while (bits) { // at most FLOW_WAYS turns: each clears one bit
      const at = FlowTable.row(set * FLOW_WAYS + <u32>ctz(bits));
      if (FlowTable.same(Flow.at(at), segment)) return at;
      bits &= bits - 1;
    }
    return 0;
  }

  /** Same ends, in either direction, on the same interface. */
  @inline static same(flow: Flow, segment: Segment): bool {
    if (<u32>flow.interfaceIndex != segment.interfaceIndex) return false;
    return FlowTable.fromClient(flow, segment) ||
      (flow.clientLow == segment.targetLow && flow.serverLow == segment.sourceLow &&
        flow.clientHigh == segment.targetHigh && flow.serverHigh == segment.sourceHigh &&
        <u32>flow.clientPort == segment.targetPort && <u32>flow.serverPort == segment.sourcePort);
  }

  /** Did the flow's client send this segment? */
  @inline static fromClient(flow: Flow, segment: Segment): bool {
    return flow.clientLow == segment.sourceLow && flow.serverLow == segment.targetLow &&
      flow.clientHigh == segment.sourceHigh && flow.serverHigh == segment.targetHigh &&
      <u32>flow.clientPort == segment.sourcePort && <u32>flow.serverPort == segment.targetPort;
  }

  /**
   * Reads what a lookup of this hash will read: the tags of both sets now, the candidate's row in
   * `Ahead.touch`. Changes nothing; a batch of these lets the processor fetch many rows at once
   * instead of waiting for each in turn.
   */
  static candidateRow(hash: u64): usize {
    const tag = FlowTable.tagOf(hash);
    const set = FlowTable.setOf(hash);
    const other = FlowTable.otherSet(set, tag);
    const here = FlowTable.candidates(set, tag);
    const there = FlowTable.candidates(other, tag);
    if (here) return FlowTable.row(set * FLOW_WAYS + <u32>ctz(here));
    if (there) return FlowTable.row(other * FLOW_WAYS + <u32>ctz(there));
    // A new connection: the row it will take, or the one that must go for it.
    const free = FlowTable.free(hash);
    return free ? free : FlowTable.victim(hash);
  }

  /** A free row for this hash, 0 when both sets are full. */
  static free(hash: u64): usize {
    const tag = FlowTable.tagOf(hash);
    const set = FlowTable.setOf(hash);
    const other = FlowTable.otherSet(set, tag);
    const here = FlowTable.candidates(set, 0);
    const there = FlowTable.candidates(other, 0);
    if ((here | there) == 0) return 0;
    // The emptier set takes it: two choices keep both sets short.
    return popcnt(here) >= popcnt(there)
      ? FlowTable.row(set * FLOW_WAYS + <u32>ctz(here))
      : FlowTable.row(other * FLOW_WAYS + <u32>ctz(there));
  }

  /** The row that must go so that this hash finds room. */
  static victim(hash: u64): usize {
    const tag = FlowTable.tagOf(hash);
    const set = FlowTable.setOf(hash);
    const other = FlowTable.otherSet(set, tag);
    let best = set * FLOW_WAYS;
    let bestMark = u32.MAX_VALUE;
    for (let way: u32 = 0; way < FLOW_WAYS; way++) {
      const here = set * FLOW_WAYS + way;
      const mark = load<u32>(MARKS + (<usize>here << 2));
      if (mark < bestMark) { bestMark = mark; best = here; }
      const there = other * FLOW_WAYS + way;
      const otherMark = load<u32>(MARKS + (<usize>there << 2));
      if (otherMark < bestMark) { bestMark = otherMark; best = there; }
    }
    return FlowTable.row(best);
  }

  /** Takes a free row into use; the row is zeroed. */
  static claim(at: usize, hash: u64): void {
    const index = FlowTable.index(at);
    assert(load<u16>(FLOW_TAGS + (<usize>index << 1)) == 0);
    clearRow(at, FLOW_ROW_SIZE);
    store<u16>(FLOW_TAGS + (<usize>index << 1), <u16>FlowTable.tagOf(hash));
    store<u32>(ALIVE, load<u32>(ALIVE) + 1);
    const ordinal = load<u32>(ALIVE, 4) + 1;
    store<u32>(ALIVE, ordinal, 4);
    Flow.at(at).ordinal = ordinal;
  }

  static release(at: usize): void {
    const index = FlowTable.index(at);
    assert(load<u16>(FLOW_TAGS + (<usize>index << 1)) != 0);
    store<u16>(FLOW_TAGS + (<usize>index << 1), 0);
    store<u32>(MARKS + (<usize>index << 2), 0);
    store<u32>(ALIVE, load<u32>(ALIVE) - 1);
  }

  @inline static used(index: u32): bool { return load<u16>(FLOW_TAGS + (<usize>index << 1)) != 0; }

  /** Remembers when and how the row was last used. */
  @inline static mark(at: usize, flow: Flow, open: bool, time: u64): void {
    const kept = flow.dialogRow | flow.resetRow;
    const group = kept ? CLASS_KEPT : flow.has(FLOW_CLOSED) ? CLASS_CLOSED : open ? CLASS_OPEN : CLASS_HALF_OPEN;
    const coarse = <u32>((time - load<u64>(EPOCH)) >> MARK_SHIFT) & MARK_TIME;
    store<u32>(MARKS + (<usize>FlowTable.index(at) << 2), (group << 30) | coarse);
  }

  /** Class of the row as last marked. */
  static classOf(at: usize): u32 { return load<u32>(MARKS + (<usize>FlowTable.index(at) << 2)) >> 30; }

  /** The first frame sets the origin of the marks. */
  @inline static setEpoch(time: u64): void { if (load<u64>(EPOCH) == 0) store<u64>(EPOCH, time); }
}
