// IMAP before the login: commands and responses to evidence. Sees complete lines without their line
// ends; literals were skipped, capability tokens were read on the way. RFC 3501 §6.1, §6.2, §7.1, §7.2.

import { AuthLevel, MailEvidence } from "../../../finding/evidence";
import { Auth } from "../../auth";
import { Mask } from "../../mask";
import { Phrase, PHRASE_ALERT, PHRASE_REFERRAL } from "../../phrase";
import { Mode, Wait } from "../../row";
import { Refusal } from "../../refusal";
import { Upgrade } from "../../upgrade";
import { CapabilityTokens } from "./capability-tokens";
import { ImapDialog } from "./state";
import {
  Word, WORD_AUTHENTICATE, WORD_BAD, WORD_BYE, WORD_CAPABILITY, WORD_EXAMINE, WORD_FETCH, WORD_ID,
  WORD_LOGIN, WORD_LOGOUT, WORD_NO, WORD_NOOP, WORD_OK, WORD_PREAUTH, WORD_PRIVACY, WORD_SELECT,
  WORD_STARTTLS, WORD_UID, WORD_X8,
} from "../../word";
import { BRACKET_OPEN, PLUS, STAR } from "../../../wire/ascii";

/** Octets of PRIVACYREQUIRED. */
const PRIVACY_SIZE: u32 = 15;
const CAPABILITY_SIZE: u32 = 10;
const AUTHENTICATE_SIZE: u32 = 12;

export class Imap {
  /** A complete command or continuation of the client. False when it means nothing here. */
  static command(dialog: ImapDialog, at: usize, end: usize): bool {
    const seen = dialog.seen;
    const client = dialog.client;
    if (seen.clientLines != 0xffff) seen.clientLines++;
    if (dialog.authOpen) { Auth.line(dialog); return true; }
    at = Word.skip(at, end);
    const tagSize = Word.size(at, end);
    const verbAt = Word.skip(at + tagSize, end);
    const size = Word.size(verbAt, end);
    if (!size) return false; // DONE, or octets that are no command
    const tag = Word.hash(at, tagSize);
    const word = Word.of(verbAt, size);
    dialog.commandTag = tag;
    Upgrade.wentOn(dialog, true, word == WORD_CAPABILITY);
    if (word == WORD_LOGOUT) dialog.quit();
    dialog.afterList = 0;
    if (word == WORD_STARTTLS && size == 8) {
      dialog.upgradeTag = tag;
      // Whoever answers before he is asked guessed the tag, so that the client takes it for the go-ahead.
      if (tag == dialog.strayTag) seen.mark(MailEvidence.InjectS2c);
      Upgrade.asked(dialog, client.arguments != 0);
    } else if (word == WORD_LOGIN) {
      dialog.authTag = tag;
      dialog.scrub = 1;
      if (client.hidden) seen.markAuth(AuthLevel.Reusable);
    } else if (word == WORD_AUTHENTICATE && size == AUTHENTICATE_SIZE) {
      dialog.authTag = tag;
      Auth.begin(dialog, verbAt + size, end);
    } else if (word == WORD_SELECT || word == WORD_EXAMINE) {
      dialog.selected = 1;
    } else if (dialog.selected && Imap.fetches(word, verbAt + size, end)) {
      dialog.fetchTag = tag;
    }
    if (!Mask.isKnown(verbAt, size)) return true;
    seen.mark(size == 8 && word == WORD_X8 && seen.listClosed ? MailEvidence.CmdMasked : MailEvidence.CmdOdd);
    return true;
  }

  /** FETCH, or UID FETCH with the second word at `at`. */
  private static fetches(word: u64, at: usize, end: usize): bool {
    if (word == WORD_FETCH) return true;
    at = Word.skip(at, end);
    return word == WORD_UID && Word.of(at, Word.size(at, end)) == WORD_FETCH;
  }

  /** Commands that tell an IMAP client on an unusual port. */
  static confirms(word: u64, size: u32): bool {
    return word == WORD_LOGIN || word == WORD_STARTTLS || word == WORD_ID || word == WORD_NOOP || word == WORD_LOGOUT ||
      (word == WORD_CAPABILITY && size == CAPABILITY_SIZE) || (word == WORD_AUTHENTICATE && size == AUTHENTICATE_SIZE);
  }

