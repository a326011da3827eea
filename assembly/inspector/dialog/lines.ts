// Octets of one direction, in order, to lines; lines to the dialect. Bodies and literals are passed
// over, credentials are never kept, and what must not stay in memory is zeroed in the frame itself.
// Any cut of the octets into segments gives the same lines. RFC 5321 §2.3.8, RFC 3501 §4.3.

import { Counter, Counters } from "../counters";
import { MailEvidence } from "../evidence/evidence";
import { LINE_KEPT_MAX, LINE_LONG, LINE_LOST } from "../limits";
import { Scan } from "../stream/scan";
import { Capability } from "./capability";
import { Imap } from "./imap";
import { Pending, Verb } from "./pending";
import { Pop3 } from "./pop3";
import { Dialect, Dialog, Mode, Side, TOKEN_SIZE, Wait } from "./row";
import { Smtp } from "./smtp";
import { Upgrade } from "./upgrade";
import { Port } from "./port";
import { Word, WORD_AUTH, WORD_AUTHENTICATE, WORD_BDAT, WORD_CAPABILITY, WORD_LOGIN, WORD_UID, WORD_XEXCH50 } from "./word";

const LF: u32 = 0x0a;
const CR: u32 = 0x0d;
const DOT: u32 = 0x2e;
const STAR: u32 = 0x2a;
const LETTER_X: u32 = 0x58;
const BRACE_OPEN: u32 = 0x7b;
const BRACE_CLOSE: u32 = 0x7d;
const PLUS: u32 = 0x2b;
const MINUS: u32 = 0x2d;
const BRACKET_OPEN: u32 = 0x5b;
const BRACKET_CLOSE: u32 = 0x5d;
const TWO: u32 = 0x32;
const ZERO: u32 = 0x30;
const BLANK: u32 = 0x20;
/** A literal of more is no literal. */
const LITERAL_MAX: u32 = 0x0fffffff;
/** Octets of CAPABILITY. */
const CAPABILITY_SIZE: u32 = 10;
/** Code and separator before the text of a reply. */
const REPLY_TEXT: u32 = 4;

export class Lines {
  /** The next octets of one direction. They are zeroed where nothing may stay of them. */
  static feed(dialog: Dialog, fromClient: bool, at: usize, end: usize): void {
    const side = fromClient ? dialog.client : dialog.server;
    let scrubAt = dialog.scrub ? at : end;
    while (at < end && <u32>side.mode < Mode.Tls) { // every turn consumes at least one octet
      switch (<u32>side.mode) {
        case Mode.Body: at = Lines.body(dialog, side, fromClient, at, end); break;
        case Mode.Skip: at = Lines.pass(side, at, end); break;
        default: at = fromClient ? Lines.client(dialog, side, at, end) : Lines.server(dialog, side, at, end);
      }
      if (dialog.scrub && scrubAt == end) scrubAt = at;
    }
    if (<u32>side.mode == Mode.Tls) end = at; // records hold no clear text
    if (scrubAt < end) memory.fill(scrubAt, 0, end - scrubAt);
  }

  /** A dot-terminated body; returns the address behind what was consumed. RFC 5321 §4.5.2, RFC 1939 §3. */
  private static body(dialog: Dialog, side: Side, fromClient: bool, at: usize, end: usize): usize {
    let dot = <u32>side.dot;
    while (at < end) { // one octet or one line a turn
      if (dot == 0) {
        at = Scan.lineFeed(at, end);
        if (at == end) break;
        at++;
        dot = 1;
        continue;
      }
      const octet = <u32>load<u8>(at++);
      if (octet == LF) {
        if (dot != 1) { // a lone dot
          side.dot = 0;
          side.mode = Mode.Line;
          if (fromClient) Smtp.dataEnd(dialog);
          return at;
        }
      } else if (dot == 1 && octet == DOT) dot = 2;
      else if (dot == 2 && octet == CR) dot = 3;
      else dot = 0;
    }
    side.dot = <u8>dot;
    return at;
  }

