// The flow table: FLOW_CAPACITY slots in sets of FLOW_WAYS. A connection may live in one of two sets,
// so the table fills to about 95 % before anything must go. One 128-bit compare finds the candidates
// of a set by their 16-bit tags; nothing is ever chained, moved or searched further than two sets.
//
//   sets   │ set 0: 8 tags, 8 row numbers, 8 marks │ set 1: … │   64 octets: one cache line; tag 0 = free
//   rows   │ 256 octets each, taken from the first on: what was never used costs no memory
//
// A mark is a u32: class in the two high bits, coarse time of the last packet below.
// When both sets are full, the row with the smallest mark goes: closed connections first, then
// half-open ones, then the longest idle; connections with a mail dialog or a reset history last.

import { FLOW_ROW_SIZE, FLOW_WAYS } from "../limits";
import { clearRow, FLOW_TABLE } from "../memory";
import { Segment } from "../segment";
import { Flow, FLOW_CLOSED } from "./flow";
import { FlowKey } from "./key";
import { FlowSet, ROWS_OF_SET } from "./set";

const SETS: u32 = FLOW_CAPACITY / FLOW_WAYS;
const SET_MASK: u32 = SETS - 1;
/** Coarse time: 2^26 ns = 67 ms; 30 bits of it last 2.3 years from the first frame. */
const MARK_SHIFT: u64 = 26;
const MARK_TIME: u32 = 0x3fffffff;

/** Classes of a mark, the first to go first. */
export const CLASS_CLOSED: u32 = 0;
const CLASS_HALF_OPEN: u32 = 1;
const CLASS_OPEN: u32 = 2;
export const CLASS_KEPT: u32 = 3;

/** alive: rows in use. ordinal: serial number of the last flow. epoch: time the marks count from. */
const ALIVE: usize = memory.data(16, 8);
const EPOCH: usize = memory.data(8, 8);
/** fresh: rows from here on were not used since the table was empty. spare: the row released last + 1, which names the one before. */
const FRESH: usize = memory.data(8, 8);
const SPARE: usize = 4;
/** The slot found or claimed last. */
const SLOT: usize = memory.data(4, 4);
/** Bit of a found row's address. */
export const FROM_CLIENT: usize = 1;
/** No slot: both sets are full. */
export const SLOT_NONE: u32 = u32.MAX_VALUE;

if ((FLOW_CAPACITY & (FLOW_CAPACITY - 1)) != 0) ERROR("FLOW_CAPACITY must be a power of two");
if (FLOW_CAPACITY > 65536) ERROR("row numbers are 16 bits");

export class FlowTable {
  @inline static alive(): u32 { return load<u32>(ALIVE); }
  @inline static row(index: u32): usize { return FLOW_TABLE + <usize>index * FLOW_ROW_SIZE; }
  @inline static index(flow: usize): u32 { return <u32>((flow - FLOW_TABLE) / FLOW_ROW_SIZE); }

  @inline static setOf(hash: u64): u32 { return <u32>hash & SET_MASK; }
  /** Never 0: 0 marks a free row. */
  @inline static tagOf(hash: u64): u32 { return (<u32>(hash >> 48)) | 1; }
  /** The other set of a tag; its own inverse. */
  @inline static otherSet(set: u32, tag: u32): u32 { return (set ^ (tag * 0x5bd1)) & SET_MASK; }

  /** The row a slot in use names. */
  @inline static rowOf(slot: u32): usize {
    return FlowTable.row(<u32>load<u16>(FlowSet.tagAt(slot), ROWS_OF_SET));
  }

  /**
   * The flow of this segment, 0 when there is none. Rows lie at multiples of 256: FROM_CLIENT is set
   * in the address when the flow's client sent the segment.
   */
  static find(segment: Segment, hash: u64): usize {
    const tag = FlowTable.tagOf(hash);
    const set = FlowTable.setOf(hash);
    const found = FlowTable.findIn(set, tag, segment);
    if (found) return found;
    return FlowTable.findIn(FlowTable.otherSet(set, tag), tag, segment);
  }

  private static findIn(set: u32, tag: u32, segment: Segment): usize {
    let bits = FlowSet.candidates(set, tag);
    while (bits) { // at most FLOW_WAYS turns: each clears one bit
      const slot = set * FLOW_WAYS + <u32>ctz(bits);
      const found = FlowTable.match(FlowTable.rowOf(slot), segment);
      if (found) {
        store<u32>(SLOT, slot);
        return found;
      }
      bits &= bits - 1;
    }
    return 0;
  }

