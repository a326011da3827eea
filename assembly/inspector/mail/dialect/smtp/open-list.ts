// The list in the reply to EHLO while it is being read: is it open, and what happens when it is never ended.
// RFC 5321 §4.2.1: every line but the last has a hyphen behind its code.

import { Pending } from "../../pending";
import { SmtpDialog } from "./state";
import { Verb } from "./verb";

export class OpenList {
  /** True while an EHLO reply was begun, not ended, and nothing of it is missing. */
  static isOpen(dialog: SmtpDialog): bool {
    return dialog.replyOpen != 0 && dialog.replyVerb == Verb.Ehlo && dialog.replyCode == 250 &&
      !dialog.seen.listBroken && !dialog.doubtful;
  }

  /** True while a list was asked for and its answer is yet to come: what is told now would lack it. */
  static isAwaited(dialog: SmtpDialog): bool {
    const front = Pending.at(dialog.pending).front;
    return front == Verb.Ehlo && dialog.seen.serverSeen != 0 && !dialog.seen.over;
  }

  /** The client goes on: a list whose end was lost is over, and the next reply is none of it. */
  static leaveBroken(dialog: SmtpDialog): void {
    if (!dialog.seen.listBroken) return;
    if (dialog.replyVerb == Verb.Ehlo) dialog.replyOpen = 0;
  }

  /** The open list will not be ended any more. */
  static drop(dialog: SmtpDialog): void {
    dialog.replyOpen = 0;
    dialog.seen.listBroken = 1;
    if (Pending.at(dialog.pending).front == Verb.Ehlo) Pending.at(dialog.pending).pop();
  }
}
