// A capability list as it is read, keyword by keyword: what is offered, what is masked, what is cut
// out. The same for EHLO replies, CAPABILITY and CAPA. RFC 5321 §4.1.1.1, RFC 3501 §7.2.1, RFC 2449 §5.

import { MailEvidence } from "../finding/evidence";
import { HOST_TOKEN_SIZE, OFFERED_SIZE } from "../finding/finding";
import { Dialog, TOKEN_SIZE } from "./row";
import { Word } from "./word";
import { BACKSLASH, SMALL_X } from "../wire/ascii";

const MASK_SIZE_MIN: u32 = 4;
/** A keyword of fewer octets may differ from a real one by as little. */
const MANGLED_SIZE: u32 = 8;
const NO_MASK: u32 = 255;

export class Capability {
  /** A list begins; an earlier one is no longer shown, but what it proved stays. */
  static begin(dialog: Dialog): void {
    memory.fill(dialog.offered, 0, dialog.offeredLength);
    dialog.offeredLength = 0;
    dialog.keywordCount = 0;
    dialog.maskCount = 0;
    dialog.maskIndex = <u8>NO_MASK;
    const seen = dialog.seen;
    seen.listBegun = 1;
    seen.listClosed = 0;
    seen.listBroken = 0;
  }

  /** The list was seen to its end. */
  static close(dialog: Dialog): void {
    dialog.seen.listClosed = 1;
    dialog.head.open = 0;
  }

  /** True when [at, at + size) is the upgrade keyword. */
  static isKey(dialog: Dialog, at: usize, size: u32): bool {
    const word = Word.of(at, size);
    const traits = dialog.traits;
    return (size == <u32>traits.keywordSize && word == traits.keyword) ||
      (size == <u32>traits.otherKeywordSize && word == traits.otherKeyword && size != 0);
  }

  /** One entry of the list, without line end; its first token is the keyword. */
  static entry(dialog: Dialog, at: usize, end: usize): void {
    at = Word.skip(at, end);
    while (end > at && Word.isBlank(load<u8>(end - 1))) end--; // at most LINE_KEPT_MAX octets
    const whole = <u32>(end - at);
    if (!whole) return;
    const size = Word.size(at, end);
    const seen = dialog.seen;
    const masked = Capability.isMask(at, whole) ? whole : Capability.isMask(at, size) ? size : 0;
    if (masked) {
      Capability.mask(dialog, masked);
    } else if (Capability.isKey(dialog, at, size)) {
      seen.offered = 1;
    } else if (size == MANGLED_SIZE && <u32>dialog.traits.keywordSize == size && Capability.nearKey(dialog, at)) {
      seen.mangled = 1;
    }
    Capability.append(dialog, at, size);
  }

  private static mask(dialog: Dialog, size: u32): void {
    const seen = dialog.seen;
    if (size == <u32>dialog.traits.keywordSize) {
      seen.maskKey = 1;
      seen.note(MailEvidence.CapMasked);
      if (<u32>dialog.maskIndex == NO_MASK) dialog.maskIndex = dialog.keywordCount;
    } else {
      seen.maskOther = 1;
      seen.note(MailEvidence.CapMaskedOther);
    }
    if (dialog.maskCount != 255) dialog.maskCount++;
  }

  /** Four or more of one of X x * #, the last one perhaps a counting letter: XXXXXXXA. */
  static isMask(at: usize, size: u32): bool {
    if (size < MASK_SIZE_MIN) return false;
    const first = <u32>load<u8>(at);
    if (first != 0x58 && first != SMALL_X && first != 0x2a && first != 0x23) return false;
    for (let index: u32 = 1; index + 1 < size; index++) {
      if (<u32>load<u8>(at + index) != first) return false;
    }
    const last = <u32>load<u8>(at + size - 1);
    return last == first || last - 0x41 < 26;
  }

  /** Eight octets of which one or two differ from the keyword. No real one does. */
  private static nearKey(dialog: Dialog, at: usize): bool {
    const difference = Word.of(at, MANGLED_SIZE) ^ dialog.traits.keyword;
    let count: u32 = 0;
    for (let shift: u64 = 0; shift < 64; shift += 8) {
      if ((difference >> shift) & 0xff) count++;
    }
    return count == 1 || count == 2;
  }

  /** Adds the keyword to the text that is told. */
  private static append(dialog: Dialog, at: usize, size: u32): void {
    const written = Capability.escape(at, size, dialog.offered + dialog.offeredLength,
      min<u32>(TOKEN_SIZE, OFFERED_SIZE - min<u32>(OFFERED_SIZE, <u32>dialog.offeredLength + 1)), true);
    if (!written || dialog.keywordCount == 255) return;
    const length = <u32>dialog.offeredLength + written;
    store<u8>(dialog.offered + length, 0x20);
    dialog.offeredLength = <u16>(length + 1);
    dialog.keywordCount++;
  }

  /** Copies octets so that a log may hold them: others than 0x21–0x7E as \\xNN, at most `room`; how many it wrote. */
  static escape(at: usize, size: u32, to: usize, room: u32, upper: bool): u32 {
    let written: u32 = 0;
    for (let index: u32 = 0; index < size && index < TOKEN_SIZE; index++) {
      const octet = <u32>load<u8>(at + index);
      if (octet > 0x20 && octet < 0x7f && octet != BACKSLASH) {
        if (written + 1 > room) break;
        store<u8>(to + written, upper ? Word.upper(octet) : octet);
        written++;
        continue;
      }
      if (written + 4 > room) break;
      store<u8>(to + written, BACKSLASH);
      store<u8>(to + written, SMALL_X, 1);
      store<u8>(to + written, Capability.hexDigit(octet >> 4), 2);
      store<u8>(to + written, Capability.hexDigit(octet & 15), 3);
      written += 4;
    }
    return written;
  }

  @inline private static hexDigit(value: u32): u32 { return value < 10 ? 0x30 + value : 0x57 + value; }

  /** First token of [at, end) as a host name for the owner; returns its size. */
  static host(at: usize, end: usize, to: usize): u32 {
    at = Word.skip(at, end);
    return Capability.escape(at, Word.size(at, end), to, HOST_TOKEN_SIZE, false);
  }
}
