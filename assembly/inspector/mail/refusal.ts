// What a server says no with: does it ask for TLS of this session, does it deny that the command exists, does
// it quote something else than what was sent. Codes at their place, words as whole words. Looks at kept text only.
// RFC 5321 §4.2, RFC 2034 §4, RFC 3463 §3.8, RFC 3501 §7.1, RFC 5530 §3, RFC 2449 §8, RFC 3206 §4.

import { LINE_KEPT_MAX } from "../limits";
import { APOSTROPHE, AT, COLON, DOT, MINUS, QUOTE, SPACE, UNDERSCORE } from "../wire/ascii";
import { Mask } from "./mask";
import {
  Word, WORD_ADVERTISED, WORD_ALLOWED, WORD_COMMAND, WORD_DISALLOWED, WORD_ENCRYPTED,
  WORD_ENCRYPTION, WORD_FIRST, WORD_IMPLEMENTED, WORD_ISSUE, WORD_MANDATORY, WORD_MUST, WORD_NECESSARY, WORD_NEED,
  WORD_NEEDED, WORD_NON_SECURE, WORD_ONLY, WORD_PERMITTED, WORD_PROVIDER, WORD_RECOGNISED, WORD_RECOGNIZED,
  WORD_REQUIRE, WORD_REQUIRED, WORD_REQUIRES, WORD_SSL, WORD_STARTTLS, WORD_STLS, WORD_SUBMISSION, WORD_SUPPORTED,
  WORD_SYNTAX, WORD_TLS, WORD_UNKNOWN, WORD_UNRECOGNIZED, WORD_UNSUPPORTED, WORD_USE,
} from "./word";

/** Class and subject of the enhanced codes that concern security, read little endian: ".7.". */
const SECURITY: u32 = 0x2e372e;
/** 465, 993 and 995 as words: another port, where TLS comes first. */
const PORT_465: u64 = 0x353634;
const PORT_993: u64 = 0x333939;
const PORT_995: u64 = 0x353939;
/** A shorter command's letters are those of many words: only a mask in its place is an echo. */
const QUOTED_SIZE_MIN: u32 = 8;

/** What was found among the words of a text. */
const SAYS_TLS: u32 = 1;
const SAYS_DEMAND: u32 = 2;
const SAYS_ELSEWHERE: u32 = 4;
const SAYS_DENIAL: u32 = 8;

export class Refusal {
  /** The words ask for TLS of this session: not at another port, of another server, or as a thing not advertised. */
  static demandsTls(at: usize, end: usize): bool {
    return (Refusal.says(at, end) & (SAYS_TLS | SAYS_DEMAND | SAYS_ELSEWHERE)) == (SAYS_TLS | SAYS_DEMAND);
  }

  /** The words send to another port or server, or to nothing at all. */
  static pointsElsewhere(at: usize, end: usize): bool { return (Refusal.says(at, end) & SAYS_ELSEWHERE) != 0; }

  /** The words deny that there is such a command. */
  static denies(at: usize, end: usize): bool { return (Refusal.says(at, end) & SAYS_DENIAL) != 0; }

  /** Address behind an enhanced status code at the start of the text; the text's own where there is none. */
  static behindCode(at: usize, end: usize): usize {
    if (at + 5 > end || !Word.isDigit(load<u8>(at)) || <u32>load<u8>(at, 1) != DOT) return at;
    let dots: u32 = 0;
    let behind = at;
    while (behind < end && (Word.isDigit(load<u8>(behind)) || <u32>load<u8>(behind) == DOT)) { // at most the kept text
      if (<u32>load<u8>(behind++) == DOT) dots++;
    }
    return dots == 2 && (behind == end || <u32>load<u8>(behind) == SPACE) ? behind : at;
  }

  /** True when the text begins with no enhanced code, or with one about encryption: X.7.0, X.7.3, X.7.10, X.7.11. */
  static mayConcernTls(at: usize, end: usize): bool {
    const behind = Refusal.behindCode(at, end);
    if (behind == at) return true;
    if ((load<u32>(at, 1) & 0xffffff) != SECURITY) return false;
    const detail = Word.of(at + 4, <u32>(behind - at) - 4);
    return detail == 0x30 || detail == 0x33 || detail == 0x3031 || detail == 0x3131;
  }

