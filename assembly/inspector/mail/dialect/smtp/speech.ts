// SMTP and LMTP as dispatch.ts asks for them.

import { MailEvidence } from "../../../finding/evidence";
import { Pending } from "../../pending";
import { Word, WORD_AUTH, WORD_BDAT, WORD_PROXY, WORD_XEXCH50 } from "../../word";
import { Claim, List } from "../answers";
import { OpenList } from "./open-list";
import { Smtp } from "./smtp";
import { SmtpReply } from "./smtp-reply";
import { SmtpDialog } from "./state";
import { Verb } from "./verb";
import { CR, DIGIT_0, DIGIT_2, DIGIT_4, MINUS, SPACE, STAR } from "../../../wire/ascii";

/** Code and separator before the text of a reply. */
const REPLY_TEXT: u32 = 4;

/** What is zeroed in the frame: what follows the host's name, where the client is greeted by its own;
 *  the whole text, which may quote an address. */
const VEIL_NAME: u8 = 1;
const VEIL_TEXT: u8 = 2;

@final @unmanaged
export class SmtpSpeech extends SmtpDialog {
  command(at: usize, end: usize): bool { return Smtp.command(this, at, end); }
  reply(at: usize, end: usize): void { SmtpReply.reply(this, at, end); }

  /** EHLO and HELO are nobody else's; a line of a proxy may stand before them. */
  claims(at: usize, end: usize): Claim {
    at = Word.skip(at, end);
    const size = Word.size(at, end);
    const word = Word.of(at, size);
    if (word == WORD_PROXY && this.seen.clientLines == 0) return Claim.Later;
    const verb = Smtp.verb(word, size);
    return verb == Verb.Ehlo || verb == Verb.Helo ? Claim.Yes : Claim.No;
  }

  keeps(): bool {
    const client = this.client;
    const text = client.text;
    const word = Word.of(text, Word.size(text, text + client.kept));
    if (word == WORD_BDAT || word == WORD_XEXCH50) return true;
    return client.blanks == 1 && word == WORD_AUTH;
  }

  /** Whose reply begins, and may it name somebody. */
  begins(): void {
    if (!this.greeted) return;
    const front = Pending.at(this.pending).front;
    const alone = this.seen.clientSeen == 0;
    if (front == Verb.Mail || front == Verb.Rcpt || front == Verb.Verify) this.veil = VEIL_TEXT;
    else if (!this.replyOpen && (alone || front == Verb.Ehlo || front == Verb.Helo)) this.veil = VEIL_NAME;
  }

  /** Replies that say yes may quote. */
  veils(length: u32, octet: u32): bool {
    if (length < REPLY_TEXT - 1) return false;
    const yes = <u32>load<u8>(this.server.text) == DIGIT_2;
    if (this.veil == VEIL_NAME) return yes && octet == SPACE && length > REPLY_TEXT;
    return yes || Pending.at(this.pending).front != Verb.Mail;
  }

  /** A banner of stars, 2, 0 and blanks hides its text. */
  watch(length: u32, octet: u32): void {
    if (this.greeted && !(this.replyOpen && this.replyVerb == Verb.Greeting)) { this.watching = 0; return; }
    if (length + 1 < REPLY_TEXT) return;
    if (octet == STAR) { if (this.stars != 0xffff) this.stars++; return; }
    if (length + 1 == REPLY_TEXT && octet == MINUS) return;
    if (octet != DIGIT_2 && octet != DIGIT_0 && octet != SPACE && octet != CR && this.bannerText != 255) {
      this.bannerText++;
    }
  }

  continues(fromClient: bool): void {} // no literals

  refuses(at: usize, end: usize): bool {
    const first = <u32>load<u8>(at);
    return first == DIGIT_4 || first == DIGIT_4 + 1;
  }

  bodyEnds(): void { Smtp.dataEnd(this); }

  list(): List {
    if (OpenList.isOpen(this)) return List.Open;
    return OpenList.isAwaited(this) ? List.Awaited : List.None;
  }
  dropList(): void { OpenList.drop(this); }

  /** A server answers only what it was asked: the list goes on behind the hole when nothing else waits. */
  missing(fromClient: bool, waiting: u32): void {
    if (<u32>this.replyVerb != Verb.Ehlo || waiting > 1 || !this.seen.clientSeen) this.replyOpen = 0;
  }

  ends(): void {
    if (this.firstMasked) this.seen.mark(MailEvidence.CmdOdd);
    this.firstMasked = 0;
  }
}
