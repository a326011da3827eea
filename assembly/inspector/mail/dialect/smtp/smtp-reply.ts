// SMTP and LMTP replies to evidence: the list, contradictions, refusals, the go-ahead. Sees complete
// lines without their line ends. RFC 5321 §4.2, RFC 3207 §4, RFC 2034 §4.

import { Family, MailEvidence } from "../../../finding/evidence";
import { Capability } from "../../capability";
import { Pending, PENDING_ARGUMENT, PENDING_X } from "../../pending";
import {
  Phrase, PHRASE_COMMAND_UNRECOGNIZED, PHRASE_ERROR_COMMAND, PHRASE_GO, PHRASE_READY, PHRASE_START, PHRASE_TLS,
} from "../../phrase";
import { Mode } from "../../row";
import { OpenList } from "./open-list";
import { Smtp } from "./smtp";
import { SmtpDialog } from "./state";
import { Verb } from "./verb";
import { Upgrade } from "../../upgrade";
import { Refusal } from "../../refusal";
import { Word, WORD_AUTH, WORD_EHLO, WORD_STARTTLS } from "../../word";
import { MINUS } from "../../../wire/ascii";

/** Size of the word OK. */
const OK_SIZE: u32 = 2;

export class SmtpReply {
  /** Reply code of the line, 0 when it is none. */
  private static code(at: usize, end: usize): u32 {
    if (at + 3 > end) return 0;
    const first = <u32>load<u8>(at) - 0x30;
    const second = <u32>load<u8>(at, 1) - 0x30;
    const third = <u32>load<u8>(at, 2) - 0x30;
    if (first < 2 || first > 5 || second > 9 || third > 9) return 0;
    return first * 100 + second * 10 + third;
  }

  /** A complete line of the server. */
  static reply(dialog: SmtpDialog, at: usize, end: usize): void {
    const code = SmtpReply.code(at, end);
    if (!code) {
      if (OpenList.isOpen(dialog)) dialog.seen.mark(MailEvidence.CapHole);
      return;
    }
    Upgrade.wentOn(dialog, false, false);
    if (dialog.server.mode == Mode.Lost) return;
    const separator = at + 3 < end ? <u32>load<u8>(at, 3) : 0;
    const more = separator == MINUS;
    const text = more || Word.isBlank(separator) ? at + 4 : at + 3;
    if (!dialog.replyOpen) SmtpReply.open(dialog, code, text, end);
    dialog.replyCode = <u16>code;
    const verb = <u32>dialog.replyVerb;
    const opened = verb == Verb.Ehlo && dialog.replyLine != 0 && dialog.seen.listBegun != 0;
    if (verb == Verb.Ehlo && code == 250) SmtpReply.listLine(dialog, text, end, separator != 0, more);
    else if (verb == Verb.Greeting && dialog.replyLine == 0 && !dialog.hidesBanner) {
      dialog.greetingLength = <u8>Capability.host(text, end, dialog.greeting);
    }
    else if (opened && code < 400) Capability.mangle(dialog); // mail programs read lines of 250 only
    if (code >= 400) SmtpReply.refusal(dialog, verb, code, text, end);
    if (dialog.replyLine != 0xffff) dialog.replyLine++;
    dialog.replyOpen = more ? 1 : 0;
    if (!more) SmtpReply.finish(dialog, verb, code, text, end);
  }

  /** First line of a reply: whose reply is it. */
  private static open(dialog: SmtpDialog, code: u32, text: usize, end: usize): void {
    const pending = Pending.at(dialog.pending);
    const seen = dialog.seen;
    dialog.replyLine = 0;
    dialog.replyFlags = <u8>pending.frontFlags;
    if (!dialog.greeted) {
      dialog.greeted = 1;
      const early = pending.front; // a client that did not wait, or a connection joined late
      const asked = early == Verb.Starttls && !dialog.fromStart;
      if (!asked && (code == 220 || (code >= 400 && (dialog.fromStart || early == Verb.None)))) {
        dialog.replyVerb = Verb.Greeting;
        return;
      }
    }
    dialog.replyVerb = <u8>pending.front;
    if (code == 220 && (pending.front == Verb.Ehlo || pending.front == Verb.Helo)) { // it greets once more
      dialog.replyVerb = Verb.Greeting;
      return;
    }
    if (pending.front != Verb.None || seen.clientSeen) return;
    // The client is out of sight: its commands are guessed from the answers.
    if (code == 250 && !seen.listBegun && dialog.welcomed) dialog.replyVerb = Verb.Ehlo;
    else if (code == 220 && SmtpReply.readsLikeGo(text, end)) dialog.replyVerb = Verb.Starttls;
  }

  private static readsLikeGo(at: usize, end: usize): bool {
    return Phrase.has(at, end, PHRASE_TLS) || Phrase.has(at, end, PHRASE_START) ||
      Phrase.has(at, end, PHRASE_READY) || Phrase.has(at, end, PHRASE_GO);
  }

