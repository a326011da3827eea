// An EHLO reply while it is being read: is it open, and what happens when it is never ended.
// RFC 5321 §4.2.1: every line but the last has a hyphen behind its code.

import { Pending, Verb } from "./pending";
import { Dialog } from "./row";

export class SmtpList {
  /** True while an EHLO reply was begun, not ended, and nothing of it is missing. */
  static isOpen(dialog: Dialog): bool {
    return dialog.replyOpen != 0 && dialog.replyVerb == Verb.Ehlo && dialog.replyCode == 250 &&
      !dialog.seen.listBroken && !dialog.doubtful;
  }

  /** The open list will not be ended any more. */
  static drop(dialog: Dialog): void {
    dialog.replyOpen = 0;
    dialog.seen.listBroken = 1;
    if (Pending.at(dialog.pending).front == Verb.Ehlo) Pending.at(dialog.pending).pop();
  }
}
