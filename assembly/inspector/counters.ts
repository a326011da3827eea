// What was counted. One u64 each, in one table; the host reads them by the exported names.

import { Reason } from "./reason";

/** Numbers never move. */
export enum Counter {
  Frames,
  Octets,
  Segments,
  Flows,
  FlowsEvictedClosed,
  FlowsEvictedIdle,
  FlowsEvictedBusy,
  Dialogs,
  DialogsRefused,
  Resets,
  ResetsRefused,
  Findings,
  FramesCut,
  DnsAnswers,
  HeadsRefused,
  NamesEvicted,
  StreamsReordered,
  StreamGaps,
  FramesBeforeClock,
  /** Far segments that home drops: damaged, outside its window, stamped by an older clock. */
  SegmentsDropped,
}

/** Room for 32 counters and 64 reasons. */
const COUNTERS: usize = memory.data(32 * 8, 64);
const REASONS: usize = memory.data(64 * 8, 64);
if (<u32>Counter.FramesBeforeClock >= 32 || <u32>Reason.DnsMalformed >= 64) ERROR("a counter has no room");

export class Counters {
  @inline static add(counter: Counter, amount: u64): void {
    const at = COUNTERS + (<usize>counter << 3);
    store<u64>(at, load<u64>(at) + amount);
  }
  @inline static reason(reason: Reason): void {
    const at = REASONS + (<usize>reason << 3);
    store<u64>(at, load<u64>(at) + 1);
  }
}

export function countersAt(): usize { return COUNTERS; }
export function reasonsAt(): usize { return REASONS; }
