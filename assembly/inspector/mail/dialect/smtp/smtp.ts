// SMTP and LMTP commands to evidence. Sees complete lines without their line ends, never the arguments
// of commands that carry names or credentials. RFC 5321 §4.1, RFC 3207 §4, RFC 4954 §4, RFC 3030 §2,
// RFC 2033 §4.

import { MailEvidence } from "../../../finding/evidence";
import { Auth } from "../../auth";
import { Mask } from "../../mask";
import { Pending, PENDING_ARGUMENT, PENDING_X } from "../../pending";
import { Mode } from "../../row";
import { OpenList } from "./open-list";
import { SmtpDialog } from "./state";
import { Upgrade } from "../../upgrade";
import { Verb } from "./verb";
import {
  Word, WORD_ANONYMOUSTLS, WORD_AUTH, WORD_BDAT, WORD_DATA, WORD_EHLO, WORD_ETRN, WORD_EXPN, WORD_HELO,
  WORD_HELP, WORD_LHLO, WORD_MAIL, WORD_NOOP, WORD_PROXY, WORD_QUIT, WORD_RCPT, WORD_RSET, WORD_STARTTLS,
  WORD_VRFY, WORD_X4, WORD_XCLIENT, WORD_XEXCH50, WORD_XFORWARD,
} from "../../word";

const ANONYMOUSTLS_SIZE: u32 = 14;

export class Smtp {
  /** A complete line of the client. False when its words mean nothing here (they are then overwritten). */
  static command(dialog: SmtpDialog, at: usize, end: usize): bool {
    const seen = dialog.seen;
    if (seen.clientLines != 0xffff) seen.clientLines++;
    if (dialog.authOpen) {
      Auth.line(dialog);
      Smtp.push(dialog, Verb.AuthResponse, 0);
      return true;
    }
    at = Word.skip(at, end);
    const size = Word.size(at, end);
    const word = Word.of(at, size);
    if (word == WORD_PROXY && seen.clientLines == 1) { seen.clientLines = 0; return true; }
    const verb = Smtp.verb(word, size);
    if (verb == Verb.Ehlo || verb == Verb.Helo || verb == Verb.Quit) Upgrade.habit(dialog, verb == Verb.Quit);
    else if (dialog.injectFrame) dialog.injectOther = 1;
    Upgrade.wentOn(dialog, true, verb == Verb.Ehlo || verb == Verb.Helo);
    Smtp.unterminated(dialog);
    OpenList.leaveBroken(dialog);
    if (verb == Verb.Quit) dialog.quit();
    dialog.afterList = 0;
    Smtp.masks(dialog, verb, word, at, size);
    const argument = dialog.client.arguments != 0;
    const flags = (argument ? PENDING_ARGUMENT : 0) | (dialog.client.xSeen ? PENDING_X : 0);
    Smtp.act(dialog, verb, word, at + size, end, argument);
    if (verb != Verb.Bdat || dialog.client.mode != Mode.Lost) Smtp.push(dialog, verb, flags);
    return verb != Verb.Other || Mask.isKnown(at, size);
  }

  static verb(word: u64, size: u32): u32 {
    if (word == WORD_EHLO || word == WORD_LHLO) return Verb.Ehlo;
    if (word == WORD_HELO) return Verb.Helo;
    if (word == WORD_STARTTLS) return size == 8 ? Verb.Starttls : Verb.Other;
    if (word == WORD_ANONYMOUSTLS) return size == ANONYMOUSTLS_SIZE ? Verb.Starttls : Verb.Other;
    if (word == WORD_AUTH) return Verb.Auth;
    if (word == WORD_MAIL) return Verb.Mail;
    if (word == WORD_RCPT) return Verb.Rcpt;
    if (word == WORD_DATA) return Verb.Data;
    if (word == WORD_BDAT) return Verb.Bdat;
    if (word == WORD_RSET) return Verb.Rset;
    if (word == WORD_NOOP) return Verb.Noop;
    if (word == WORD_QUIT) return Verb.Quit;
    if (word == WORD_VRFY || word == WORD_EXPN || word == WORD_ETRN) return Verb.Verify;
    if (word == WORD_HELP) return Verb.Help;
    if (word == WORD_XCLIENT) return Verb.Xclient;
    if (word == WORD_XFORWARD) return Verb.Verify;
    if (word == WORD_XEXCH50) return Verb.Exchange;
    return Verb.Other;
  }

