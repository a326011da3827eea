// IMAP capability lists, token by token as the octets come: such lines are longer than what is kept
// of a line. RFC 3501 §7.1 (response code CAPABILITY), §7.2.1.

import { MailEvidence } from "../../../finding/evidence";
import { LINE_KEPT_MAX } from "../../../limits";
import { Capability } from "../../capability";
import { Side, TOKEN_SIZE, Wait } from "../../row";
import { WORD_CAPABILITY, WORD_PREAUTH, Word } from "../../word";
import { ImapDialog } from "./state";
import { BRACE_OPEN, BRACKET_CLOSE, BRACKET_OPEN, CR, QUOTE, SPACE, STAR } from "../../../wire/ascii";

/** Octets of CAPABILITY. */
const CAPABILITY_SIZE: u32 = 10;

export class CapabilityTokens {
  /** IMAP: tokens of a capability list as they come; such lines are longer than what is kept. */
  static take(dialog: ImapDialog, octet: u32): void {
    const side = dialog.server;
    const state = <u32>dialog.capability;
    const blank = Word.isBlank(octet);
    if (state == 0) {
      if (blank && CapabilityTokens.beginsList(side)) {
        const counts = CapabilityTokens.counts(dialog) && !side.resync;
        dialog.capability = counts ? 1 : 2;
        dialog.hollow = 0;
        if (counts) Capability.begin(dialog);
      }
      return;
    }
    if (state == 2) return;
    if (blank && dialog.tokenLength == 0) dialog.hollow = 1; // a hole if another word follows
    if (blank || octet == BRACKET_CLOSE || octet == CR) {
      CapabilityTokens.flushToken(dialog);
      if (octet == BRACKET_CLOSE) CapabilityTokens.endList(dialog);
      return;
    }
    const size = <u32>dialog.tokenLength;
    if (size < TOKEN_SIZE) { store<u8>(dialog.token + size, octet); dialog.tokenLength = <u8>(size + 1); }
  }

  private static flushToken(dialog: ImapDialog): void {
    const size = <u32>dialog.tokenLength;
    if (!size) return;
    if (dialog.hollow) dialog.seen.mark(MailEvidence.CapHole);
    dialog.hollow = 0;
    const first = <u32>load<u8>(dialog.token);
    if (first == QUOTE || first == BRACE_OPEN) Capability.mangle(dialog); // RFC 3501 §9: capabilities are atoms
    Capability.entry(dialog, dialog.token, dialog.token + size);
    memory.fill(dialog.token, 0, size);
    dialog.tokenLength = 0;
  }

  /** The line is over, and with it a list that no bracket ended. */
  static lineEnds(dialog: ImapDialog): void {
    if (<u32>dialog.capability == 1) CapabilityTokens.endList(dialog);
    dialog.capability = 0;
  }

  static endList(dialog: ImapDialog): void {
    if (<u32>dialog.capability == 1) {
      CapabilityTokens.flushToken(dialog);
      dialog.seen.listAsked = 1; // volunteered in the greeting, or asked for
      dialog.afterList = 1;
      Capability.close(dialog);
    }
    dialog.capability = 2; // nothing more of this line counts
  }

  /** A list begins in this line of the server; true when it counts: no login or upgrade done or under way. */
  private static counts(dialog: ImapDialog): bool {
    const text = dialog.server.text;
    if (dialog.authenticated || dialog.authTag != 0 || dialog.client.wait != Wait.None || dialog.go) return false;
    if (<u32>load<u8>(text) != STAR) return true;
    return Word.of(text + 2, Word.size(text + 2, text + dialog.server.kept)) != WORD_PREAUTH;
  }

  /** True when the kept text ends with "[CAPABILITY" or is "* CAPABILITY". */
  private static beginsList(side: Side): bool {
    const kept = <u32>side.kept;
    if (kept < CAPABILITY_SIZE + 1 || kept >= LINE_KEPT_MAX) return false;
    const at = side.text + kept - CAPABILITY_SIZE;
    if (Word.of(at, CAPABILITY_SIZE) != WORD_CAPABILITY || Word.upper(load<u8>(at, 8)) != 0x54) return false;
    if (Word.upper(load<u8>(at, 9)) != 0x59) return false;
    const before = <u32>load<u8>(at - 1);
    return before == BRACKET_OPEN ||
      (kept == CAPABILITY_SIZE + 2 && before == SPACE && <u32>load<u8>(side.text) == STAR);
  }
}
