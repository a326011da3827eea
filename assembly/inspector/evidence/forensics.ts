// Placeholder door: no reset is judged yet.
import { Finding } from "../finding/finding";
import { Flow } from "../flow/flow";
import { Segment } from "../segment";

export class Forensics {
  @inline static wants(flow: Flow, segment: Segment, fromNear: bool): bool { return false; }
  static observe(flow: Flow, segment: Segment, fromNear: bool): void {}
  static icmp(
    flow: Flow, type: u32, code: u32, senderHigh: u64, senderLow: u64, quotedSeq: u32, now: u64, frame: u32,
  ): void {}
  static due(now: u64): void {}
  static nextDue(): u64 { return u64.MAX_VALUE; }
  static dueFlow(): usize { return 0; }
  static end(flow: Flow): void {}
  static release(flow: Flow): void {}
  static changed(flow: Flow): bool { return false; }
  static fill(flow: Flow, finding: Finding): void {}
  static lostFrames(): void {}
}