  /** A counted number of octets. */
  private static pass(side: Side, at: usize, end: usize): usize {
    const size = min<u64>(side.skip, <u64>(end - at));
    side.untouched = 0;
    side.skip -= size;
    if (side.skip == 0) side.mode = Mode.Line;
    return at + <usize>size;
  }

  /** Octets of the client up to the end of a line. */
  private static client(dialog: Dialog, side: Side, at: usize, end: usize): usize {
    const lineAt = at;
    for (; at < end; at++) {
      const octet = <u32>load<u8>(at);
      if (octet == LF) {
        Lines.endClient(dialog, side, lineAt, at);
        return at + 1;
      }
      const length = side.length++;
      if (length == 0 && !side.continued) {
        if (dialog.authOpen || side.resync) side.secret = 1;
        side.star = octet == STAR ? 1 : 0;
      }
      if (side.wait && length < 3 && !side.continued && Upgrade.probe(dialog, side, true, octet, length)) return at + 1;
      Lines.watchX(side, octet);
      if (dialog.dialect == Dialect.Imap) Lines.literal(side, octet);
      if (length == LINE_LONG && !side.secret) dialog.seen.mark(MailEvidence.LineLong);
      if (length == LINE_LOST && dialog.dialect != Dialect.Imap) { dialog.lose(); return at + 1; }
      if (side.secret) {
        if (octet == CR) continue;
        store<u8>(at, 0);
        if (!Word.isBlank(octet)) { side.hidden = 1; side.arguments = 1; }
        continue;
      }
      const kept = <u32>side.kept;
      if (Word.isBlank(octet)) {
        if (kept != 0 && !Word.isBlank(load<u8>(side.text + kept - 1))) Lines.blank(dialog, side);
      } else if (octet != CR && <u32>side.blanks >= (dialog.dialect == Dialect.Imap ? <u32>2 : <u32>1)) {
        side.arguments = 1;
      }
      if (kept < LINE_KEPT_MAX) { store<u8>(side.text + kept, octet); side.kept = <u8>(kept + 1); }
      else side.secret = 1;
    }
    return at;
  }

  @inline private static watchX(side: Side, octet: u32): void {
    if (octet != LETTER_X) { side.xRun = 0; return; }
    if (side.xRun != 255) side.xRun++;
    if (side.xRun >= 4) side.xSeen = 1;
  }

  /** A blank behind a token of the client: may what follows be kept. */
  private static blank(dialog: Dialog, side: Side): void {
    const text = side.text;
    const end = text + side.kept;
    const blanks = <u32>++side.blanks;
    if (dialog.dialect == Dialect.Imap) {
      if (blanks == 1) return;
      const verbAt = Word.skip(text + Word.size(text, end), end);
      const word = Word.of(verbAt, Word.size(verbAt, end));
      if (word == WORD_LOGIN || word == WORD_AUTHENTICATE) dialog.scrub = 1;
      if (blanks > 2 || (word != WORD_AUTHENTICATE && word != WORD_UID)) side.secret = 1;
      return;
    }
    const word = Word.of(text, Word.size(text, end));
    if (word == WORD_BDAT || word == WORD_XEXCH50) return;
    if (blanks > 1 || word != WORD_AUTH) side.secret = 1;
  }

  /** "{12}" or "{12+}" at the end of a line announces a literal. RFC 3501 §4.3, RFC 7888 §4. */
  @inline private static literal(side: Side, octet: u32): void {
    const state = <u32>side.literalState;
    if (octet == BRACE_OPEN) { side.literalState = 1; side.literal = 0; return; }
    if (state == 0 || (state == 3 && octet == CR)) return;
    if (state == 1 && Word.isDigit(octet) && side.literal < LITERAL_MAX / 10) {
      side.literal = side.literal * 10 + (octet - ZERO);
    } else if (state == 1 && (octet == PLUS || octet == MINUS)) side.literalState = 2;
    else if (state < 3 && octet == BRACE_CLOSE) side.literalState = 3;
    else side.literalState = 0;
  }

