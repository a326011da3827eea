// Commands that wait for their replies, oldest first. RFC 5321 §4.2 answers in order; RFC 2920 lets
// the client run ahead. Holds verbs, never their arguments.

import { PENDING_MAX } from "../limits";

/** Commands of SMTP and POP3 as far as they matter here. */
export namespace Verb {
  export const None: u8 = 0;
  export const Greeting: u8 = 1;
  export const Ehlo: u8 = 2;
  export const Helo: u8 = 3;
  export const Starttls: u8 = 4;
  export const Auth: u8 = 5;
  export const AuthResponse: u8 = 6;
  export const Mail: u8 = 7;
  export const Rcpt: u8 = 8;
  export const Data: u8 = 9;
  export const Bdat: u8 = 10;
  export const Dot: u8 = 11;
  export const Rset: u8 = 12;
  export const Noop: u8 = 13;
  export const Quit: u8 = 14;
  export const Verify: u8 = 15;
  export const Help: u8 = 16;
  export const Xclient: u8 = 17;
  export const Exchange: u8 = 18;
  export const Other: u8 = 19;
  export const Capa: u8 = 20;
  export const Stls: u8 = 21;
  export const User: u8 = 22;
  export const Pass: u8 = 23;
  export const Apop: u8 = 24;
  export const List: u8 = 25;
  export const Retr: u8 = 26;
}

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
  /** Verb of the oldest command, Verb.None when nothing waits. */
  @inline get front(): u32 { return this.count ? <u32>load<u8>(this.slot(0)) : Verb.None; }
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
