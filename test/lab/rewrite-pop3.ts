// The middlebox's view of a POP3 dialog: lines in, rewritten lines out.
// Mode `asa` is a device that does not exist: it masks the one keyword and the one command, as
// Cisco's does for SMTP.
// Read: RFC 2449 §5, RFC 2595 §4.

import {
  lookAlike,
  type Mode,
  maskKeyword,
  type Rewriter,
  splitEnd,
  type Turn,
  toClient,
  toServer,
} from "./rewrite.ts";

const INJECTED_REPLY = "+OK injected\r\n";
const INJECTED_COMMAND = "NOOP\r\n";

/** One POP3 dialog. */
export class Pop3Rewriter implements Rewriter {
  opaque = false;
  readonly #mode: Mode;
  /** Verbs awaiting their reply, the greeting as an empty one. */
  readonly #pending: string[] = [""];
  #inList = false;

  constructor(mode: Mode) {
    this.#mode = mode;
  }

  fromClient(line: string): Turn {
    const [text, end] = splitEnd(line);
    const verb = (text.split(" ")[0] ?? "").toUpperCase();
    if (verb === "STLS" && this.#mode === "refuse-454") {
      return toClient("-ERR TLS not available due to temporary reason\r\n");
    }
    if (verb === "STLS" && this.#mode === "refuse-500")
      return toClient("-ERR Unknown command.\r\n");
    const masked = verb === "STLS" && this.#mode === "asa";
    this.#pending.push(masked ? "OTHER" : verb);
    if (masked) return toServer("X".repeat(text.length) + end);
    return toServer(line + (verb === "STLS" && this.#mode === "cmdinj" ? INJECTED_COMMAND : ""));
  }

  fromServer(line: string): Turn {
    if (this.#inList) return toClient(this.#capability(line));
    const verb = this.#pending.shift();
    const ok = line.startsWith("+OK");
    this.#inList = ok && verb === "CAPA";
    if (ok && verb === "STLS") {
      this.opaque = true;
      return toClient(line + (this.#mode === "respinj" ? INJECTED_REPLY : ""));
    }
    return toClient(line);
  }

  #capability(line: string): string {
    const [text, end] = splitEnd(line);
    if (text === ".") this.#inList = false;
    if (text.toUpperCase() !== "STLS") return line;
    switch (this.#mode) {
      case "delete":
        return "";
      case "replace":
        return lookAlike(text) + end;
      case "asa":
        return maskKeyword(text, 0) + end;
      default:
        return line;
    }
  }
}
