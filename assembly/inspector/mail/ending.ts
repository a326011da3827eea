// What was begun and will not be ended: a list without its last line, text where TLS should be.

import { List } from "./dialect/answers";
import { Speech } from "./dialect/dispatch";
import { Dialog } from "./row";
import { Upgrade } from "./upgrade";

export class Ending {
  @inline static isListOpen(dialog: Dialog): bool { return Speech.list(dialog) == List.Open; }

  /** A list is open, and what was heard of it ends with a line: half a line is a server that broke off. */
  static isCutOff(dialog: Dialog): bool {
    return Ending.isListOpen(dialog) && !dialog.stream(false).holdTime && dialog.server.length == 0;
  }

  /** What the server said where TLS should be counts without a line end, too. */
  static unended(dialog: Dialog): void {
    const server = dialog.server;
    if (dialog.injectServerFrame) Upgrade.serverLine(dialog, Speech.refuses(dialog, server.text, server.trimmed));
  }
}
