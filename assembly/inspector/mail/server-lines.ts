// Octets of the server to its lines: greeting, replies, lists. What a reply says about the client's
// name is zeroed in the frame as it is passed. RFC 5321 §4.2, RFC 3501 §7, RFC 1939 §3.

import { MailEvidence } from "../finding/evidence";
import { LINE_KEPT_MAX, LINE_LONG, LINE_LOST } from "../limits";
import { Speech } from "./dialect/dispatch";
import { Traits } from "./dialect/traits";
import { Literal } from "./framing/literal";
import { Dialog, Side, Wait } from "./row";
import { Upgrade } from "./upgrade";
import { LF } from "../wire/ascii";

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
      if (length == LINE_LOST && !dialog.literals) { dialog.lose(); return at + 1; }
      if (dialog.literals) Literal.watch(side, octet);
      if (dialog.watching) Speech.watch(dialog, length, octet);
      if (side.secret) {
        store<u8>(at, 0);
        dialog.head.keep(0);
      } else dialog.head.keep(octet);
      if (dialog.veil && !side.secret && Speech.veils(dialog, length, octet)) side.secret = 1;
      const kept = <u32>side.kept;
      if (kept < LINE_KEPT_MAX) { store<u8>(side.text + kept, octet); side.kept = <u8>(kept + 1); }
    }
    return at;
  }

  /** A line begins: in which dialect, and may it name somebody. */
  private static begin(dialog: Dialog, side: Side, octet: u32): void {
    if (!dialog.greeted && !side.resync) ServerLines.choose(dialog, octet);
    dialog.veil = 0;
    Speech.begins(dialog);
  }

  /** What the server's first octet says about the dialect; nothing new when its dialect may begin so. */
  private static choose(dialog: Dialog, octet: u32): void {
    if (dialog.traits.beginsWith(octet)) return;
    for (let dialect: u32 = 1; Traits.of(dialect).dialect; dialect++) {
      if (!Traits.of(dialect).beginsWith(octet)) continue;
      dialog.speak(dialect);
      dialog.candidates |= <u32>1 << dialect;
      return;
    }
  }

  /** The line is over: a line feed was read, or the client has answered without waiting for one. */
  static end(dialog: Dialog, side: Side): void {
    if (Literal.continues(dialog, side)) {
      Speech.continues(dialog, false);
      return;
    }
    if (side.resync) {
      side.resync = 0;
      side.clear();
      return;
    }
    const text = side.text;
    const end = side.trimmed;
    if (dialog.injectServerFrame) Upgrade.serverLine(dialog, Speech.refuses(dialog, text, end));
    Speech.reply(dialog, text, end);
    side.clear();
  }
}