  /** The same as `find` for the one slot that was looked ahead: 0 when it is another connection's. */
  @inline static findAhead(segment: Segment, slot: u32): usize {
    if (slot == SLOT_NONE || load<u16>(FlowSet.tagAt(slot)) == 0) return 0;
    store<u32>(SLOT, slot);
    return FlowTable.match(FlowTable.rowOf(slot), segment);
  }

  /**
   * The row when it has the same ends, in either direction, on the same interface; else 0. Both
   * directions are compared at once: which one it is cannot be guessed by the processor.
   */
  @inline private static match(at: usize, segment: Segment): usize {
    const flow = Flow.at(at);
    const onInterface = <u64>(<u32>flow.interfaceIndex ^ segment.interfaceIndex);
    const forth = onInterface |
      (flow.clientLow ^ segment.sourceLow) | (flow.serverLow ^ segment.targetLow) |
      (flow.clientHigh ^ segment.sourceHigh) | (flow.serverHigh ^ segment.targetHigh) |
      <u64>((<u32>flow.clientPort ^ segment.sourcePort) | (<u32>flow.serverPort ^ segment.targetPort));
    const back = onInterface |
      (flow.clientLow ^ segment.targetLow) | (flow.serverLow ^ segment.sourceLow) |
      (flow.clientHigh ^ segment.targetHigh) | (flow.serverHigh ^ segment.sourceHigh) |
      <u64>((<u32>flow.clientPort ^ segment.targetPort) | (<u32>flow.serverPort ^ segment.sourcePort));
    return i32(forth == 0) | i32(back == 0) ? at | <usize>i32(forth == 0) : 0;
  }

  /** Did the flow's client send this segment? */
  @inline static fromClient(flow: Flow, segment: Segment): bool {
    return flow.clientLow == segment.sourceLow && flow.serverLow == segment.targetLow &&
      flow.clientHigh == segment.sourceHigh && flow.serverHigh == segment.targetHigh &&
      <u32>flow.clientPort == segment.sourcePort && <u32>flow.serverPort == segment.targetPort;
  }

  /** Reads one word of the first set of a hash. */
  @inline static peek(hash: u64): u32 {
    return load<u32>(FlowSet.at(FlowTable.setOf(hash)));
  }

  /**
   * The slot a lookup of this hash will probably find, or a new connection take; SLOT_NONE when the
   * table cannot tell. Reads what the lookup will read and changes nothing.
   */
  static foresee(hash: u64): u32 {
    const tag = FlowTable.tagOf(hash);
    const set = FlowTable.setOf(hash);
    const here = FlowSet.candidates(set, tag);
    if (here) return set * FLOW_WAYS + <u32>ctz(here);
    const other = FlowTable.otherSet(set, tag);
    const there = FlowSet.candidates(other, tag);
    if (there) return other * FLOW_WAYS + <u32>ctz(there);
    // A new connection: only a row that must go for it is worth a look.
    return FlowTable.free(hash) == SLOT_NONE ? FlowTable.victim(hash) : SLOT_NONE;
  }

  /** A free slot for this hash, SLOT_NONE when both sets are full. */
  static free(hash: u64): u32 {
    const tag = FlowTable.tagOf(hash);
    const set = FlowTable.setOf(hash);
    const other = FlowTable.otherSet(set, tag);
    const here = FlowSet.candidates(set, 0);
    const there = FlowSet.candidates(other, 0);
    if ((here | there) == 0) return SLOT_NONE;
    // The emptier set takes it: two choices keep both sets short.
    return popcnt(here) >= popcnt(there)
      ? set * FLOW_WAYS + <u32>ctz(here)
      : other * FLOW_WAYS + <u32>ctz(there);
  }

  /** The slot that must be freed so that this hash finds room: the first with the smallest mark. */
  static victim(hash: u64): u32 {
    const tag = FlowTable.tagOf(hash);
    const set = FlowTable.setOf(hash);
    const other = FlowTable.otherSet(set, tag);
    const here = FlowSet.smallestMark(set);
    const there = FlowSet.smallestMark(other);
    return here <= there
      ? set * FLOW_WAYS + FlowSet.wayOfMark(set, here)
      : other * FLOW_WAYS + FlowSet.wayOfMark(other, there);
  }

