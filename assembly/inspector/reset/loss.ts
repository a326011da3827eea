// When the kernel lost frames: what was not seen then proves nothing (F8).

import { LOSS_NS } from "./threshold";

/** Time until which absence is worthless, ns. */
const UNTIL: usize = memory.data(8, 8);

export class Loss {
  static note(now: u64): void { store<u64>(UNTIL, now + LOSS_NS); }
  @inline static recent(now: u64): bool { return now < load<u64>(UNTIL); }
}