  private static push(dialog: SmtpDialog, verb: u32, flags: u32): void {
    const pending = Pending.at(dialog.pending);
    if (pending.push(verb, flags)) return;
    if (dialog.seen.serverSeen) dialog.lose();
    else pending.clear(); // nobody is heard to answer
  }

  /** What a command sets in motion at once. */
  private static act(dialog: SmtpDialog, verb: u32, word: u64, at: usize, end: usize, argument: bool): void {
    const seen = dialog.seen;
    switch (verb) {
      case Verb.Ehlo:
        if (word == WORD_LHLO) dialog.lmtp = 1;
        break;
      case Verb.Starttls: Upgrade.asked(dialog, argument); break;
      case Verb.Auth: Auth.begin(dialog, at, end); break;
      case Verb.Mail: seen.mailBegun = 1; break;
      case Verb.Data:
        // What follows is a body, whether or not the client waits: nothing may be read as commands.
        Smtp.expectBody(dialog);
        if (!seen.serverSeen || dialog.serverHole) seen.mark(MailEvidence.ClearMail);
        break;
      case Verb.Bdat: {
        const size = Word.number(Word.skip(at, end), end);
        if (size == u64.MAX_VALUE) { dialog.lose(); break; }
        dialog.scrub = 1;
        seen.mark(MailEvidence.ClearMail);
        dialog.client.skip = size;
        if (size) dialog.client.mode = Mode.Skip;
        break;
      }
      case Verb.Exchange: {
        const size = Word.number(Word.skip(at, end), end);
        dialog.exchange = size == u64.MAX_VALUE ? 0 : size;
        break;
      }
    }
  }

  /** The octets of a message follow, if the server agrees. */
  private static expectBody(dialog: SmtpDialog): void {
    const client = dialog.client;
    dialog.scrub = 1;
    client.mode = Mode.Body;
    client.dot = 1;
    client.untouched = 1;
  }

  /** The answer to DATA. A refusal that was not waited for leaves a message that the server reads as commands. */
  static answersData(dialog: SmtpDialog, code: u32): void {
    const client = dialog.client;
    if (code == 354) dialog.seen.mark(MailEvidence.ClearMail);
    else if (client.mode == Mode.Body && client.untouched) client.mode = Mode.Line;
    else dialog.doubtful = 1;
  }

  /** Commands that a middlebox overwrote before they reached us. */
  private static masks(dialog: SmtpDialog, verb: u32, word: u64, at: usize, size: u32): void {
    const seen = dialog.seen;
    if (dialog.firstMasked) {
      seen.mark(verb == Verb.Helo && dialog.firstMasked == 2 ? MailEvidence.CmdMasked : MailEvidence.CmdOdd);
      dialog.firstMasked = 0;
    }
    if (verb != Verb.Other || !(Mask.isKnown(at, size) || (size == 8 && Mask.covers(at, size)))) return;
    if (size == 8 && seen.listClosed && !dialog.replyOpen) {
      seen.mark(MailEvidence.CmdMasked);
    } else if (size == 4 && word == WORD_X4 && seen.clientLines == 1 && dialog.client.arguments) {
      dialog.firstMasked = 1;
      seen.note(MailEvidence.CmdMasked);
    } else {
      seen.mark(MailEvidence.CmdOdd);
    }
  }

  /** The client goes on although the list has no last line. */
  private static unterminated(dialog: SmtpDialog): void {
    if (!OpenList.isOpen(dialog) || !dialog.acked || dialog.serverHole) return;
    dialog.seen.mark(MailEvidence.CapUnterminated);
    OpenList.drop(dialog);
  }

  /** The end mark of DATA was reached. */
  static dataEnd(dialog: SmtpDialog): void {
    const count = dialog.lmtp ? max<u32>(1, dialog.recipients) : 1; // RFC 2033 §4.2: a reply for each recipient
    for (let index: u32 = 0; index < count; index++) Smtp.push(dialog, Verb.Dot, 0);
    dialog.recipients = 0;
  }
}
