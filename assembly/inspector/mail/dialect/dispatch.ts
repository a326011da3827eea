// Asks the dialect of a dialog. The one place where dialects are told apart while octets are read: a line
// each in Answer.of. A folder's speech.ts has an answer to every question, or nothing compiles.

import { Dialog } from "../row";
import { AnySpeech, Claim, LineSpeech, List, OwnSpeech } from "./answers";
import { ImapSpeech } from "./imap/speech";
import { Pop3Speech } from "./pop3/speech";
import { SmtpSpeech } from "./smtp/speech";
import { Dialect } from "./traits";

const enum Ask {
  Command, Reply, Claims, Keeps, Begins, Veils, Watch, Continues, Refuses, BodyEnds, List, DropList, Missing, Ends,
  ClientOctets, ServerOctets,
}

export class Speech {
  /** A complete line of the client, [at, end). False when its words mean nothing here: they are then overwritten. */
  @inline static command(dialog: Dialog, at: usize, end: usize): bool {
    return <bool>Answer.of(Ask.Command, dialog.dialect, dialog, at, end);
  }
  /** A complete line of the server. */
  @inline static reply(dialog: Dialog, at: usize, end: usize): void {
    Answer.of(Ask.Reply, dialog.dialect, dialog, at, end);
  }

  /** A client on an unusual port spoke: the dialects that the first octets fit are asked in turn. */
  static settle(dialog: Dialog, at: usize, end: usize): void {
    let later = false;
    for (let left = dialog.candidates; left != 0; left &= left - 1) {
      const dialect = <u32>ctz(left);
      const claim = <Claim>Answer.of(Ask.Claims, dialect, dialog, at, end);
      if (claim == Claim.Yes) {
        if (dialect != <u32>dialog.dialect) dialog.speak(dialect);
        dialog.tentative = 0;
        return;
      }
      if (claim == Claim.Later) later = true;
    }
    if (!later) dialog.tentative = 2;
  }

  /** A blank behind a token of the client's line: may what follows it be kept. */
  @inline static keeps(dialog: Dialog): bool { return <bool>Answer.of(Ask.Keeps, dialog.dialect, dialog, 0, 0); }
  /** A line of the server begins. May set `veil`. */
  @inline static begins(dialog: Dialog): void { Answer.of(Ask.Begins, dialog.dialect, dialog, 0, 0); }
  /** Octet number `length` of a veiled line: is all that follows it zeroed in the frame. */
  @inline static veils(dialog: Dialog, length: u32, octet: u32): bool {
    return <bool>Answer.of(Ask.Veils, dialog.dialect, dialog, length, octet);
  }
  /** Octet number `length` of the server's line, while `watching`; it is not kept yet. */
  @inline static watch(dialog: Dialog, length: u32, octet: u32): void {
    Answer.of(Ask.Watch, dialog.dialect, dialog, length, octet);
  }
  /** A line goes on behind a literal; what was kept of it still stands. */
  @inline static continues(dialog: Dialog, fromClient: bool): void {
    Answer.of(Ask.Continues, dialog.dialect, dialog, fromClient ? 1 : 0, 0);
  }
  /** True for a line of the server that says no or good-bye. */
  @inline static refuses(dialog: Dialog, at: usize, end: usize): bool {
    return <bool>Answer.of(Ask.Refuses, dialog.dialect, dialog, at, end);
  }
  /** The lone dot behind a body of the client. */
  @inline static bodyEnds(dialog: Dialog): void { Answer.of(Ask.BodyEnds, dialog.dialect, dialog, 0, 0); }
  @inline static list(dialog: Dialog): List { return <List>Answer.of(Ask.List, dialog.dialect, dialog, 0, 0); }
  /** The open list will not be ended any more. */
  @inline static dropList(dialog: Dialog): void { Answer.of(Ask.DropList, dialog.dialect, dialog, 0, 0); }
  /** Octets were missed: of the server, and with Framing.Own of either side. `waiting` commands had no reply. */
  @inline static missing(dialog: Dialog, fromClient: bool, waiting: u32): void {
    Answer.of(Ask.Missing, dialog.dialect, dialog, fromClient ? 1 : 0, waiting);
  }
  /** A side sends nothing more: what waited for its next line is concluded. */
  @inline static ends(dialog: Dialog): void { Answer.of(Ask.Ends, dialog.dialect, dialog, 0, 0); }
  /** Framing.Own: the next octets of a direction, at least one. Returns where those begin that were not read. */
  @inline static octets(dialog: Dialog, fromClient: bool, at: usize, end: usize): usize {
    return fromClient
      ? Answer.of(Ask.ClientOctets, dialog.dialect, dialog, at, end)
      : Answer.of(Ask.ServerOctets, dialog.dialect, dialog, at, end);
  }
}

/** A question on its way to the folder; which one it is, the compiler knows at each place that asks. */
class Answer {
  /** What every dialect answers. */
  @inline private static common<T extends AnySpeech>(ask: Ask, speech: T, a: usize, b: usize): usize {
    switch (ask) {
      case Ask.List: return <usize>speech.list();
      case Ask.DropList: speech.dropList(); return 0;
      case Ask.Missing: speech.missing(a != 0, <u32>b); return 0;
      case Ask.Ends: speech.ends(); return 0;
      default: return 0;
    }
  }

  /** A dialect of lines, T extending Dialog. */
  @inline private static lines<T extends LineSpeech>(ask: Ask, dialog: Dialog, a: usize, b: usize): usize {
    const speech = changetype<T>(changetype<usize>(dialog));
    switch (ask) {
      case Ask.Command: return <usize>speech.command(a, b);
      case Ask.Reply: speech.reply(a, b); return 0;
      case Ask.Claims: return <usize>speech.claims(a, b);
      case Ask.Keeps: return <usize>speech.keeps();
      case Ask.Begins: speech.begins(); return 0;
      case Ask.Veils: return <usize>speech.veils(<u32>a, <u32>b);
      case Ask.Watch: speech.watch(<u32>a, <u32>b); return 0;
      case Ask.Continues: speech.continues(a != 0); return 0;
      case Ask.Refuses: return <usize>speech.refuses(a, b);
      case Ask.BodyEnds: speech.bodyEnds(); return 0;
      default: return Answer.common<T>(ask, speech, a, b);
    }
  }

  /** A dialect that cuts its octets itself (Framing.Own), T extending Dialog. */
  @inline private static framed<T extends OwnSpeech>(ask: Ask, dialog: Dialog, a: usize, b: usize): usize {
    const speech = changetype<T>(changetype<usize>(dialog));
    switch (ask) {
      case Ask.ClientOctets: return speech.clientOctets(a, b);
      case Ask.ServerOctets: return speech.serverOctets(a, b);
      default: return Answer.common<T>(ask, speech, a, b);
    }
  }

  @inline static of(ask: Ask, dialect: u32, dialog: Dialog, a: usize, b: usize): usize {
    switch (dialect) {
      case Dialect.Smtp: return Answer.lines<SmtpSpeech>(ask, dialog, a, b);
      case Dialect.Imap: return Answer.lines<ImapSpeech>(ask, dialog, a, b);
      case Dialect.Pop3: return Answer.lines<Pop3Speech>(ask, dialog, a, b);
      default: return 0;
    }
  }
}
