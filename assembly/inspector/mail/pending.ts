// Commands that wait for their replies, oldest first. RFC 5321 §4.2 answers in order; RFC 2920 lets
// the client run ahead. Holds verbs, never their arguments.

import { PENDING_MAX } from "../limits";

/** No verb: each dialect numbers its own from 1. */
const PENDING_NONE: u32 = 0;

/** Beside a verb: it had an argument; four X's stood in its line; it was a mask. */
export const PENDING_ARGUMENT: u32 = 1;
export const PENDING_X: u32 = 2;

@final @unmanaged
export class Pending {
  head: u8;
  count: u8;
  spare: u16;
  spare2: u32;
  @inline static at(at: usize): Pending { return changetype<Pending>(at); }
  @inline private slot(index: u32): usize {
    return changetype<usize>(this) + 8 + <usize>((<u32>this.head + index) % PENDING_MAX << 1);
  }
  /** False when full. */
  push(verb: u32, flags: u32): bool {
    if (<u32>this.count >= PENDING_MAX) return false;
    const at = this.slot(this.count);
    store<u8>(at, verb);
    store<u8>(at, flags, 1);
    this.count++;
    return true;
  }
  /** Verb of the oldest command, PENDING_NONE when nothing waits. */
  @inline get front(): u32 { return this.count ? <u32>load<u8>(this.slot(0)) : PENDING_NONE; }
  @inline get frontFlags(): u32 { return this.count ? <u32>load<u8>(this.slot(0), 1) : 0; }
  pop(): void {
    if (!this.count) return;
    this.head = <u8>((<u32>this.head + 1) % PENDING_MAX);
    this.count--;
  }
  /** True when this verb waits somewhere. */
  has(verb: u32): bool {
    for (let index: u32 = 0; index < <u32>this.count && index < PENDING_MAX; index++) {
      if (<u32>load<u8>(this.slot(index)) == verb) return true;
    }
    return false;
  }
  clear(): void { this.count = 0; }
}
if (offsetof<Pending>() != 8) ERROR("Pending drifted");
