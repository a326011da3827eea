// From plain text to TLS: asked for, granted, refused, and the first octets of a record.
// RFC 3207 §4.1, RFC 2595 §3.1 and §4, RFC 8446 §5.1, RFC 2246 appendix E.2 (version 2 hello).

import { MailEvidence } from "../finding/evidence";
import { Dialog, Mode, Side, Wait } from "./row";
import { CR, LF } from "../wire/ascii";

const HANDSHAKE: u32 = 0x16;
const ALERT: u32 = 0x15;
const MAJOR_VERSION: u32 = 3;
const MINOR_VERSION_MAX: u32 = 4;
const CLIENT_HELLO: u32 = 1;

export class Upgrade {
  /** The client sent the upgrade command. */
  static asked(dialog: Dialog, argument: bool): void {
    dialog.seen.requested = 1;
    dialog.upgradeArgument = argument ? 1 : 0;
    dialog.injectFrame = 0;
    dialog.client.wait = Wait.Asked;
  }

  /** The server said go ahead: both sides must speak TLS now. */
  static granted(dialog: Dialog): void {
    dialog.go = 1;
    if (!dialog.doubtful) Upgrade.confirm(dialog);
    dialog.injectFrame = 0;
    if (dialog.client.mode != Mode.Tls) dialog.client.wait = Wait.Go;
    dialog.server.wait = Wait.Go;
    dialog.head.open = 0;
  }

  static refused(dialog: Dialog): void {
    dialog.injectFrame = 0;
    dialog.client.wait = Wait.None;
    dialog.server.wait = Wait.None;
  }

  /** Octet number `length` of a line while TLS is possible; true when the record is recognised. */
  static probe(dialog: Dialog, side: Side, fromClient: bool, octet: u32, length: u32): bool {
    const first = length ? <u32>load<u8>(side.text) : octet;
    const record = first == HANDSHAKE || first == ALERT;
    const version2 = fromClient && first >= 0x80;
    if (length == 0) {
      if (!record && !version2 && octet != CR && octet != LF) Upgrade.plain(dialog, side, fromClient);
      return false;
    }
    if (!record && !version2) return false;
    if (length == 1) {
      if (record && octet != MAJOR_VERSION) Upgrade.plain(dialog, side, fromClient);
      return false;
    }
    const second = <u32>load<u8>(side.text, 1);
    if (record ? second == MAJOR_VERSION && octet <= MINOR_VERSION_MAX : octet == CLIENT_HELLO) {
      Upgrade.begin(dialog, side, fromClient, first == ALERT);
      return true;
    }
    if (!record || second == MAJOR_VERSION) Upgrade.plain(dialog, side, fromClient);
    return false;
  }

  /** True when a record begins at `at`, for a dialect whose own messages never do (Framing.Own). */
  static begins(dialog: Dialog, side: Side, fromClient: bool, at: usize, end: usize): bool {
    const first = <u32>load<u8>(at);
    if (first != HANDSHAKE && first != ALERT) return false;
    if (at + 1 < end && <u32>load<u8>(at, 1) != MAJOR_VERSION) return false;
    Upgrade.begin(dialog, side, fromClient, first == ALERT);
    return true;
  }

  /** This direction is TLS from here on. */
  private static begin(dialog: Dialog, side: Side, fromClient: bool, alert: bool): void {
    const seen = dialog.seen;
    if (side.wait == Wait.Implicit) seen.implicit = 1;
    if (fromClient) {
      seen.clientTls = 1;
      if (side.wait == Wait.Go) Upgrade.confirm(dialog); // a command before the first record
    } else {
      seen.serverTls = alert ? 0 : 1; // an alert alone says that nothing came of it
    }
    dialog.decrypted = 0;
    side.clear();
    side.wait = Wait.None;
    side.mode = Mode.Tls;
    dialog.head.open = 0;
  }

  /** Something else than TLS where TLS was possible: noted, and judged when its line is complete. */
  private static plain(dialog: Dialog, side: Side, fromClient: bool): void {
    const frame = dialog.seen.frame;
    if (side.wait == Wait.Implicit) side.wait = Wait.None;
    else if (dialog.doubtful) return;
    else if (!fromClient) {
      if (!dialog.injectServerFrame) dialog.injectServerFrame = frame;
    } else if ((side.wait == Wait.Go || dialog.seen.serverSeen != 0) && !dialog.injectFrame) dialog.injectFrame = frame;
  }

  /** A line of the server where TLS should be: injected, or a plain good-bye. */
  static serverLine(dialog: Dialog, refusal: bool): void {
    const frame = dialog.injectServerFrame;
    dialog.injectServerFrame = 0;
    if (dialog.decrypted) return;
    if (refusal && dialog.clearAfterGo == 0) { // tired of waiting; or the handshake failed, which it says in clear
      if (dialog.seen.clientTls) Upgrade.markAt(dialog, MailEvidence.StarttlsTemp, frame);
      return;
    }
    Upgrade.markAt(dialog, MailEvidence.InjectS2c, frame);
  }

  /** The client asks for the list or says good-bye where TLS should be: a habit, no command slipped in. */
  static habit(dialog: Dialog, leaves: bool): void {
    if (!dialog.injectOther) dialog.injectFrame = 0;
    if (!leaves || !dialog.go || dialog.client.wait != Wait.Go) return;
    dialog.go = 0; // it does without
    Upgrade.refused(dialog);
  }

  private static markAt(dialog: Dialog, name: u32, frame: u32): void {
    const seen = dialog.seen;
    const current = seen.frame;
    seen.frame = frame;
    seen.mark(name);
    seen.frame = current;
  }

  /**
   * A whole command or reply in clear text after the go-ahead; both sides: nobody means TLS. A client
   * that asks for the list again, as it must inside TLS, and is answered: a recording decrypted by others.
   */
  static wentOn(dialog: Dialog, fromClient: bool, asksList: bool): void {
    if (!dialog.go || (fromClient ? dialog.client.wait : dialog.server.wait) != Wait.Go) return;
    if (fromClient && asksList && !dialog.clearAfterGo) dialog.decrypted = 1;
    else if (!fromClient && dialog.decrypted) { dialog.injectFrame = 0; dialog.lose(); return; }
    else if (fromClient) Upgrade.confirm(dialog);
    dialog.clearAfterGo |= fromClient ? 1 : 2;
    if (dialog.clearAfterGo == 3) dialog.seen.mark(MailEvidence.NoTlsAfterGo);
  }

  /** What the client said where it should not have is evidence. */
  private static confirm(dialog: Dialog): void {
    if (dialog.injectFrame) Upgrade.markAt(dialog, MailEvidence.InjectC2s, dialog.injectFrame);
    dialog.injectFrame = 0;
  }
}
