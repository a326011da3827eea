// Findings on their way to the host: a ring of FINDING_CAPACITY fixed records. The walk pauses before
// the ring can overflow (see `full`), so nothing is ever lost here.

import { FINDING_CAPACITY, FINDING_RESERVE, FINDING_ROW_SIZE } from "../limits";
import { clearRow, FINDING_TABLE } from "../memory";
import { Counter, Counters } from "../counters";
import { Finding } from "./finding";

/** head: records ever taken; tail: records ever released by the host. */
const HEAD: usize = memory.data(8, 8);

export class FindingRing {
  @inline static count(): u32 { return load<u32>(HEAD) - load<u32>(HEAD, 4); }

  /** Too few records are free for another frame. */
  @inline static full(): bool { return FindingRing.count() + FINDING_RESERVE > FINDING_CAPACITY; }

  @inline private static row(number: u32): usize {
    return FINDING_TABLE + <usize>(number % FINDING_CAPACITY) * FINDING_ROW_SIZE;
  }

  /** A fresh zeroed record. */
  static take(): Finding {
    assert(FindingRing.count() < FINDING_CAPACITY);
    const head = load<u32>(HEAD);
    const at = FindingRing.row(head);
    clearRow(at, FINDING_ROW_SIZE);
    store<u32>(HEAD, head + 1);
    Counters.add(Counter.Findings, 1);
    return Finding.at(at);
  }

  /** Address of the nth waiting record, oldest first. */
  static at(index: u32): usize {
    assert(index < FindingRing.count());
    return FindingRing.row(load<u32>(HEAD, 4) + index);
  }

  static release(count: u32): void {
    assert(count <= FindingRing.count());
    store<u32>(HEAD, load<u32>(HEAD, 4) + count, 4);
    if (FindingRing.count()) return;
    store<u64>(HEAD, 0); // from the first row again: the rest of the ring is only touched when it is needed
  }
}
