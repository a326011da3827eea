// The middlebox's view of an IMAP dialog up to the login: lines in, rewritten lines out.
// Mode `asa` is a device that does not exist: it masks the one keyword and the one command, as
// Cisco's does for SMTP. After a login everything passes.
// Read: RFC 9051 §6.1.1, §6.2.1, §7.1.4.

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

const INJECTED_REPLY = "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n";
const INJECTED_COMMAND = "injected NOOP\r\n";
const CAPABILITY = /^(\* CAPABILITY|\S+ \S+ \[CAPABILITY)\s/i;

/** One IMAP dialog. */
export class ImapRewriter implements Rewriter {
  opaque = false;
  readonly #mode: Mode;
  #greeted = false;
  #loggedIn = false;
  /** Tag of the STARTTLS command in flight. */
  #starttlsTag: string | null = null;

  constructor(mode: Mode) {
    this.#mode = mode;
  }

  fromClient(line: string): Turn {
    const [text, end] = splitEnd(line);
    const [tag = "", verb = ""] = text.split(" ");
    if (/^(LOGIN|AUTHENTICATE)$/i.test(verb)) this.#loggedIn = true;
    if (this.#loggedIn || verb.toUpperCase() !== "STARTTLS") return toServer(line);
    switch (this.#mode) {
      case "refuse-454":
        return toClient(`${tag} NO TLS not available due to temporary reason\r\n`);
      case "refuse-500":
        return toClient(`${tag} BAD Command unrecognized\r\n`);
      case "asa":
        return toServer(`${tag} ${"X".repeat(verb.length)}${end}`);
      default:
        this.#starttlsTag = tag;
        return toServer(line + (this.#mode === "cmdinj" ? INJECTED_COMMAND : ""));
    }
  }

  fromServer(line: string): Turn {
    const isGreeting = !this.#greeted;
    this.#greeted = true;
    if (this.#starttlsTag !== null && line.startsWith(`${this.#starttlsTag} OK`)) {
      this.opaque = true;
      return toClient(line + (this.#mode === "respinj" ? INJECTED_REPLY : ""));
    }
    if (isGreeting && this.#mode === "preauth")
      return toClient(line.replace(/^\* OK/, "* PREAUTH"));
    if (this.#loggedIn || !CAPABILITY.test(line)) return toClient(line);
    return toClient(this.#list(line));
  }

  #list(line: string): string {
    switch (this.#mode) {
      case "delete":
        return line.replace(/ STARTTLS\b/i, "");
      case "replace":
        return line.replace(/\bSTARTTLS\b/i, lookAlike);
      case "asa":
        return line.replace(/\bSTARTTLS\b/i, (keyword) => maskKeyword(keyword, 0));
      default:
        return line;
    }
  }
}