  /**
   * True when the server quotes in the command's place what was not sent: another word of its length, or for
   * short commands a mask. `size` 0: the command is not known, any mask counts. The place is within quotes, behind
   * a colon, the word "command" or one that denies it, or the start of the text.
   */
  static echoes(at: usize, end: usize, command: u64, size: u32): bool {
    at = Word.skip(Refusal.behindCode(at, end), end);
    let placed = true;
    let quoted = false;
    for (let turn: u32 = 0; turn < LINE_KEPT_MAX && at < end; turn++) { // at least one octet a turn
      const octet = <u32>load<u8>(at);
      if (octet == QUOTE || octet == APOSTROPHE || octet == SPACE || octet == COLON) {
        if (octet != SPACE) placed = true;
        quoted = octet == QUOTE || octet == APOSTROPHE;
        at++;
        continue;
      }
      let behind = at;
      while (behind < end && !Refusal.endsQuote(load<u8>(behind))) behind++; // at most the kept text
      const length = <u32>(behind - at);
      if (placed && Refusal.isOther(at, length, command, size, quoted)) return true;
      placed = Word.of(at, length) == WORD_COMMAND || Refusal.means(Word.of(at, length), length) == SAYS_DENIAL;
      at = behind;
    }
    return false;
  }

  private static isOther(at: usize, length: u32, command: u64, size: u32, quoted: bool): bool {
    if (!size) return Mask.isKnown(at, length);
    if (length > size && Mask.isKnown(at, length)) return true; // the whole line was covered
    if (length != size || Word.of(at, length) == command) return false;
    return Mask.covers(at, length) || (quoted && size >= QUOTED_SIZE_MIN);
  }

  @inline private static endsQuote(octet: u32): bool {
    return octet == SPACE || octet == QUOTE || octet == APOSTROPHE || octet == COLON;
  }

  private static says(at: usize, end: usize): u32 {
    let found: u32 = 0;
    for (let turn: u32 = 0; turn < LINE_KEPT_MAX && at < end; turn++) { // a word, or what parts words, a turn
      let behind = at;
      while (behind < end && Refusal.isOfWord(load<u8>(behind))) behind++; // at most the kept text
      let size = <u32>(behind - at);
      while (size && <u32>load<u8>(at + size - 1) == DOT) size--; // the end of a sentence
      if (size) found |= Refusal.means(Word.of(at, size), size);
      at = behind == at ? at + 1 : behind;
    }
    return found;
  }

  /** Names of hosts and addresses of mail are one word each: nothing is read out of their parts. */
  @inline private static isOfWord(octet: u32): bool {
    return Word.isDigit(octet) || Word.upper(octet) - 0x41 < 26 || octet == MINUS || octet == DOT || octet == AT ||
      octet == UNDERSCORE;
  }

  /** What a whole word means here; longer words are known by their first eight octets. */
  private static means(word: u64, size: u32): u32 {
    if (word == WORD_STARTTLS) return size == 8 ? SAYS_TLS : 0;
    if (word == WORD_STLS || word == WORD_TLS || word == WORD_SSL || word == WORD_ENCRYPTION ||
      word == WORD_ENCRYPTED || word == WORD_NON_SECURE) return SAYS_TLS;
    if (word == WORD_MUST || word == WORD_ISSUE || word == WORD_FIRST || word == WORD_REQUIRE ||
      word == WORD_REQUIRED || word == WORD_REQUIRES || word == WORD_NEED || word == WORD_NEEDED ||
      word == WORD_USE || word == WORD_ONLY || word == WORD_MANDATORY || word == WORD_NECESSARY ||
      word == WORD_DISALLOWED || word == WORD_ALLOWED || word == WORD_PERMITTED) return SAYS_DEMAND;
    if (word == PORT_465 || word == PORT_993 || word == PORT_995 || word == WORD_ADVERTISED || word == WORD_PROVIDER ||
      word == WORD_SUBMISSION) return SAYS_ELSEWHERE;
    if (word == WORD_UNKNOWN || word == WORD_UNRECOGNIZED || word == WORD_RECOGNIZED || word == WORD_RECOGNISED ||
      word == WORD_IMPLEMENTED || word == WORD_UNSUPPORTED || word == WORD_SUPPORTED || word == WORD_SYNTAX) {
      return SAYS_DENIAL;
    }
    return 0;
  }
}
