// Mail dialogs, honest and tampered with, as turns of lines → frames. What is tampered with is
// rewritten the way devices in the field rewrite it: a masked keyword, a deleted line, a refused
// command, a banner of asterisks. All names, addresses and passwords are invented.
// RFC 5321 §4.1.1, RFC 3207 §4, RFC 9051 §6.2.1, RFC 2595 §4.

import { asList, greet } from "./bulk.ts";
import { CLIENT, type Connection, SERVER, type Side } from "./connection.ts";
import { text } from "./material.ts";
import { connect, type Scene, serverName } from "./scene.ts";
import { MILLISECOND, type Script } from "./timeline.ts";

/** `mark`: the frame that shows what was done. `tls`: a handshake and ciphertext follow. */
interface Turn {
  readonly side: Side;
  readonly lines: readonly string[];
  readonly mark?: boolean;
  readonly tls?: boolean;
}

export interface Dialog {
  readonly kind: string;
  readonly cause: string;
  readonly port: number;
  readonly turns: readonly Turn[];
  readonly alert: string | null;
}

type Writer = (scene: Scene, name: string) => Dialog;

const REWRITTEN = "capability-rewritten";
const EXPOSED = "cleartext-exposed";

const client = (...lines: string[]): Turn => ({ side: CLIENT, lines });
const server = (...lines: string[]): Turn => ({ side: SERVER, lines });
const marked = (turn: Turn): Turn => ({ ...turn, mark: true });
const encrypted = (turn: Turn): Turn => ({ ...turn, tls: true });

const KEYWORDS = ["PIPELINING", "SIZE 35882577", "VRFY", "ETRN", "STARTTLS", "8BITMIME", "DSN"];

/** An EHLO reply with one keyword replaced, or left out (null). */
function offer(name: string, starttls: string | null, others: (word: string) => string = same) {
  const words = KEYWORDS.map((word) => (word === "STARTTLS" ? starttls : others(word)));
  const lines = [name, ...words.filter((word) => word !== null), "ENHANCEDSTATUSCODES"];
  return server(...lines.map((word, at) => `250${at === lines.length - 1 ? " " : "-"}${word}`));
}

const same = (word: string): string => word;

const greeting = (name: string): Turn => server(`220 ${name} ESMTP ready`);
const ehlo = client("EHLO laptop.home.example");

/** One message in the clear, and good-bye. */
const delivery: readonly Turn[] = [
  client("MAIL FROM:<one@home.example>"),
  server("250 2.1.0 Ok"),
  client("RCPT TO:<two@far.example>"),
  server("250 2.1.5 Ok"),
  client("DATA"),
  server("354 End data with <CR><LF>.<CR><LF>"),
  client("Subject: figures", "", "Nothing of interest, at some length.", "."),
  server("250 2.0.0 Ok: queued"),
  client("QUIT"),
  server("221 2.0.0 Bye"),
];

const HONEST: Readonly<Record<string, Writer>> = {
  "smtp-starttls": (scene, name) => ({
    ...honest("smtp-starttls", scene.random.pick([25, 587])),
    turns: [
      greeting(name),
      ehlo,
      offer(name, "STARTTLS"),
      client("STARTTLS"),
      encrypted(server("220 2.0.0 Ready to start TLS")),
    ],
  }),
  "smtp-plain": (_scene, name) => ({
    ...honest("smtp-plain", 25),
    turns: [greeting(name), ehlo, offer(name, null), ...delivery],
  }),
  "smtp-submission-plain": (_scene, name) => ({
    ...honest("smtp-submission-plain", 587, EXPOSED),
    turns: [
      greeting(name),
      ehlo,
      offer(name, null, (word) => (word === "DSN" ? "AUTH PLAIN LOGIN" : word)),
      client("AUTH PLAIN AG5vYm9keQBub3RoaW5n"),
      server("235 2.7.0 Authentication successful"),
      ...delivery,
    ],
  }),
  "imap-starttls": (_scene, name) => ({
    ...honest("imap-starttls", 143),
    turns: [
      server(`* OK [CAPABILITY IMAP4rev1 LITERAL+ STARTTLS LOGINDISABLED] ${name} ready.`),
      client("a1 STARTTLS"),
      encrypted(server("a1 OK Begin TLS negotiation now.")),
    ],
  }),
  "pop3-starttls": (_scene, name) => ({
    ...honest("pop3-starttls", 110),
    turns: [
      server(`+OK ${name} ready`),
      client("CAPA"),
      server("+OK", "CAPA", "TOP", "UIDL", "RESP-CODES", "STLS", "."),
      client("STLS"),
      encrypted(server("+OK Begin TLS negotiation now.")),
    ],
  }),
  "pop3-plain": (_scene, name) => ({
    ...honest("pop3-plain", 110, EXPOSED),
    turns: [
      server(`+OK ${name} ready`),
      client("CAPA"),
      server("+OK", "CAPA", "TOP", "UIDL", "USER", "."),
      client("USER nobody"),
      server("+OK"),
      client("PASS nothing"),
      server("+OK Logged in."),
      client("STAT"),
      server("+OK 0 0"),
      client("QUIT"),
      server("+OK Logging out."),
    ],
  }),
};

