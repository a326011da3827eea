// POP3: commands and replies to evidence. Sees complete lines without their line ends, never user
// names or passwords. RFC 1939 §3–7, RFC 2449 §5, RFC 2595 §4, RFC 5034 §4.

import { AuthLevel, MailEvidence } from "../../../finding/evidence";
import { Auth } from "../../auth";
import { Capability } from "../../capability";
import { Mask } from "../../mask";
import { Pending, PENDING_ARGUMENT } from "../../pending";
import { Refusal } from "../../refusal";
import { Mode } from "../../row";
import { Upgrade } from "../../upgrade";
import {
  Word, WORD_APOP, WORD_AUTH, WORD_CAPA, WORD_LIST, WORD_PASS, WORD_QUIT, WORD_RETR, WORD_STLS, WORD_TOP,
  WORD_UIDL, WORD_USER,
} from "../../word";
import { Pop3Dialog } from "./state";
import { Verb } from "./verb";
import { BRACKET_OPEN, DOT, MINUS, PLUS } from "../../../wire/ascii";

/** Response codes beside which a server may ask for TLS: "[AUTH]", "[SYS/PERM]". RFC 3206 §4. */
const CODE_AUTH: u64 = 0x5d485455415b;
const CODE_SYSTEM: u64 = 0x5245502f5359535b;

export class Pop3 {
  /** A complete line of the client. False when its words mean nothing here. */
  static command(dialog: Pop3Dialog, at: usize, end: usize): bool {
    const seen = dialog.seen;
    const client = dialog.client;
    if (seen.clientLines != 0xffff) seen.clientLines++;
    if (dialog.authOpen) {
      Auth.line(dialog);
      if (!Pending.at(dialog.pending).push(Verb.AuthResponse, 0)) Pending.at(dialog.pending).clear();
      return true;
    }
    at = Word.skip(at, end);
    const size = Word.size(at, end);
    const word = Word.of(at, size);
    Upgrade.wentOn(dialog, true, word == WORD_CAPA);
    const argument = client.arguments != 0;
    const verb = Pop3.verb(word, argument);
    if (verb == Verb.Quit) dialog.quit();
    dialog.afterList = 0;
    if (seen.listBroken) dialog.listing = 0; // the client goes on: a list whose end was lost is over
    switch (verb) {
      case Verb.Stls: Upgrade.asked(dialog, argument); break;
      case Verb.User: dialog.scrub = 1; break; // the answer may quote it
      case Verb.Pass: seen.markAuth(AuthLevel.Reusable); dialog.scrub = 1; break;
      case Verb.Apop: seen.markAuth(AuthLevel.Crackable); dialog.scrub = 1; break;
      case Verb.Auth: Auth.begin(dialog, at + size, end); break;
      case Verb.Other: if (Mask.isKnown(at, size)) seen.mark(MailEvidence.CmdOdd); break;
    }
    if (!Pending.at(dialog.pending).push(verb, argument ? PENDING_ARGUMENT : 0)) {
      if (seen.serverSeen) dialog.lose();
      else Pending.at(dialog.pending).clear();
    }
    return verb != Verb.Other || Mask.isKnown(at, size);
  }

  static verb(word: u64, argument: bool): u32 {
    if (word == WORD_CAPA) return Verb.Capa;
    if (word == WORD_STLS) return Verb.Stls;
    if (word == WORD_USER) return Verb.User;
    if (word == WORD_PASS) return Verb.Pass;
    if (word == WORD_APOP) return Verb.Apop;
    if (word == WORD_AUTH) return argument ? Verb.Auth : Verb.List; // without a mechanism it lists them
    if (word == WORD_LIST || word == WORD_UIDL) return argument ? Verb.Noop : Verb.List;
    if (word == WORD_RETR || word == WORD_TOP) return Verb.Retr;
    if (word == WORD_QUIT) return Verb.Quit;
    return Verb.Other;
  }