  /** A complete response of the server. */
  static reply(dialog: ImapDialog, at: usize, end: usize): void {
    const seen = dialog.seen;
    CapabilityTokens.lineEnds(dialog);
    if (at >= end) return;
    const first = <u32>load<u8>(at);
    const tagSize = Word.size(at, end);
    const wordAt = Word.skip(at + tagSize, end);
    const size = Word.size(wordAt, end);
    const word = Word.of(wordAt, size);
    if (first == PLUS) {
      if (dialog.client.wait == Wait.Asked && !dialog.doubtful) seen.mark(MailEvidence.StarttlsOdd);
      return;
    }
    if (seen.serverReplies != 0xffff) seen.serverReplies++;
    Upgrade.wentOn(dialog, false, false);
    if (dialog.server.mode == Mode.Lost) return;
    const status = word == WORD_OK || word == WORD_NO || word == WORD_BAD;
    if ((status || word == WORD_BYE || word == WORD_PREAUTH) && Phrase.has(wordAt, end, PHRASE_REFERRAL)) {
      seen.mark(MailEvidence.Referral);
    }
    if (first == STAR && tagSize == 1) Imap.untagged(dialog, word, wordAt, end);
    else if (status) Imap.tagged(dialog, Word.hash(at, tagSize), word, wordAt, end);
  }

  private static untagged(dialog: ImapDialog, word: u64, at: usize, end: usize): void {
    const seen = dialog.seen;
    if (!dialog.greeted) {
      dialog.greeted = 1;
      if (word == WORD_OK) dialog.welcomed = 1;
      else if (word == WORD_BYE) seen.refused = 1;
      else if (word == WORD_PREAUTH) {
        seen.mark(MailEvidence.Preauth);
        dialog.authenticated = 1;
      }
      return;
    }
    if (dialog.client.wait != Wait.Asked || dialog.doubtful) return;
    if (word == WORD_CAPABILITY || word == WORD_BYE) return;
    if (word != WORD_OK || Phrase.has(at, end, PHRASE_ALERT)) seen.mark(MailEvidence.PretlsData);
  }

  private static tagged(dialog: ImapDialog, tag: u32, word: u64, at: usize, end: usize): void {
    const seen = dialog.seen;
    const client = dialog.client;
    if (client.mode == Mode.Skip && client.untouched && tag == dialog.commandTag) {
      client.mode = Mode.Line; // the server did not want the literal
      client.skip = 0;
      client.clear();
    }
    if (seen.clientLines == 0) dialog.strayTag = tag;
    if (tag == dialog.upgradeTag && client.wait == Wait.Asked) {
      dialog.upgradeTag = 0;
      if (word == WORD_OK) Upgrade.granted(dialog);
      else {
        Upgrade.refused(dialog);
        Imap.refusesUpgrade(dialog, word, Word.skip(at + Word.size(at, end), end), end);
      }
    }
    if (tag == dialog.authTag) {
      dialog.authTag = 0;
      dialog.authOpen = 0;
      if (word == WORD_OK) dialog.authenticated = 1;
      seen.answerAuth(word == WORD_OK);
    }
    if (word == WORD_OK && dialog.fetchTag != 0 && tag == dialog.fetchTag) seen.mark(MailEvidence.ClearRead);
    if (word == WORD_OK || !seen.offerMissing) return;
    if (Imap.demands(Word.skip(at + Word.size(at, end), end), end)) seen.mark(MailEvidence.TlsDemanded);
  }

  /** [PRIVACYREQUIRED] behind the status, or without a code the words; not where they send to another port. */
  private static demands(at: usize, end: usize): bool {
    if (at >= end || <u32>load<u8>(at) != BRACKET_OPEN) return Refusal.demandsTls(at, end);
    const size = Word.size(at, end);
    const required = size == PRIVACY_SIZE + 2 && Word.of(at + 1, PRIVACY_SIZE) == WORD_PRIVACY;
    return required && !Refusal.pointsElsewhere(at + size, end);
  }

  /** The upgrade was refused: as an unknown command, or for a reason the server gives. RFC 3501 §7.1.2, §7.1.3. */
  private static refusesUpgrade(dialog: ImapDialog, status: u64, at: usize, end: usize): void {
    const seen = dialog.seen;
    if (dialog.upgradeArgument || dialog.doubtful) return;
    if (Refusal.echoes(at, end, WORD_STARTTLS, 8)) seen.mark(MailEvidence.EchoMasked);
    if (!seen.offered) return;
    const unknown = status == WORD_BAD || Refusal.denies(at, end);
    seen.mark(unknown ? MailEvidence.StarttlsUnknown : MailEvidence.StarttlsTemp);
  }
}
