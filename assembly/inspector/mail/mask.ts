// What stands in a list in place of a keyword: letters that overwrote it, a word almost like it, or a word
// of its own. Looks at octets only; where in the list they stand and what else it offers is the caller's affair.

import { Word } from "./word";

/** Fewer octets of one letter are no mask: real keywords have as many. */
const MASK_SIZE_MIN: u32 = 4;
/** So long a mask cannot be a private keyword that happens to repeat a letter. */
const MASK_SIZE_SURE: u32 = 8;
/** The letter of the first mask of a list that counts its masks. */
const COUNT_FROM: u32 = 0x41;
/** Octets of the keyword that must stand at their place to know it again under letters that cover the rest. */
const KEPT_MIN: u32 = 2;
/** A keyword may differ by one edit for each so many of its octets: STARTTLS by two, STLS by one. */
const OCTETS_AN_EDIT: u32 = 4;
/** First two octets of letters in double width (U+FF21 to U+FF5A in UTF-8), and what follows for A and a. */
const WIDE_FIRST: u32 = 0xef;
const WIDE_UPPER: u32 = 0xbc;
const WIDE_LOWER: u32 = 0xbd;
const WIDE_A: u32 = 0xa1;
const WIDE_SMALL_A: u32 = 0x81;

export class Mask {
  /** Four or more of one of X x * #, the last one perhaps a counting letter: XXXXXXXA. What devices really write. */
  static isKnown(at: usize, size: u32): bool {
    if (size < MASK_SIZE_MIN) return false;
    const first = <u32>load<u8>(at);
    if (first != 0x58 && first != 0x78 && first != 0x2a && first != 0x23) return false;
    for (let index: u32 = 1; index + 1 < size; index++) { // at most what is kept of a line
      if (<u32>load<u8>(at + index) != first) return false;
    }
    const last = <u32>load<u8>(at + size - 1);
    return last == first || Mask.isLetter(last);
  }

  /**
   * What no keyword of this length is, whatever it is made of: one letter over and over, without regard to
   * case, perhaps with a letter or a number of two digits that counts; two letters taking turns; octets none
   * of which is a letter or digit; control codes.
   */
  static covers(at: usize, size: u32): bool {
    const first = Mask.fold(load<u8>(at));
    let run: u32 = 1;
    while (run < size && Mask.fold(load<u8>(at + run)) == first) run++;
    const left = size - run;
    if (left == 0 || (left == 1 && run >= MASK_SIZE_MIN - 1 && Mask.isSpoken(load<u8>(at + run)))) return true;
    if (left == 2 && run >= MASK_SIZE_MIN && Word.isDigit(load<u8>(at + run)) &&
      Word.isDigit(load<u8>(at + run + 1))) return true;
    const second = Mask.fold(load<u8>(at + run));
    let spoken = false;
    let two = size >= MASK_SIZE_SURE;
    for (let index: u32 = 0; index < size; index++) { // the size of a keyword
      const octet = Mask.fold(load<u8>(at + index));
      if (octet < 0x20 || octet == 0x7f) return true;
      if (Mask.isSpoken(octet)) spoken = true;
      if (octet != first && octet != second) two = false;
    }
    return two || !spoken;
  }

  /** True for a mask that is none of the short words of one letter that people make up: long, or it counts on, A to Z. */
  static isSure(at: usize, size: u32, before: u32): bool {
    if (!Mask.isOfLetters(at)) return false; // a decorative line
    return size >= MASK_SIZE_SURE || <u32>load<u8>(at + size - 1) == COUNT_FROM + before;
  }

  @inline static isOfLetters(at: usize): bool { return Mask.isLetter(Word.upper(load<u8>(at))); }

  /** The keyword, but for a few edits, or part of it covered by one letter. Letters of double width are the same. */
  static isNear(at: usize, end: usize, key: u64, keySize: u32): bool {
    return Mask.within(at, end, key, 0, keySize, keySize / OCTETS_AN_EDIT) || Mask.isHalf(at, end, key, keySize);
  }

  /** True when [at, end) becomes the rest of the keyword from `place` on by so many insertions, deletions, exchanges. */
  private static within(at: usize, end: usize, key: u64, place: u32, keySize: u32, edits: u32): bool {
    while (at < end && place < keySize && Mask.letterAt(at, end) == Mask.octetOf(key, place)) {
      at += Mask.widthAt(at, end);
      place++;
    }
    if (at >= end && place == keySize) return true;
    if (!edits) return false; // every turn below spends one
    const next = at < end ? at + Mask.widthAt(at, end) : end;
    if (at < end && place < keySize && Mask.within(next, end, key, place + 1, keySize, edits - 1)) return true;
    if (at < end && Mask.within(next, end, key, place, keySize, edits - 1)) return true;
    return place < keySize && Mask.within(at, end, key, place + 1, keySize, edits - 1);
  }

  /** One letter covers all but a few octets of the keyword, which stand at their place: STARXXXX. */
  private static isHalf(at: usize, end: usize, key: u64, keySize: u32): bool {
    if (<u32>(end - at) != keySize) return false;
    let kept: u32 = 0;
    let cover: u32 = 0;
    for (let place: u32 = 0; place < keySize; place++) {
      const octet = Mask.fold(load<u8>(at + place));
      if (octet == Mask.octetOf(key, place)) kept++;
      else if (!cover) cover = octet + 1; // an octet may be 0
      else if (cover != octet + 1) return false;
    }
    return kept >= KEPT_MIN;
  }

  /** True when [at, at + size) is the keyword from its octet `place` on: a part of it, cut off by a blank. */
  static isPart(at: usize, size: u32, key: u64, place: u32): bool {
    for (let index: u32 = 0; index < size && index < 8; index++) {
      if (Mask.fold(load<u8>(at + index)) != Mask.octetOf(key, place + index)) return false;
    }
    return size != 0;
  }

  @inline private static octetOf(key: u64, place: u32): u32 { return <u32>(key >> (<u64>place << 3)) & 0xff; }

  private static letterAt(at: usize, end: usize): u32 {
    const octet = <u32>load<u8>(at);
    if (octet != WIDE_FIRST || at + 3 > end) return Mask.fold(octet);
    const second = <u32>load<u8>(at, 1);
    const third = <u32>load<u8>(at, 2);
    if (second == WIDE_UPPER && third - WIDE_A < 26) return 0x41 + third - WIDE_A;
    if (second == WIDE_LOWER && third - WIDE_SMALL_A < 26) return 0x41 + third - WIDE_SMALL_A;
    return octet;
  }

  @inline private static widthAt(at: usize, end: usize): usize {
    return Mask.letterAt(at, end) != Mask.fold(load<u8>(at)) ? 3 : 1;
  }

  @inline private static fold(octet: u32): u32 { return Word.upper(octet); }
  @inline private static isLetter(octet: u32): bool { return octet - 0x41 < 26; }
  @inline private static isSpoken(octet: u32): bool { return Mask.isLetter(Word.upper(octet)) || Word.isDigit(octet); }
}