  /** A complete line of the server, outside of multi-line answers other than the list. */
  static reply(dialog: Pop3Dialog, at: usize, end: usize): void {
    const seen = dialog.seen;
    if (dialog.listing) { Pop3.listLine(dialog, at, end); return; }
    if (at >= end) return;
    const first = <u32>load<u8>(at);
    const pending = Pending.at(dialog.pending);
    const verb = pending.front;
    if (first != PLUS && first != MINUS) {
      // The server did not greet: what was taken for it was the answer to CAPA.
      if (verb != Verb.Capa || seen.serverReplies != 1) return;
      pending.pop();
      Pop3.begin(dialog);
      Pop3.listLine(dialog, at, end);
      return;
    }
    if (first == PLUS && at + 1 < end && Word.isBlank(load<u8>(at, 1)) || at + 1 == end) {
      if (verb == Verb.Auth || verb == Verb.AuthResponse) pending.pop(); // a challenge
      return;
    }
    const good = first == PLUS;
    if (seen.serverReplies != 0xffff) seen.serverReplies++;
    Upgrade.wentOn(dialog, false, false);
    if (dialog.server.mode == Mode.Lost) return;
    if (!dialog.greeted) {
      dialog.greeted = 1;
      if (dialog.fromStart || verb == Verb.None) {
        if (good) dialog.welcomed = 1;
        else seen.refused = 1;
        return;
      }
    }
    pending.pop();
    const text = Word.skip(at + Word.size(at, end), end);
    if (!good && verb != Verb.Stls && seen.offerMissing && Pop3.demands(text, end)) seen.mark(MailEvidence.TlsDemanded);
    switch (verb) {
      case Verb.Pass: case Verb.Apop: case Verb.Auth: case Verb.AuthResponse:
        if (!dialog.doubtful) seen.answerAuth(good);
        break;
      case Verb.Capa:
        if (!good) break; // unknown command: nothing is known of STLS
        Pop3.begin(dialog);
        break;
      case Verb.List: case Verb.Retr:
        if (!good) break;
        dialog.server.mode = Mode.Body;
        dialog.server.dot = 1;
        if (verb == Verb.Retr) { seen.mark(MailEvidence.ClearRead); dialog.scrub = 1; }
        break;
      case Verb.Stls:
        if (good) { Upgrade.granted(dialog); break; }
        Upgrade.refused(dialog);
        Pop3.refusesUpgrade(dialog, text, end);
        break;
    }
    if (dialog.authOpen && pending.front != Verb.AuthResponse) dialog.authOpen = 0;
  }

  private static begin(dialog: Pop3Dialog): void {
    const seen = dialog.seen;
    dialog.listing = 1;
    Capability.begin(dialog);
    seen.listAsked = 1;
    if (dialog.doubtful) seen.listBroken = 1;
  }

  /** One line of CAPA's answer. RFC 2449 §5. */
  private static listLine(dialog: Pop3Dialog, at: usize, end: usize): void {
    const first = at < end ? <u32>load<u8>(at) : 0;
    if (first == PLUS || first == MINUS) { // another reply: this was no list, or its end is missing
      dialog.listing = 0;
      dialog.doubtful = 1;
      dialog.seen.listBroken = 1;
      return;
    }
    if (at + 1 == end && <u32>load<u8>(at) == DOT) {
      dialog.listing = 0;
      dialog.afterList = 1;
      Capability.close(dialog);
      return;
    }
    if (Word.skip(at, end) == end) {
      if (!dialog.seen.listBroken) dialog.seen.mark(MailEvidence.CapHole);
      return;
    }
    Capability.entry(dialog, at, end);
    Capability.pad(dialog, at, end, <u32>(dialog.server.text + dialog.server.kept - end));
  }

  /** A refusal whose reason is none of its own: a mailbox in use or a login too early names hosts and users. */
  private static demands(at: usize, end: usize): bool {
    const code = Word.of(at, Word.size(at, end));
    if (<u32>load<u8>(at) == BRACKET_OPEN && code != CODE_AUTH && code != CODE_SYSTEM) return false;
    return Refusal.demandsTls(at, end);
  }

  /** The upgrade was refused although it is listed: unknown, or for a reason the server gives. */
  private static refusesUpgrade(dialog: Pop3Dialog, at: usize, end: usize): void {
    const seen = dialog.seen;
    const unlike = dialog.doubtful != 0 || dialog.upgradeArgument != 0;
    if (!unlike && Refusal.echoes(at, end, WORD_STLS, 4)) seen.mark(MailEvidence.EchoMasked);
    if (unlike || !seen.offered) return;
    seen.mark(Refusal.denies(at, end) ? MailEvidence.StarttlsUnknown : MailEvidence.StarttlsTemp);
  }
}
