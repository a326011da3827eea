// Pieces of text that are looked for in replies, lower case, each behind an octet with its length.
// Found without regard to case within the kept part of a line.

import { LINE_KEPT_MAX } from "../limits";
import { Word } from "./word";

/** "starttls" */
export const PHRASE_STARTTLS: usize = memory.data<u8>([8, 115, 116, 97, 114, 116, 116, 108, 115]);
/** "must" */
export const PHRASE_MUST: usize = memory.data<u8>([4, 109, 117, 115, 116]);
/** "issue" */
export const PHRASE_ISSUE: usize = memory.data<u8>([5, 105, 115, 115, 117, 101]);
/** "first" */
export const PHRASE_FIRST: usize = memory.data<u8>([5, 102, 105, 114, 115, 116]);
/** "require" */
export const PHRASE_REQUIRE: usize = memory.data<u8>([7, 114, 101, 113, 117, 105, 114, 101]);
/** "not advertised" */
export const PHRASE_NOT_ADVERTISED: usize = memory.data<u8>([14, 110, 111, 116, 32, 97, 100, 118, 101, 114, 116, 105, 115, 101, 100]);
/** "encryption required" */
export const PHRASE_ENCRYPTION_REQUIRED: usize = memory.data<u8>([19, 101, 110, 99, 114, 121, 112, 116, 105, 111, 110, 32, 114, 101, 113, 117, 105, 114, 101, 100]);
/** "encryption needed" */
export const PHRASE_ENCRYPTION_NEEDED: usize = memory.data<u8>([17, 101, 110, 99, 114, 121, 112, 116, 105, 111, 110, 32, 110, 101, 101, 100, 101, 100]);
/** "5.7.10" */
export const PHRASE_DEMAND_10: usize = memory.data<u8>([6, 53, 46, 55, 46, 49, 48]);
/** "5.7.11" */
export const PHRASE_DEMAND_11: usize = memory.data<u8>([6, 53, 46, 55, 46, 49, 49]);
/** "[privacyrequired]" */
export const PHRASE_PRIVACY_REQUIRED: usize = memory.data<u8>([17, 91, 112, 114, 105, 118, 97, 99, 121, 114, 101, 113, 117, 105, 114, 101, 100, 93]);
/** "[referral " */
export const PHRASE_REFERRAL: usize = memory.data<u8>([10, 91, 114, 101, 102, 101, 114, 114, 97, 108, 32]);
/** "[alert]" */
export const PHRASE_ALERT: usize = memory.data<u8>([7, 91, 97, 108, 101, 114, 116, 93]);
/** "non-secure" */
export const PHRASE_NON_SECURE: usize = memory.data<u8>([10, 110, 111, 110, 45, 115, 101, 99, 117, 114, 101]);
/** "stls" */
export const PHRASE_STLS: usize = memory.data<u8>([4, 115, 116, 108, 115]);
/** "tls" */
export const PHRASE_TLS: usize = memory.data<u8>([3, 116, 108, 115]);
/** "disallow" */
export const PHRASE_DISALLOW: usize = memory.data<u8>([8, 100, 105, 115, 97, 108, 108, 111, 119]);
/** "not allowed" */
export const PHRASE_NOT_ALLOWED: usize = memory.data<u8>([11, 110, 111, 116, 32, 97, 108, 108, 111, 119, 101, 100]);
/** "only" */
export const PHRASE_ONLY: usize = memory.data<u8>([4, 111, 110, 108, 121]);
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
