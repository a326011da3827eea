// Reset histories: what is known of a connection's resets and forged segments, 4,096 rows of 264.
// Keeps the rows, their order of judgement and the free list; judges nothing.
//
//   held   rows that wait for what could cancel their evidence, earliest deadline first
//   silent rows that wait for a word from the far side, earliest deadline first
//   quiet  judged rows without evidence, oldest first: the first to make room
//   loud   judged rows with evidence, oldest first

import { RESET_CAPACITY, RESET_ROW_SIZE } from "../limits";
import { clearRow, RESET_TABLE } from "../memory";

/** Flags of a row. */
export const RESET_HELD: u32 = 1; // waits for its deadline
export const RESET_DIRTY: u32 = 2; // something changed since the last telling
export const RESET_TOLD: u32 = 4; // evidence left for the host once: its end must be told, too
export const RESET_SEEN: u32 = 8; // at least one far reset
export const RESET_LOCAL_CLOSED: u32 = 16; // F1: near FIN or RST before the attempt's first far reset
export const RESET_REMOTE_CLOSED: u32 = 32; // F2: far FIN before it
export const RESET_IDLE: u32 = 64; // F3: the far side had been silent before it
export const RESET_REFUSED: u32 = 128; // F4: it refused a SYN as a closed port does
export const RESET_NEAR_ENDPOINT: u32 = 256; // F5: a box in front of the endpoint speaks for it
export const RESET_REACTIVE: u32 = 512; // it answered a near packet by the book
export const RESET_REMOTE_RESET: u32 = 1024; // the endpoint itself has reset: later ones answer late packets
export const RESET_DATA_CUT: u32 = 2048; // application data was on its way when it came
export const RESET_ICMP: u32 = 4096; // an ICMP refusal by a third party

/** Marks of a record. */
export const MARK_REACTIVE: u32 = 1;
export const MARK_CURRENT: u32 = 2; // its numbers belong to this attempt, not to an older incarnation
export const MARK_SYN: u32 = 4; // it came before anything else from the far side
export const MARK_LOSSY: u32 = 8; // F8: frames were lost, or the far stream had a hole
export const MARK_OLD: u32 = 16; // the opener has repeated its SYN since
export const MARK_CLOSING: u32 = 32; // it came after a close

/** Resets remembered to compare the next with. */
export const RESET_RECORDS: u32 = 3;
const RESET_RECORD_SIZE: u32 = 36;
/** Frames named as carriers of evidence. */
const RESET_FRAMES: u32 = 5;
const FRAMES_AT: u32 = 120;
const RECORDS_AT: u32 = 148;
const TAIL_AT: u32 = 256;

/** A far reset as it came, and where both halves stood. Sequence numbers in host order. */
@final @unmanaged
export class ResetRecord {
  /** Low 32 bits of its time in µs. */
  timeUs: u32;
  frame: u32;
  seq: u32;
  ack: u32;
  /** Largest end seen from the far side, and from the near side, when it came. */
  farEnd: u32;
  nearEnd: u32;
  /** Near packets before it. */
  nearPackets: u32;
  ipid: u16;
  window: u16;
  ttl: u8;
  /** The eight low control bits. */
  flags: u8;
  marks: u8;
  stage: u8;

  @inline static at(at: usize): ResetRecord { return changetype<ResetRecord>(at); }
  @inline has(marks: u32): bool { return (<u32>this.marks & marks) != 0; }
}

@final @unmanaged
export class ResetRow {
  /** Address of its flow. */
  flow: u32;
  previous: u16;
  next: u16;
  /** When it is judged, ns. */
  deadline: u64;
  /** Evidence of the current attempt by strength. Bits of SegmentEvidence. */
  weak: u64;
  strong: u64;
  conclusive: u64;
  /** Strong evidence that came after a close: counts only beside a conclusive one. */
  closing: u64;
  /** Evidence of the strongest earlier attempt. */
  earlierWeak: u64;
  earlierStrong: u64;
  earlierConclusive: u64;
  flags: u32;
  latencyUs: u32;
  idleSeconds: u32;
  /** type << 8 | code of an ICMP refusal, and who sent it. */
  icmp: u32;
  icmpHigh: u64;
  icmpLow: u64;
  fingerprint: u8;
  /** Stage at the first far reset. */
  stage: u8;
  frameCount: u8;
  /** Resets recorded, capped at 255 (the slot is this modulo RESET_RECORDS). */
  recordCount: u8;
  resetTtl: u8;
  farTtl: u8;
  /** Far segments in a row that lack a negotiated timestamp. */
  timestampsMissing: u8;
  /** Resets of the current burst. */
  burst: u8;
  resetIpid: u16;
  resetWindow: u16;
  burstStartUs: u32;

