// Placeholder door: no dialect is recognised yet.
import { Finding } from "../finding/finding";
import { Flow } from "../flow/flow";
import { Segment } from "../segment";

export class Dialogs {
  static observe(flow: Flow, segment: Segment, fromClient: bool): void {}
  static due(now: u64): void {}
  static nextDue(): u64 { return u64.MAX_VALUE; }
  static dueFlow(): usize { return 0; }
  static end(flow: Flow): void {}
  static release(flow: Flow): void {}
  static changed(flow: Flow): bool { return false; }
  static fill(flow: Flow, finding: Finding): void {}
  static lostFrames(): void {}
}