  /** True when the line goes on behind a literal, which is passed over. */
  private static continues(dialog: Dialog, side: Side): bool {
    if (dialog.dialect != Dialect.Imap || side.literalState != 3 || side.resync) return false;
    side.literalState = 0;
    side.continued = 1;
    side.skip = side.literal;
    side.untouched = 1;
    side.mode = side.literal ? Mode.Skip : Mode.Line;
    return true;
  }

  /** A line feed of the client at `at`; its line began at `lineAt` in this segment. */
  private static endClient(dialog: Dialog, side: Side, lineAt: usize, at: usize): void {
    if (Lines.continues(dialog, side)) { dialog.scrub = 1; return; }
    if (side.resync) {
      side.resync = 0;
      side.clear();
      return;
    }
    const text = side.text;
    const end = Lines.trim(side);
    let known: bool;
    switch (<u32>dialog.dialect) {
      case Dialect.Imap: known = Imap.command(dialog, text, end); break;
      case Dialect.Pop3: known = Pop3.command(dialog, text, end); break;
      default: known = Smtp.command(dialog, text, end);
    }
    if (!known) memory.fill(lineAt, 0, at - lineAt);
    side.clear();
  }

  /** End of the kept text without CRs at the line's end. */
  private static trim(side: Side): usize {
    let end = side.text + side.kept;
    if (side.length > LINE_KEPT_MAX) return end;
    while (end > side.text && <u32>load<u8>(end - 1) == CR) end--;
    return end;
  }

  /** Octets of the server up to the end of a line. */
  private static server(dialog: Dialog, side: Side, at: usize, end: usize): usize {
    for (; at < end; at++) {
      const octet = <u32>load<u8>(at);
      if (octet == LF) {
        dialog.head.keep(LF);
        Lines.endServer(dialog, side);
        return at + 1;
      }
      const length = side.length++;
      if (length == 0 && !side.continued) Lines.beginServer(dialog, side, octet);
      if (side.wait && length < 3 && !side.continued && Upgrade.probe(dialog, side, false, octet, length)) return at + 1;
      if (length == LINE_LONG && !dialog.authenticated) dialog.seen.mark(MailEvidence.LineLong);
      if (length == LINE_LOST && dialog.dialect != Dialect.Imap) { dialog.lose(); return at + 1; }
      if (dialog.dialect == Dialect.Imap) {
        Lines.literal(side, octet);
        Lines.token(dialog, side, octet);
      } else if (!dialog.greeted) Lines.watchBanner(dialog, length, octet);
      if (side.secret) {
        store<u8>(at, 0);
        dialog.head.keep(0);
      } else dialog.head.keep(octet);
      // Behind the first token of a reply to EHLO or HELO the client is greeted by name.
      if (dialog.hello && octet == BLANK && length > REPLY_TEXT && <u32>load<u8>(side.text) == TWO) side.secret = 1;
      const kept = <u32>side.kept;
      if (kept < LINE_KEPT_MAX) { store<u8>(side.text + kept, octet); side.kept = <u8>(kept + 1); }
    }
    return at;
  }