  // frames: RESET_FRAMES × u32 at 120, then:  140 heldSince u32 · 144 ipidVaried u8 · 145 list u8 · 146 resetDf u8
  // records at 148, then:  256 resetFrame u32 · 260 resetAfterMs u32

  @inline static at(at: usize): ResetRow { return changetype<ResetRow>(at); }
  /** The row of a flow that has one. */
  @inline static of(row: u32): ResetRow { return ResetRow.at(RESET_TABLE + <usize>row * RESET_ROW_SIZE); }
  @inline get index(): u32 { return <u32>((changetype<usize>(this) - RESET_TABLE) / RESET_ROW_SIZE); }
  @inline has(flags: u32): bool { return (this.flags & flags) != 0; }
  @inline set(flags: u32): void { this.flags |= flags; }
  @inline clear(flags: u32): void { this.flags &= ~flags; }

  @inline frame(slot: u32): u32 { return load<u32>(changetype<usize>(this) + FRAMES_AT + (<usize>slot << 2)); }
  /** Names a frame as carrier of evidence, once; the first RESET_FRAMES stay. */
  addFrame(frame: u32): void {
    const count = <u32>this.frameCount;
    for (let slot: u32 = 0; slot < count; slot++) if (this.frame(slot) == frame) return;
    if (count == RESET_FRAMES) return;
    store<u32>(changetype<usize>(this) + FRAMES_AT + (<usize>count << 2), frame);
    this.frameCount = <u8>(count + 1);
  }

  /** Seconds since 1970 when it was first held. */
  @inline get heldSince(): u32 { return load<u32>(changetype<usize>(this), 140); }
  set heldSince(seconds: u32) { store<u32>(changetype<usize>(this), seconds, 140); }
  /** How often the far side's identification had varied when a constant one was met. */
  @inline get ipidVaried(): u32 { return load<u8>(changetype<usize>(this), 144); }
  set ipidVaried(count: u32) { store<u8>(changetype<usize>(this), <u8>count, 144); }

  /** 1 when IPv4's Don't Fragment was set in the reset. */
  @inline get resetDf(): u32 { return load<u8>(changetype<usize>(this), 146); }
  set resetDf(df: u32) { store<u8>(changetype<usize>(this), <u8>df, 146); }

  /** The reset that matters most: its frame, and ms from the connection's first packet to it. */
  @inline get resetFrame(): u32 { return load<u32>(changetype<usize>(this), TAIL_AT); }
  set resetFrame(frame: u32) { store<u32>(changetype<usize>(this), frame, TAIL_AT); }
  @inline get resetAfterMs(): u32 { return load<u32>(changetype<usize>(this), TAIL_AT + 4); }
  set resetAfterMs(elapsed: u32) { store<u32>(changetype<usize>(this), elapsed, TAIL_AT + 4); }

  /** Records held: 0 … RESET_RECORDS. */
  @inline get records(): u32 { return min<u32>(this.recordCount, RESET_RECORDS); }
  @inline record(slot: u32): ResetRecord {
    return ResetRecord.at(changetype<usize>(this) + RECORDS_AT + <usize>slot * RESET_RECORD_SIZE);
  }
  /** A place for the next record; the oldest gives way. */
  nextRecord(): ResetRecord {
    const count = <u32>this.recordCount;
    // 252 is a multiple of RESET_RECORDS: the count may wrap to it and keep its slot.
    this.recordCount = <u8>(count == 255 ? 253 : count + 1);
    return this.record(count % RESET_RECORDS);
  }
}

