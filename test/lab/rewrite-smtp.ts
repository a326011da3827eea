// The middlebox's view of an SMTP dialog: lines in, rewritten lines out, for every mode.
// Follows commands and replies just far enough to know greeting, EHLO list and message text.
// Knows no BDAT: none of the lab's clients sends it.
// Read: RFC 5321 §4.1, RFC 3207 §4.

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

/** What an ASA lets through unmasked by default. */
const KEYWORDS = new Set(
  "PIPELINING SIZE VRFY ETRN AUTH ENHANCEDSTATUSCODES 8BITMIME DSN HELP".split(" "),
);
const COMMANDS = new Set(
  "AUTH DATA EHLO ETRN HELO HELP MAIL NOOP QUIT RCPT RSET SAML SEND SOML VRFY".split(" "),
);

const REFUSALS: Partial<Record<Mode, string>> = {
  "refuse-454": "454 4.7.0 TLS not available due to temporary reason\r\n",
  "refuse-500": "500 5.5.1 Command unrecognized\r\n",
};
const EHLO_REFUSAL = "502 5.5.2 Error: command not recognized\r\n";
const INJECTED_REPLY = "250-injected.example\r\n250 AUTH PLAIN LOGIN\r\n";
const INJECTED_COMMAND = "NOOP injected\r\n";

/** One SMTP dialog. */
export class SmtpRewriter implements Rewriter {
  opaque = false;
  readonly #mode: Mode;
  /** Verbs awaiting their reply, the greeting as an empty one. */
  readonly #pending: string[] = [""];
  #reply: string[] = [];
  #message = false;
  #exchange = false;

  constructor(mode: Mode) {
    this.#mode = mode;
  }

  fromClient(line: string): Turn {
    const [text, end] = splitEnd(line);
    if (this.#message) {
      if (text === ".") {
        this.#message = false;
        this.#pending.push(".");
      }
      return toServer(line);
    }
    if (this.#exchange) {
      this.#exchange = false;
      return toServer(line);
    }
    const verb = (text.split(" ")[0] ?? "").toUpperCase();
    if (verb === "EHLO" && this.#mode === "helo-downgrade") return toClient(EHLO_REFUSAL);
    const refusal = REFUSALS[this.#mode];
    if (verb === "STARTTLS" && refusal !== undefined) return toClient(refusal);
    this.#pending.push(verb);
    return toServer(this.#command(verb, text) + end + this.#behind(verb));
  }

  /** The command as the server gets it; what a mask hides is remembered as another verb. */
  #command(verb: string, text: string): string {
    const masked = this.#mode === "asa" && !COMMANDS.has(verb);
    const others = this.#mode === "asa-others" && !COMMANDS.has(verb) && verb !== "STARTTLS";
    const nooped = this.#mode === "noop" && (verb === "EHLO" || verb === "STARTTLS");
    if (masked || others || nooped) this.#pending[this.#pending.length - 1] = "OTHER";
    if (masked || others) return "X".repeat(text.length);
    return nooped ? "NOOP" : text;
  }

  #behind(verb: string): string {
    return this.#mode === "cmdinj" && verb === "STARTTLS" ? INJECTED_COMMAND : "";
  }

  fromServer(line: string): Turn {
    this.#reply.push(line);
    if (line[3] === "-") return toClient("");
    const reply = this.#reply;
    this.#reply = [];
    const verb = this.#pending[0];
    const code = line.slice(0, 3);
    if (!(verb === "AUTH" && code === "334")) this.#pending.shift();
    if (verb === "AUTH" && code === "334") this.#exchange = true;
    if (verb === "DATA" && code === "354") this.#message = true;
    if (verb === "STARTTLS" && code === "220") {
      this.opaque = true;
      return toClient(reply.join("") + (this.#mode === "respinj" ? INJECTED_REPLY : ""));
    }
    if (verb === "" && code === "220")
      return toClient(reply.map((each) => this.#banner(each)).join(""));
    if (verb === "EHLO" && code === "250") return toClient(this.#list(reply).join(""));
    return toClient(reply.join(""));
  }

  #banner(line: string): string {
    const [text, end] = splitEnd(line);
    const shown = text.slice(4);
    if (this.#mode === "noop") return text.slice(0, 4) + shown.replace(/[^ 20]/g, "*") + end;
    if (this.#mode === "asa" || this.#mode === "asa-others") {
      return text.slice(0, 4) + "*".repeat(shown.length) + end;
    }
    return line;
  }

  /** The EHLO reply's lines, the first one (the server's name) untouched. */
  #list(reply: string[]): string[] {
    const [first = "", ...keywords] = reply;
    let masks = 0;
    const kept = keywords.flatMap((line) => {
      const [text, end] = splitEnd(line);
      const shown = text.slice(4);
      const keyword = (shown.split(/[ =]/)[0] ?? "").toUpperCase();
      if (this.#masks(keyword)) return text.slice(0, 4) + maskKeyword(shown, masks++) + end;
      if (keyword !== "STARTTLS") return line;
      if (this.#mode === "delete") return [];
      return this.#mode === "replace" ? text.slice(0, 4) + lookAlike(shown) + end : line;
    });
    const lines = [first, ...kept];
    const last = lines.pop() ?? "";
    return [...lines, `${last.slice(0, 3)} ${last.slice(4)}`];
  }

  #masks(keyword: string): boolean {
    if (this.#mode === "asa") return !KEYWORDS.has(keyword);
    return this.#mode === "asa-others" && !KEYWORDS.has(keyword) && keyword !== "STARTTLS";
  }
}
