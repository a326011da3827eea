// What a rewriting middlebox may do to a mail dialog: the modes, the turn a line becomes, the mask.
// Pure text, no sockets; one file for each dialect implements `Rewriter`.
// Read: the Cisco ASA command reference on `inspect esmtp`, RFC 3207 §6.

/** Every mode of the middlebox, `none` first. */
export const MODES = [
  /** Octets pass as they are. */
  "none",
  /** Cisco's ESMTP inspection: banner, unknown keywords and unknown commands masked. */
  "asa",
  /** The same with TLS allowed: STARTTLS and its keyword pass, other keywords are masked. */
  "asa-others",
  /** PIX before version 7: banner masked, EHLO and STARTTLS replaced by NOOP. */
  "noop",
  /** The keyword disappears from the list, which stays well-formed. */
  "delete",
  /** The keyword becomes another word of the same length. */
  "replace",
  /** The keyword stays, the command is answered here: "not now". */
  "refuse-454",
  /** The keyword stays, the command is answered here: "not known". */
  "refuse-500",
  /** Clear text is put behind the server's go-ahead. */
  "respinj",
  /** A command is put behind the client's STARTTLS, out of sight of a tap on the client's side. */
  "cmdinj",
  /** IMAP only: the greeting claims that the client is logged in. */
  "preauth",
  /** SMTP only: EHLO is answered here with 502, so that the client falls back to HELO. */
  "helo-downgrade",
] as const;

export type Mode = (typeof MODES)[number];
export type Dialect = "smtp" | "imap" | "pop3";

/** The modes that change anything in a dialect. */
export const MODES_OF: Record<Dialect, readonly Mode[]> = {
  smtp: MODES.filter((mode) => mode !== "preauth"),
  imap: [
    "none",
    "asa",
    "delete",
    "replace",
    "refuse-454",
    "refuse-500",
    "respinj",
    "cmdinj",
    "preauth",
  ],
  pop3: ["none", "asa", "delete", "replace", "refuse-454", "refuse-500", "respinj", "cmdinj"],
};

/** What one line turns into: octets for either side, one character an octet. */
export interface Turn {
  toClient: string;
  toServer: string;
}

/** One dialog in one mode. Lines come with their line end. */
export interface Rewriter {
  fromClient(line: string): Turn;
  fromServer(line: string): Turn;
  /** True once TLS begins: from then on both directions pass as they are. */
  readonly opaque: boolean;
}

export const toClient = (text: string): Turn => ({ toClient: text, toServer: "" });
export const toServer = (text: string): Turn => ({ toClient: "", toServer: text });

/** `text` as capital X of the same length, the last one a letter that counts masks: A, B, C, … */
export function maskKeyword(text: string, count: number): string {
  return "X".repeat(text.length - 1) + String.fromCharCode("A".charCodeAt(0) + (count % 26));
}

/** `line` without its line end, and the line end. */
export function splitEnd(line: string): [string, string] {
  const end = /\r*\n$/.exec(line)?.[0] ?? "";
  return [line.slice(0, line.length - end.length), end];
}

/** The look-alike that stands where STARTTLS or STLS stood in mode `replace`. */
export function lookAlike(keyword: string): string {
  return `${keyword.slice(0, -1)}X`;
}
