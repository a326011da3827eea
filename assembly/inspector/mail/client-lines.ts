// Octets of the client to its lines. Arguments that name a person or hold credentials are not kept:
// they are zeroed in the frame as they are passed. RFC 5321 §4.1.1, RFC 3501 §6.2, RFC 1939 §7.

import { MailEvidence } from "../finding/evidence";
import { LINE_KEPT_MAX, LINE_LONG, LINE_LOST } from "../limits";
import { Speech } from "./dialect/dispatch";
import { Literal } from "./framing/literal";
import { Preface } from "./framing/proxy";
import { Dialog, Mode, Side, Wait } from "./row";
import { ServerLines } from "./server-lines";
import { Upgrade } from "./upgrade";
import { Word } from "./word";
import { CR, LETTER_X, LF, STAR } from "../wire/ascii";

export class ClientLines {
  /** Octets of the client up to the end of a line. */
  static take(dialog: Dialog, side: Side, at: usize, end: usize): usize {
    const lineAt = at;
    for (; at < end; at++) {
      const octet = <u32>load<u8>(at);
      if (octet == LF) {
        ClientLines.end(dialog, side, lineAt, at);
        return at + 1;
      }
      const length = side.length++;
      if (length == 0 && !side.continued) {
        if (dialog.authOpen || side.resync) side.secret = 1;
        side.star = octet == STAR ? 1 : 0;
      }
      const probing = side.wait != Wait.None && length < 3 && !side.continued;
      if (probing && Upgrade.probe(dialog, side, true, octet, length)) return at + 1;
      if (side.wait == Wait.None && !side.secret && Preface.takes(dialog, side, length, octet)) {
        if (<u32>side.mode != Mode.Line) return at + 1;
        continue;
      }
      ClientLines.watchX(side, octet);
      if (dialog.literals) Literal.watch(side, octet);
      if (length == LINE_LONG && !side.secret) dialog.seen.mark(MailEvidence.LineLong);
      if (length == LINE_LOST && !dialog.literals) { dialog.lose(); return at + 1; }
      if (side.secret) {
        if (octet == CR) continue;
        store<u8>(at, 0);
        if (!Word.isBlank(octet)) { side.hidden = 1; side.arguments = 1; }
        continue;
      }
      const kept = <u32>side.kept;
      if (Word.isBlank(octet)) {
        if (kept != 0 && !Word.isBlank(load<u8>(side.text + kept - 1))) {
          side.blanks++;
          if (!Speech.keeps(dialog)) side.secret = 1;
        }
      } else if (octet != CR && side.blanks > dialog.tags) {
        side.arguments = 1;
      }
      if (kept < LINE_KEPT_MAX) { store<u8>(side.text + kept, octet); side.kept = <u8>(kept + 1); }
      else side.secret = 1;
    }
    return at;
  }

  @inline private static watchX(side: Side, octet: u32): void {
    if (Word.upper(octet) != LETTER_X) { side.xRun = 0; return; }
    if (side.xRun != 255) side.xRun++;
    if (side.xRun >= 4) side.xSeen = 1;
  }

  /** A line feed of the client at `at`; its line began at `lineAt` in this segment. */
  private static end(dialog: Dialog, side: Side, lineAt: usize, at: usize): void {
    if (Literal.continues(dialog, side)) {
      dialog.scrub = 1;
      Speech.continues(dialog, true);
      return;
    }
    if (side.resync) {
      side.resync = 0;
      side.clear();
      return;
    }
    ClientLines.interrupt(dialog);
    const text = side.text;
    const end = side.trimmed;
    if (!dialog.authOpen && Preface.isLine(dialog, text, end)) {
      side.clear();
      return;
    }
    if (dialog.tentative && !dialog.authOpen) Speech.settle(dialog, text, end);
    const known = Speech.command(dialog, text, end);
    if (!known) memory.fill(lineAt, 0, at - lineAt);
    // A greeting in clear alone is a server set up wrongly: a client that insists on TLS hangs up.
    else if (dialog.greeted && dialog.tlsFirst) dialog.seen.mark(MailEvidence.TextOnTlsPort);
    side.clear();
  }

  /** The client goes on although the server's line had no end: it counts as ended, and nothing is sure any more. */
  private static interrupt(dialog: Dialog): void {
    const server = dialog.server;
    if (!dialog.acked || dialog.serverHole || server.length == 0) return;
    if (server.mode != Mode.Line || server.wait || server.continued || server.resync) return;
    dialog.doubtful = 1;
    ServerLines.end(dialog, server);
  }
}