const TAMPERED: Readonly<Record<string, Writer>> = {
  masked: (scene, name) => ({
    ...tampered("masked", scene.random.pick([25, 25, 587])),
    turns: [greeting(name), ehlo, marked(offer(name, "XXXXXXXA")), ...delivery],
  }),
  pix: (_scene, name) => ({
    ...tampered("pix", 25),
    turns: [
      server(`220 ${"*".repeat(name.length + 12)}`),
      ehlo,
      marked(offer(name, "XXXXXXXB", (word) => (word === "ETRN" ? "XXXA" : word))),
      ...delivery,
    ],
  }),
  removed: (_scene, name) => ({
    ...tampered("removed", 25, null), // the same octets as a server without TLS
    turns: [greeting(name), ehlo, marked(offer(name, null)), ...delivery],
  }),
  demanded: (_scene, name) => ({
    ...tampered("demanded", 587),
    turns: [
      greeting(name),
      ehlo,
      offer(name, null),
      client("MAIL FROM:<one@home.example>"),
      marked(server("530 5.7.0 Must issue a STARTTLS command first")),
      client("QUIT"),
      server("221 2.0.0 Bye"),
    ],
  }),
  "refused-smtp": (scene, name) => ({
    ...tampered("refused-smtp", 25),
    turns: [
      greeting(name),
      ehlo,
      offer(name, "STARTTLS"),
      client("STARTTLS"),
      marked(server(scene.random.pick(REFUSALS))),
      ...delivery,
    ],
  }),
  "refused-imap": (_scene, name) => ({
    ...tampered("refused-imap", 143),
    turns: [
      server(`* OK [CAPABILITY IMAP4rev1 LITERAL+ STARTTLS AUTH=PLAIN] ${name} ready.`),
      client("a1 STARTTLS"),
      marked(server("a1 BAD Unknown command")),
      client("a2 LOGOUT"),
      server("* BYE Logging out", "a2 OK Logout completed."),
    ],
  }),
};

const REFUSALS: [string, ...string[]] = [
  "502 5.5.1 Command not implemented",
  "500 5.5.1 Command unrecognized",
  "554 5.5.1 Error: no valid command",
];

/** Honest dialogs in the proportions of a home that mostly encrypts. */
export const HONEST_MIX: [string, ...string[]] = [
  "smtp-starttls",
  "smtp-starttls",
  "smtp-starttls",
  "imap-starttls",
  "imap-starttls",
  "pop3-starttls",
  "smtp-plain",
  "smtp-plain",
  "smtp-submission-plain",
  "pop3-plain",
];

function honest(cause: string, port: number, alert: string | null = null) {
  return { kind: "honest-mail", cause, port, alert };
}

function tampered(kind: string, port: number, alert: string | null = REWRITTEN) {
  return { kind, cause: kind, port, alert };
}

/** Plays one dialog with one server; `pause` is the client's thinking time per turn, in ns. */
export function* mailDialog(
  scene: Scene,
  number: number,
  name: string,
  pause = MILLISECOND,
): Script {
  const write = HONEST[name] ?? TAMPERED[name];
  if (!write) throw new Error(`no such mail dialog: ${name}`);
  const dialog = write(scene, serverName(number));
  const connection = connect(scene, number, dialog.port);
  yield* connection.open();
  const frames: number[] = [];
  for (const turn of dialog.turns) {
    yield turn.side === SERVER ? connection.roundTrip : pause;
    connection.say(turn.side, text(`${turn.lines.join("\r\n")}\r\n`));
    if (turn.mark) frames.push(connection.frame);
    if (turn.tls) yield* session(scene, connection, serverName(number));
  }
  yield MILLISECOND;
  yield* connection.close(CLIENT);
  const { kind, cause, alert } = dialog;
  scene.truth.plant({ kind, cause, flow: connection.flow, frames, alert });
}

/** A TLS session inside the dialog: handshake and a few records each way. */
function* session(scene: Scene, connection: Connection, name: string): Script {
  const { random, cipher } = scene;
  yield MILLISECOND;
  yield* greet(scene, connection, name);
  for (let record = 0; record < 4; record++) {
    connection.say(CLIENT, random.pick(asList(cipher.requests)));
    yield connection.roundTrip;
    connection.say(SERVER, random.pick(asList(cipher.requests)));
    yield 2 * MILLISECOND;
  }
}
