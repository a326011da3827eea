// Octets of the server to its lines: greeting, replies, lists. What a reply says about the client's
// name is zeroed in the frame as it is passed. RFC 5321 §4.2, RFC 3501 §7, RFC 1939 §3.

import { MailEvidence } from "../finding/evidence";
import { LINE_KEPT_MAX, LINE_LONG, LINE_LOST } from "../limits";
import { CapabilityTokens } from "./capability-tokens";
import { Imap } from "./dialect/imap/imap";
import { Literal } from "./dialect/imap/literal";
import { Pending, Verb } from "./pending";
import { Pop3 } from "./dialect/pop3/pop3";
import { Dialect, Dialog, Side, Wait } from "./row";
import { SmtpReply } from "./dialect/smtp/smtp-reply";
import { Upgrade } from "./upgrade";
import { Word } from "./word";

const LF: u32 = 0x0a;
const CR: u32 = 0x0d;
const STAR: u32 = 0x2a;
const PLUS: u32 = 0x2b;
const MINUS: u32 = 0x2d;
const TWO: u32 = 0x32;
const ZERO: u32 = 0x30;
const BLANK: u32 = 0x20;
/** Code and separator before the text of a reply. */
const REPLY_TEXT: u32 = 4;

/** What is zeroed in the frame: nothing; what follows the host's name, where the client is greeted by its own;
 *  the whole text, which may quote an address. */
const VEIL_NONE: u8 = 0;
const VEIL_NAME: u8 = 1;
const VEIL_TEXT: u8 = 2;

export class ServerLines {
  /** Octets of the server up to the end of a line. */
  static take(dialog: Dialog, side: Side, at: usize, end: usize): usize {
    for (; at < end; at++) {
      const octet = <u32>load<u8>(at);
      if (octet == LF) {
        dialog.head.keep(LF);
        ServerLines.end(dialog, side);
        return at + 1;
      }
      const length = side.length++;
      if (length == 0 && !side.continued) ServerLines.begin(dialog, side, octet);
      const probing = side.wait != Wait.None && length < 3 && !side.continued;
      if (probing && Upgrade.probe(dialog, side, false, octet, length)) return at + 1;
      if (length == LINE_LONG && !dialog.authenticated) dialog.seen.mark(MailEvidence.LineLong);
      if (length == LINE_LOST && dialog.dialect != Dialect.Imap) { dialog.lose(); return at + 1; }
      if (dialog.dialect == Dialect.Imap) {
        Literal.watch(side, octet);
        CapabilityTokens.take(dialog, side, octet);
      } else if (!dialog.greeted) ServerLines.watchBanner(dialog, length, octet);
      if (side.secret) {
        store<u8>(at, 0);
        dialog.head.keep(0);
      } else dialog.head.keep(octet);
      if (dialog.veil && !side.secret && ServerLines.veils(dialog, side, length, octet)) side.secret = 1;
      const kept = <u32>side.kept;
      if (kept < LINE_KEPT_MAX) { store<u8>(side.text + kept, octet); side.kept = <u8>(kept + 1); }
    }
    return at;
  }

  /** A line begins: whose reply is it, and may it name somebody. */
  private static begin(dialog: Dialog, side: Side, octet: u32): void {
    if (!dialog.greeted && !side.resync) ServerLines.choose(dialog, octet);
    dialog.veil = VEIL_NONE;
    if (dialog.dialect != Dialect.Smtp || !dialog.greeted) return;
    const front = Pending.at(dialog.pending).front;
    const alone = dialog.seen.clientSeen == 0;
    if (front == Verb.Mail || front == Verb.Rcpt || front == Verb.Verify) dialog.veil = VEIL_TEXT;
    else if (!dialog.replyOpen && (alone || front == Verb.Ehlo || front == Verb.Helo)) dialog.veil = VEIL_NAME;
  }

  /** True when what follows this octet of a reply is zeroed in the frame: replies that say yes may quote. */
  private static veils(dialog: Dialog, side: Side, length: u32, octet: u32): bool {
    if (length < REPLY_TEXT - 1) return false;
    const yes = <u32>load<u8>(side.text) == TWO;
    if (dialog.veil == VEIL_NAME) return yes && octet == BLANK && length > REPLY_TEXT;
    return yes || Pending.at(dialog.pending).front != Verb.Mail;
  }

  /** What the server's first octet says about the dialect. */
  private static choose(dialog: Dialog, octet: u32): void {
    if (octet == STAR) dialog.dialect = Dialect.Imap;
    else if (octet == PLUS || octet == MINUS) dialog.dialect = Dialect.Pop3;
    else if (Word.isDigit(octet)) dialog.dialect = Dialect.Smtp;
  }

  /** A banner of stars, 2, 0 and blanks hides its text. */
  private static watchBanner(dialog: Dialog, length: u32, octet: u32): void {
    if (length + 1 < REPLY_TEXT) return;
    if (octet == STAR) { if (dialog.stars != 0xffff) dialog.stars++; return; }
    if (length + 1 == REPLY_TEXT && octet == MINUS) return;
    if (octet != TWO && octet != ZERO && octet != BLANK && octet != CR) dialog.bannerText = 1;
  }

  /** The line is over: a line feed was read, or the client has answered without waiting for one. */
  static end(dialog: Dialog, side: Side): void {
    if (<u32>dialog.capability == 1) CapabilityTokens.endList(dialog);
    if (Literal.continues(dialog, side)) return;
    dialog.capability = 0;
    if (side.resync) {
      side.resync = 0;
      side.clear();
      return;
    }
    const text = side.text;
    const end = side.trimmed;
    if (dialog.injectServerFrame) Upgrade.serverLine(dialog, text, end);
    switch (<u32>dialog.dialect) {
      case Dialect.Imap: Imap.reply(dialog, text, end); break;
      case Dialect.Pop3: Pop3.reply(dialog, text, end); break;
      default: SmtpReply.reply(dialog, text, end);
    }
    side.clear();
  }
}
