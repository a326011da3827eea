// Looks for the end of a line: where the next LF stands. Sixteen octets at a time where the target
// has vectors; bodies of messages are mostly long lines.

import { LF } from "../../wire/ascii";

export class Scan {
  /** Address of the first LF in [at, end), or end. */
  static lineFeed(at: usize, end: usize): usize {
    if (ASC_FEATURE_SIMD) {
      for (; at + 16 <= end; at += 16) { // at most the captured octets of one frame
        const found = <u32>i8x16.bitmask(i8x16.eq(v128.load(at), i8x16.splat(<i8>LF)));
        if (found) return at + ctz(found);
      }
    }
    for (; at < end; at++) {
      if (<u32>load<u8>(at) == LF) return at;
    }
    return end;
  }
}