  private static beginServer(dialog: Dialog, side: Side, octet: u32): void {
    if (!dialog.greeted && !side.resync) Lines.choose(dialog, octet);
    const front = Pending.at(dialog.pending).front;
    const alone = dialog.seen.clientSeen == 0 && dialog.greeted != 0;
    dialog.hello = dialog.dialect == Dialect.Smtp && dialog.greeted && !dialog.replyOpen &&
      (alone || front == Verb.Ehlo || front == Verb.Helo) ? 1 : 0;
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

  /** IMAP: tokens of a capability list as they come; such lines are longer than what is kept. */
  private static token(dialog: Dialog, side: Side, octet: u32): void {
    const state = <u32>dialog.capability;
    const blank = Word.isBlank(octet);
    if (state == 0) {
      if (blank && Lines.beginsList(side)) {
        const counts = Imap.listCounts(dialog) && !side.resync;
        dialog.capability = counts ? 1 : 2;
        if (counts) Capability.begin(dialog);
      }
      return;
    }
    if (state == 2) return;
    if (blank || octet == BRACKET_CLOSE || octet == CR) {
      Lines.flushToken(dialog);
      if (octet == BRACKET_CLOSE) Lines.endList(dialog);
      return;
    }
    const size = <u32>dialog.tokenLength;
    if (size < TOKEN_SIZE) { store<u8>(dialog.token + size, octet); dialog.tokenLength = <u8>(size + 1); }
  }

  private static flushToken(dialog: Dialog): void {
    const size = <u32>dialog.tokenLength;
    if (size) Capability.entry(dialog, dialog.token, dialog.token + size);
    memory.fill(dialog.token, 0, size);
    dialog.tokenLength = 0;
  }

  private static endList(dialog: Dialog): void {
    if (<u32>dialog.capability == 1) {
      Lines.flushToken(dialog);
      dialog.seen.listAsked = 1; // volunteered in the greeting, or asked for
      dialog.afterList = 1;
      Capability.close(dialog);
    }
    dialog.capability = 2; // nothing more of this line counts
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
      (kept == CAPABILITY_SIZE + 2 && before == BLANK && <u32>load<u8>(side.text) == STAR);
  }

  private static endServer(dialog: Dialog, side: Side): void {
    if (<u32>dialog.capability == 1) Lines.endList(dialog);
    if (Lines.continues(dialog, side)) return;
    dialog.capability = 0;
    if (side.resync) {
      side.resync = 0;
      side.clear();
      return;
    }
    const text = side.text;
    const end = Lines.trim(side);
    const greeted = dialog.greeted;
    switch (<u32>dialog.dialect) {
      case Dialect.Imap: Imap.reply(dialog, text, end); break;
      case Dialect.Pop3: Pop3.reply(dialog, text, end); break;
      default: Smtp.reply(dialog, text, end);
    }
    if (!greeted && dialog.greeted && Port.isTls(dialog.port) && (side.mode == Mode.Line || side.mode == Mode.Body)) {
      dialog.seen.mark(MailEvidence.TextOnTlsPort);
    }
    side.clear();
  }

  /** `missing` octets of a direction were never seen. */
  static gap(dialog: Dialog, fromClient: bool, missing: u32): void {
    const side = fromClient ? dialog.client : dialog.server;
    const seen = dialog.seen;
    if (<u32>side.mode >= Mode.Tls) return;
    Counters.add(Counter.StreamGaps, 1);
    if (<u32>side.mode == Mode.Skip && side.skip >= missing) {
      side.skip -= missing;
      if (side.skip == 0) side.mode = Mode.Line;
      return;
    }
    if (<u32>side.mode == Mode.Body) {
      side.gap = 1;
      side.dot = 0;
      return;
    }
    seen.mark(MailEvidence.ViewGap);
    dialog.doubtful = 1;
    if (!seen.listClosed) seen.gapEarly = 1;
    Pending.at(dialog.pending).clear();
    side.skip = 0;
    side.mode = <u32>side.wait >= Wait.Go ? Mode.Lost : Mode.Line; // records have no line starts to wait for
    side.clear();
    side.resync = 1;
    if (fromClient) return;
    dialog.greeted = 1;
    dialog.capability = 0;
    dialog.head.open = 0;
    if (seen.listBegun && !seen.listClosed) seen.listBroken = 1;
    if (<u32>dialog.replyVerb != Verb.Ehlo) dialog.replyOpen = 0;
  }
}
