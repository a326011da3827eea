// A capability list as it is read, keyword by keyword: what is offered, what is masked, what is cut
// out. The same for EHLO replies, CAPABILITY and CAPA. RFC 5321 §4.1.1.1, RFC 3501 §7.2.1, RFC 2449 §5.

import { MailEvidence } from "../finding/evidence";
import { HOST_TOKEN_SIZE, OFFERED_SIZE } from "../finding/finding";
import { Auth } from "./auth";
import { Mask } from "./mask";
import { Dialog, TOKEN_SIZE } from "./row";
import { Word } from "./word";
import { BACKSLASH, SMALL_X } from "../wire/ascii";

/** Octets of a line that was cut out: its keyword and its end. */
const LINE_END_SIZE: u32 = 2;
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
    dialog.listOffers = 0;
    dialog.listMask = 0;
    dialog.listMangled = 0;
    dialog.keyPart = 0;
  }

  /** The list was seen to its end: what it says of the upgrade, for a later one may say something else. */
  static close(dialog: Dialog): void {
    const seen = dialog.seen;
    seen.listClosed = 1;
    seen.marks &= ~(<u64>1 << MailEvidence.CapUnterminated); // it was only slow
    dialog.head.open = 0;
    if (seen.listBroken) return;
    if (dialog.listOffers) return;
    if (dialog.listMask) seen.maskHidden = 1;
    else if (dialog.listMangled) seen.mangledHidden = 1;
    else seen.lacked = 1;
  }

  /** True when [at, at + size) is the upgrade keyword. */
  static isKey(dialog: Dialog, at: usize, size: u32): bool {
    const traits = dialog.traits;
    return size == <u32>traits.keywordSize && Word.of(at, size) == traits.keyword;
  }

  /** The upgrade is offered in this list. */
  static offer(dialog: Dialog): void {
    dialog.listOffers = 1;
    dialog.seen.offered = 1;
  }

  /** A line of the list that mail programs do not read, or a word almost like the keyword. */
  static mangle(dialog: Dialog): void {
    dialog.listMangled = 1;
    dialog.seen.note(MailEvidence.CapMangled);
  }

  /** One entry of the list, without line end; its first token is the keyword. */
  static entry(dialog: Dialog, at: usize, end: usize): void {
    at = Word.skip(at, end);
    while (end > at && Word.isBlank(load<u8>(end - 1))) end--; // at most LINE_KEPT_MAX octets
    const whole = <u32>(end - at);
    if (!whole) return;
    const size = Word.size(at, end);
    const keySize = <u32>dialog.traits.keywordSize;
    const part = <u32>dialog.keyPart;
    dialog.keyPart = 0;
    if (Mask.isKnown(at, whole)) Capability.mask(dialog, at, whole);
    else if (size == keySize && Mask.covers(at, size)) Capability.mask(dialog, at, size);
    else if (Mask.isKnown(at, size)) {
      if (Mask.isOfLetters(at)) Capability.mask(dialog, at, size); // else a row of stars with text around it
    } else if (Capability.isKey(dialog, at, size)) Capability.offer(dialog);
    else Capability.compare(dialog, at, size, end, part);
    Capability.append(dialog, at, size);
  }

  /** A word that is no mask and not the keyword: is it the keyword, spoilt; or mechanisms, of which one is covered. */
  private static compare(dialog: Dialog, at: usize, size: u32, end: usize, part: u32): void {
    const key = dialog.traits.keyword;
    const keySize = <u32>dialog.traits.keywordSize;
    if (Mask.isNear(at, at + size, key, keySize) || Mask.isNear(at, end, key, keySize)) Capability.mangle(dialog);
    if (part && part + size == keySize && Mask.isPart(at, size, key, part)) Capability.mangle(dialog);
    if (size < keySize && Mask.isPart(at, size, key, 0)) dialog.keyPart = <u8>size;
    Auth.weakened(dialog, at, size, end);
  }

  private static mask(dialog: Dialog, at: usize, size: u32): void {
    const seen = dialog.seen;
    if (size == <u32>dialog.traits.keywordSize) {
      dialog.listMask = 1;
      seen.maskKey = 1;
      seen.note(MailEvidence.CapMasked);
      if (<u32>dialog.maskIndex == NO_MASK) dialog.maskIndex = dialog.keywordCount;
    } else {
      seen.maskOther = 1;
      seen.note(MailEvidence.CapMaskedOther);
    }
    if (Mask.isSure(at, size, dialog.maskCount)) seen.maskSure = 1;
    if (dialog.maskCount != 255) dialog.maskCount++;
  }

  /** A line behind whose text blanks or CRs fill the place of a deleted one; `padding` octets of them. */
  static pad(dialog: Dialog, at: usize, end: usize, padding: u32): void {
    while (end > at && Word.isBlank(load<u8>(end - 1))) { end--; padding++; } // at most LINE_KEPT_MAX octets
    if (padding < <u32>dialog.traits.keywordSize + LINE_END_SIZE) return;
    dialog.seen.mark(Auth.isMechanisms(at, end) ? MailEvidence.AuthWeakened : MailEvidence.CapHole);
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