  /** Takes a free slot into use and gives it a zeroed row: there are as many rows as slots. */
  static claim(slot: u32, hash: u64): usize {
    const tagAt = FlowSet.tagAt(slot);
    assert(load<u16>(tagAt) == 0);
    const spare = load<u32>(FRESH, SPARE);
    const number = spare ? spare - 1 : load<u32>(FRESH);
    const at = FlowTable.row(number);
    if (spare) store<u32>(FRESH, load<u32>(at), SPARE);
    else store<u32>(FRESH, number + 1);
    clearRow(at, FLOW_ROW_SIZE);
    store<u16>(tagAt, <u16>FlowTable.tagOf(hash));
    store<u16>(tagAt, <u16>number, ROWS_OF_SET);
    store<u32>(SLOT, slot);
    store<u32>(ALIVE, load<u32>(ALIVE) + 1);
    const ordinal = max<u32>(load<u32>(ALIVE, 4) + 1, 1); // 0 is a free row's, even after 2^32 connections
    store<u32>(ALIVE, ordinal, 4);
    Flow.at(at).ordinal = ordinal;
    return at;
  }

  /** Frees a slot in use and the row it names. */
  static release(slot: u32): void {
    const at = FlowTable.rowOf(slot);
    const number = FlowTable.index(at);
    const flow = Flow.at(at);
    assert(flow.ordinal != 0 && load<u16>(FlowSet.tagAt(slot)) != 0);
    store<u16>(FlowSet.tagAt(slot), 0);
    store<u16>(FlowSet.tagAt(slot), 0, ROWS_OF_SET);
    store<u32>(FlowSet.markAt(slot), 0);
    flow.ordinal = 0;
    store<u32>(at, load<u32>(FRESH, SPARE));
    store<u32>(FRESH, number + 1, SPARE);
    const alive = load<u32>(ALIVE) - 1;
    store<u32>(ALIVE, alive);
    // Nothing alive: the next input finds the table as the first one did, and its rows in the same order.
    if (alive == 0) store<u64>(FRESH, 0);
  }

  /** The slot found or claimed last. */
  @inline static get slot(): u32 { return load<u32>(SLOT); }

  /** The slot that names this row. Every row in use has one: that it does not is a bug, and traps. */
  static slotOf(flow: Flow): u32 {
    const number = FlowTable.index(changetype<usize>(flow));
    const hash = FlowKey.of(
      flow.clientHigh, flow.clientLow, flow.clientPort,
      flow.serverHigh, flow.serverLow, flow.serverPort, flow.interfaceIndex,
    );
    const tag = FlowTable.tagOf(hash);
    const set = FlowTable.setOf(hash);
    const here = FlowSet.waysOfRow(set, tag, number);
    if (here) return set * FLOW_WAYS + <u32>ctz(here);
    const other = FlowTable.otherSet(set, tag);
    const there = FlowSet.waysOfRow(other, tag, number);
    if (there) return other * FLOW_WAYS + <u32>ctz(there);
    return unreachable();
  }

  /** Rows are taken in order: from this number on none has been used since the table was empty. */
  @inline static rowsEverUsed(): u32 { return load<u32>(FRESH); }

  /** Remembers when and how the connection found or claimed last was used. */
  @inline static mark(flow: Flow, open: bool, time: u64): void {
    const kept = flow.dialogRow | flow.resetRow;
    const group = kept ? CLASS_KEPT : flow.has(FLOW_CLOSED) ? CLASS_CLOSED : open ? CLASS_OPEN : CLASS_HALF_OPEN;
    const coarse = <u32>((time - load<u64>(EPOCH)) >> MARK_SHIFT) & MARK_TIME;
    store<u32>(FlowSet.markAt(load<u32>(SLOT)), (group << 30) | coarse);
  }

  /** Class of a connection as last marked. */
  static classOf(slot: u32): u32 { return load<u32>(FlowSet.markAt(slot)) >> 30; }

  /** The first frame sets the origin of the marks. */
  @inline static setEpoch(time: u64): void { if (load<u64>(EPOCH) == 0) store<u64>(EPOCH, time); }
}