if (offsetof<ResetRow>() != FRAMES_AT) ERROR("ResetRow head drifted");
if (offsetof<ResetRecord>() != RESET_RECORD_SIZE) ERROR("ResetRecord drifted");
if (RECORDS_AT + RESET_RECORDS * RESET_RECORD_SIZE != TAIL_AT) ERROR("ResetRow records drifted");
if (TAIL_AT + 8 != RESET_ROW_SIZE) ERROR("ResetRow drifted");
if (252 % RESET_RECORDS != 0) ERROR("nextRecord wraps at a multiple of RESET_RECORDS");

/** Lists: first and last row of each, by list number. fresh: rows never used begin here; free: first free row. */
const LISTS: usize = memory.data(16, 8);
const FRESH: usize = memory.data(8, 8);
const HELD: u32 = 0;
const QUIET: u32 = 1;
const LOUD: u32 = 2;
const SILENT: u32 = 3;

export class ResetTable {
  /** A zeroed row for this flow, 0 when all rows are still waiting to be judged. `taken` loses its row. */
  static claim(flow: usize): u32 {
    let index = <u32>load<u16>(FRESH, 2);
    if (index) {
      store<u16>(FRESH, ResetRow.of(index).next, 2);
    } else if (<u32>load<u16>(FRESH) + 1 < RESET_CAPACITY) {
      index = <u32>load<u16>(FRESH) + 1;
      store<u16>(FRESH, <u16>index);
    } else return 0;
    const row = ResetRow.of(index);
    clearRow(changetype<usize>(row), TAIL_AT);
    store<u64>(changetype<usize>(row), 0, TAIL_AT);
    row.flow = <u32>flow;
    ResetTable.append(row, QUIET);
    return index;
  }

  /** The judged row that can go first: without evidence before with; 0 when every row is held. */
  static oldestJudged(): u32 {
    const quiet = ResetTable.first(QUIET);
    return quiet ? quiet : ResetTable.first(LOUD);
  }

  static release(index: u32): void {
    const row = ResetRow.of(index);
    ResetTable.unlink(row);
    row.flow = 0;
    row.next = load<u16>(FRESH, 2);
    store<u16>(FRESH, <u16>index, 2);
  }

  /** Puts the row at the end of the held ones; every hold is equally long, so deadlines stay in order. */
  static hold(row: ResetRow, deadline: u64): void { ResetTable.wait(row, deadline, HELD); }

  /** The same for rows that wait for the far side to break its silence. */
  static watch(row: ResetRow, deadline: u64): void { ResetTable.wait(row, deadline, SILENT); }

  private static wait(row: ResetRow, deadline: u64, list: u32): void {
    ResetTable.unlink(row);
    row.deadline = deadline;
    row.set(RESET_HELD);
    ResetTable.append(row, list);
  }

  /** The row waits for nothing any more. */
  static judge(row: ResetRow, loud: bool): void {
    ResetTable.unlink(row);
    row.clear(RESET_HELD);
    ResetTable.append(row, loud ? LOUD : QUIET);
  }

  /** The waiting row with the earliest deadline, 0 when none waits. */
  static firstHeld(): u32 {
    const held = ResetTable.first(HELD);
    const silent = ResetTable.first(SILENT);
    if (!held || !silent) return held | silent;
    return ResetRow.of(held).deadline <= ResetRow.of(silent).deadline ? held : silent;
  }

  @inline private static first(list: u32): u32 { return <u32>load<u16>(LISTS + (<usize>list << 2)); }

  private static append(row: ResetRow, list: u32): void {
    const ends = LISTS + (<usize>list << 2);
    const last = load<u16>(ends, 2);
    row.previous = last;
    row.next = 0;
    if (last) ResetRow.of(last).next = <u16>row.index;
    else store<u16>(ends, <u16>row.index);
    store<u16>(ends, <u16>row.index, 2);
    store<u8>(changetype<usize>(row), <u8>list, 145);
  }

  private static unlink(row: ResetRow): void {
    const ends = LISTS + (<usize>load<u8>(changetype<usize>(row), 145) << 2);
    if (row.previous) ResetRow.of(row.previous).next = row.next;
    else store<u16>(ends, row.next);
    if (row.next) ResetRow.of(row.next).previous = row.previous;
    else store<u16>(ends, row.previous, 2);
  }
}