  /** One line of an EHLO reply: the server's name, then keywords. */
  private static listLine(dialog: SmtpDialog, at: usize, end: usize, separated: bool, more: bool): void {
    const seen = dialog.seen;
    if (dialog.replyLine == 0) {
      // Heard alone, a single line may as well answer HELO.
      if (!more && !seen.clientSeen) { dialog.replyVerb = Verb.Helo; return; }
      Capability.begin(dialog);
      seen.listAsked = seen.clientSeen;
      if (dialog.doubtful) seen.listBroken = 1;
      SmtpReply.compareHosts(dialog, at, end);
      // A real server says it in its first line.
      if (Capability.isKey(dialog, at, <u32>(end - at))) Capability.offer(dialog);
      return;
    }
    if (seen.listBroken) return;
    const blanks = <u32>(end - at);
    const padding = <u32>(dialog.server.text + dialog.server.kept - end);
    if (Word.skip(at, end) < end) {
      Capability.entry(dialog, at, end);
      Capability.pad(dialog, at, end, padding);
      // Some servers end their list with an empty line. Behind the last one nothing can be cut out but the last word.
    } else if (separated && (more || blanks >= <u32>dialog.traits.keywordSize)) seen.mark(MailEvidence.CapHole);
  }

  /** Does the list's first line name another host than the greeting. */
  private static compareHosts(dialog: SmtpDialog, at: usize, end: usize): void {
    const size = Capability.host(at, end, dialog.ehloHost);
    const greeting = <u32>dialog.greetingLength;
    dialog.ehloHostLength = <u8>size;
    if (!size || !greeting || dialog.doubtful) return;
    let same = size == greeting;
    for (let index: u32 = 0; same && index < size; index++) {
      same = Word.lower(load<u8>(dialog.ehloHost + index)) == Word.lower(load<u8>(dialog.greeting + index));
    }
    if (!same) dialog.seen.mark(MailEvidence.BannerMismatch);
  }

  /** A line that says no: does it contradict what was offered, or quote what was not sent. */
  private static refusal(dialog: SmtpDialog, verb: u32, code: u32, at: usize, end: usize): void {
    const seen = dialog.seen;
    if (Phrase.has(at, end, PHRASE_ERROR_COMMAND)) dialog.family = <u8>Family.Postfix;
    else if (Phrase.has(at, end, PHRASE_COMMAND_UNRECOGNIZED)) dialog.family = <u8>Family.Sendmail;
    const asked = verb != Verb.Starttls && SmtpReply.demands(code, at, end);
    if (asked && seen.offerMissing) seen.mark(MailEvidence.TlsDemanded);
    if (code < 500 || dialog.doubtful || (dialog.replyFlags & PENDING_X) != 0) return;
    if (SmtpReply.echoes(dialog, verb, code, at, end)) seen.mark(MailEvidence.EchoMasked);
  }

  /** A code that servers ask for encryption with, the enhanced code where there is one, and words that say so. */
  private static demands(code: u32, at: usize, end: usize): bool {
    switch (code) {
      case 451: case 454: case 523: case 530: case 538: case 550:
        return Refusal.mayConcernTls(at, end) && Refusal.demandsTls(at, end);
      default: return false;
    }
  }

  /** A mask concerns commands the box does not know; other replies may quote addresses and tickets. */
  private static echoes(dialog: SmtpDialog, verb: u32, code: u32, at: usize, end: usize): bool {
    if (verb == Verb.Starttls) return Refusal.echoes(at, end, WORD_STARTTLS, 8);
    if (code != 500 && code != 502 && code != 504) return false; // the verb was understood
    if (verb == Verb.Ehlo) return Refusal.echoes(at, end, WORD_EHLO, 4);
    if (verb == Verb.Auth) return Refusal.echoes(at, end, WORD_AUTH, 4);
    const unknown = verb == Verb.Other || verb == Verb.Xclient || (verb == Verb.None && !dialog.seen.clientSeen);
    return unknown && Refusal.echoes(at, end, 0, 0);
  }

