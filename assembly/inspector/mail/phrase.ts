// Pieces of text that are looked for in replies, lower case, each behind an octet with its length.
// Found without regard to case within the kept part of a line.

import { LINE_KEPT_MAX } from "../limits";
import { Word } from "./word";

/** "[referral " */
export const PHRASE_REFERRAL: usize = memory.data<u8>([10, 91, 114, 101, 102, 101, 114, 114, 97, 108, 32]);
/** "[alert]" */
export const PHRASE_ALERT: usize = memory.data<u8>([7, 91, 97, 108, 101, 114, 116, 93]);
/** "tls" */
export const PHRASE_TLS: usize = memory.data<u8>([3, 116, 108, 115]);
/** "start" */
export const PHRASE_START: usize = memory.data<u8>([5, 115, 116, 97, 114, 116]);
/** "ready" */
export const PHRASE_READY: usize = memory.data<u8>([5, 114, 101, 97, 100, 121]);
/** "go" */
export const PHRASE_GO: usize = memory.data<u8>([2, 103, 111]);
/** "error: command not" */
export const PHRASE_ERROR_COMMAND: usize = memory.data<u8>([18, 101, 114, 114, 111, 114, 58, 32, 99, 111, 109, 109, 97, 110, 100, 32, 110, 111, 116]);
/** "command unrecognized" */
export const PHRASE_COMMAND_UNRECOGNIZED: usize = memory.data<u8>([20, 99, 111, 109, 109, 97, 110, 100, 32, 117, 110, 114, 101, 99, 111, 103, 110, 105, 122, 101, 100]);

export class Phrase {
  /** True when the phrase stands somewhere in [at, end). */
  static has(at: usize, end: usize, phrase: usize): bool {
    const size = <u32>load<u8>(phrase);
    for (let step: u32 = 0; step < LINE_KEPT_MAX && at + size <= end; step++, at++) {
      let index: u32 = 0;
      while (index < size && Word.lower(load<u8>(at + index)) == <u32>load<u8>(phrase + 1 + index)) index++;
      if (index == size) return true;
    }
    return false;
  }
}