  /** Last line of a reply. */
  private static finish(dialog: SmtpDialog, verb: u32, code: u32, text: usize, end: usize): void {
    const seen = dialog.seen;
    const pending = Pending.at(dialog.pending);
    const flags = <u32>dialog.replyFlags;
    if (seen.serverReplies != 0xffff) seen.serverReplies++;
    if (verb == Verb.Greeting) { SmtpReply.greeting(dialog, code); return; }
    if (pending.front == verb) pending.pop();
    if (dialog.client.gap && (code == 250 || code >= 400)) {
      dialog.client.gap = 0; // the body whose end was lost is over
      dialog.client.mode = Mode.Line;
    }
    switch (verb) {
      case Verb.Ehlo: SmtpReply.list(dialog, code, text, end); break;
      case Verb.Helo:
        SmtpReply.goesOn(dialog, code);
        break;
      case Verb.Starttls: SmtpReply.answer(dialog, code, flags, text, end); break;
      case Verb.Data:
        Smtp.answersData(dialog, code);
        break;
      case Verb.Exchange:
        if (code == 354 && dialog.exchange) {
          dialog.client.skip = dialog.exchange;
          dialog.client.mode = Mode.Skip;
          dialog.scrub = 1;
        }
        break;
      case Verb.Mail:
        SmtpReply.goesOn(dialog, code);
        if (code == 250) dialog.transaction = 1;
        break;
      case Verb.Rcpt: if (code == 250 && dialog.recipients != 31) dialog.recipients++; break;
      case Verb.Rset: case Verb.Dot: dialog.transaction = 0; break;
      case Verb.Xclient: if (code == 220) SmtpReply.startAnew(dialog); break;
      case Verb.Other: if (dialog.firstMasked == 1 && code >= 400) dialog.firstMasked = 2; break;
    }
    if (dialog.authOpen && code != 334 && pending.front != Verb.AuthResponse && verb != Verb.None) {
      if (verb == Verb.Auth || verb == Verb.AuthResponse) {
        dialog.authOpen = 0;
        if (code == 235) dialog.authenticated = 1;
        if (!dialog.doubtful) seen.answerAuth(code == 235);
      }
    } else if (dialog.authOpen && code != 334 && verb == Verb.None) dialog.authOpen = 0;
  }

  /** The session goes on without the list that was asked for. */
  private static goesOn(dialog: SmtpDialog, code: u32): void {
    const seen = dialog.seen;
    const denied = seen.listDenied != 0 && !seen.has(MailEvidence.EhloNooped);
    if (code == 250 && denied && !dialog.doubtful) seen.mark(MailEvidence.EhloDenied);
  }

  private static greeting(dialog: SmtpDialog, code: u32): void {
    const seen = dialog.seen;
    if (code != 220) { seen.refused = 1; return; }
    dialog.welcomed = 1;
    if (dialog.hidesBanner) seen.mark(MailEvidence.BannerMasked);
  }

  /** The reply to EHLO is complete. */
  private static list(dialog: SmtpDialog, code: u32, text: usize, end: usize): void {
    const seen = dialog.seen;
    seen.ehloReply = <u16>code;
    if (code >= 400) { seen.listDenied = 1; return; }
    if (code != 250 && !seen.listBegun && code < 300) { seen.listDenied = 1; return; } // a yes that lists nothing
    if (code >= 300) { dialog.doubtful = 1; return; } // no reply to EHLO: commands and replies do not match
    if (!seen.listBegun) return;
    if (dialog.replyLine == 1 && seen.clientSeen != 0 && !dialog.doubtful && SmtpReply.saysOk(text, end)) {
      seen.mark(MailEvidence.EhloNooped);
      seen.listBegun = 0;
      seen.listDenied = 1;
      return;
    }
    seen.listDenied = 0;
    seen.refused = 0; // whatever the greeting's code was: the server goes on
    dialog.afterList = 1;
    Capability.close(dialog);
  }

  /** `2.0.0 Ok` or `ok` at the start: what a server says to NOOP. */
  private static saysOk(at: usize, end: usize): bool {
    if (at + 6 <= end && load<u32>(at) == 0x2e302e32 && load<u16>(at, 4) == 0x2030) at += 6; // "2.0.0 "
    if (at + OK_SIZE > end || Word.of(at, OK_SIZE) != 0x4b4f) return false;
    if (at + OK_SIZE == end) return true;
    const octet = <u32>load<u8>(at, 2);
    return !Word.isDigit(octet) && Word.upper(octet) - 0x41 >= 26 && octet != 0x5f;
  }

  /** The answer to STARTTLS. RFC 3207 §4: 220, 501, 454. */
  private static answer(dialog: SmtpDialog, code: u32, flags: u32, at: usize, end: usize): void {
    const seen = dialog.seen;
    seen.starttlsReply = <u16>code;
    if (code == 220) { Upgrade.granted(dialog); return; }
    Upgrade.refused(dialog);
    if ((flags & PENDING_ARGUMENT) != 0 || dialog.doubtful) return;
    if (code < 400) seen.mark(MailEvidence.StarttlsOdd);
    if (code < 400 || !seen.offered) return; // asked without an offer: a probe
    if (code < 500) { seen.mark(MailEvidence.StarttlsTemp); return; }
    switch (code) {
      case 503:
        if (dialog.transaction) break; // in the middle of a mail: the client's mistake
        seen.mark(MailEvidence.StarttlsUnknown);
        break;
      case 500: case 502: case 504: seen.mark(MailEvidence.StarttlsUnknown); break;
      case 550: case 554: // a policy, or a command that does not exist: the words tell
        seen.mark(Refusal.denies(at, end) ? MailEvidence.StarttlsUnknown : MailEvidence.StarttlsTemp);
        break;
      default: seen.mark(MailEvidence.StarttlsOdd);
    }
  }

  /** XCLIENT: the session begins again, with another list. */
  private static startAnew(dialog: SmtpDialog): void {
    const seen = dialog.seen;
    seen.listBegun = 0;
    seen.listClosed = 0;
    seen.listAsked = 0;
    seen.offered = 0;
    seen.lacked = 0;
  }
}
