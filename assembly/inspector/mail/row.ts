// One mail dialog: everything the inspector remembers of a connection that speaks SMTP, IMAP or POP3.
// One row of DIALOG_TABLE, zeroed when it is released. Lines are kept only while they are being read.
//
//   0        128        256       616       664        920       992       1432       1496   2264   4160
//   ├─fields─┼─dialect──┼─Rewrite─┼─streams─┼─2 sides──┼─pending─┼─offered─┼─greeting─┼─head─┼─hold──┤
//
// What only one dialect remembers follows the fields: a class of its own that extends Dialog, in its folder.

import { Rewrite, REWRITE_SIZE } from "./rewrite";
import { HOST_TOKEN_SIZE, OFFERED_SIZE } from "../finding/finding";
import {
  DIALECT_STATE_SIZE, DIALOG_ROW_SIZE, HOLD_SIZE, LINE_KEPT_MAX, PENDING_MAX, STREAM_HEAD_SIZE,
} from "../limits";
import { DIALOG_TABLE } from "../memory";
import { Framing, Traits } from "./dialect/traits";
import { Head } from "./stream/head";
import { Hold } from "./stream/hold";
import { Stream, STREAM_SIZE } from "./stream/stream";
import { CR } from "../wire/ascii";

/** How a direction is being read. */
export namespace Mode {
  export const Line: u8 = 0;
  /** Up to a lone dot. */
  export const Body: u8 = 1;
  /** A counted number of octets (BDAT, IMAP literal). */
  export const Skip: u8 = 2;
  /** TLS records: no longer read. */
  export const Tls: u8 = 3;
  /** Given up: no longer read, no conclusion. */
  export const Lost: u8 = 4;
}

/** Where a direction stands between plain text and TLS. */
export namespace Wait {
  export const None: u8 = 0;
  /** The upgrade was asked for, no answer yet. */
  export const Asked: u8 = 1;
  /** The go-ahead was seen: TLS must follow. */
  export const Go: u8 = 2;
  /** TLS is expected from the first octet on (465, 993, 995). */
  export const Implicit: u8 = 3;
}

/** One direction of a dialog as lines. 128 octets. */
@final @unmanaged
export class Side {
  /** Octets still to skip in Mode.Skip. */
  skip: u64;
  /** Octets of the current line so far. */
  length: u32;
  /** Number in a literal at the end of the line (RFC 3501 §4.3). */
  literal: u32;
  /** Octets of the current line in `text`. */
  kept: u8;
  mode: u8;
  wait: u8;
  /** 1 when the line goes on behind a literal. */
  continued: u8;
  /** 1 after a gap: octets are dropped up to the next line feed. */
  resync: u8;
  /** 0 outside, 1 in the digits, 2 behind "+", 3 behind "}". */
  literalState: u8;
  /** X's in a row, and 1 when four or more stood in this line. */
  xRun: u8;
  xSeen: u8;
  /** 1 when the rest of the line is not kept and zeroed in the frame. */
  secret: u8;
  /** Blanks seen, and 1 when something stood behind the first token. */
  blanks: u8;
  arguments: u8;
  /** Position towards the lone dot: 0 within a line, 1 at its start, 2 behind ".", 3 behind ".\r". */
  dot: u8;
  /** 1 when the line began with "*". */
  star: u8;
  /** 1 when octets of a body are missing. */
  gap: u8;
  /** 1 when a literal or a body was announced and none of it came yet. */
  untouched: u8;
  /** 1 when something stood in the secret part of the line. */
  hidden: u8;

  @inline static at(at: usize): Side { return changetype<Side>(at); }
  @inline get text(): usize { return changetype<usize>(this) + SIDE_FIELDS_SIZE; }

  /** End of the kept text without the CRs at the line's end. */
  get trimmed(): usize {
    let end = this.text + this.kept;
    if (this.length > LINE_KEPT_MAX) return end;
    while (end > this.text && <u32>load<u8>(end - 1) == CR) end--; // at most LINE_KEPT_MAX octets
    return end;
  }

  /** The line is over: what was kept of it is overwritten. */
  clear(): void {
    memory.fill(this.text, 0, this.kept);
    this.length = 0;
    this.literal = 0;
    this.kept = 0;
    this.continued = 0;
    this.literalState = 0;
    this.xRun = 0;
    this.xSeen = 0;
    this.secret = 0;
    this.blanks = 0;
    this.arguments = 0;
    this.star = 0;
    this.hidden = 0;
  }
}
const SIDE_FIELDS_SIZE: u32 = 32;
const SIDE_SIZE: u32 = SIDE_FIELDS_SIZE + LINE_KEPT_MAX;
if (offsetof<Side>() != SIDE_FIELDS_SIZE) ERROR("Side drifted");

const FIELDS_SIZE: u32 = 128;
const REWRITE_AT: usize = FIELDS_SIZE + DIALECT_STATE_SIZE;
const STREAMS_AT: usize = REWRITE_AT + REWRITE_SIZE;
const SIDES_AT: usize = STREAMS_AT + 2 * STREAM_SIZE;
const PENDING_AT: usize = SIDES_AT + 2 * SIDE_SIZE;
const OFFERED_AT: usize = PENDING_AT + 8 + 2 * PENDING_MAX;
const GREETING_AT: usize = OFFERED_AT + OFFERED_SIZE;
const HEAD_AT: usize = GREETING_AT + HOST_TOKEN_SIZE;
const HOLD_AT: usize = HEAD_AT + STREAM_HEAD_SIZE;
if (HOLD_AT + HOLD_SIZE > DIALOG_ROW_SIZE) ERROR("Dialog is too large");

@unmanaged
export class Dialog {
  /** Time of the last payload of either side, ns. */
  clientTime: u64;
  serverTime: u64;
  /** When this row is looked at again; with neighbours in that order (0 = none). */
  dueTime: u64;
  /** Time the ClientHello was seen, ns. */
  helloTime: u64;
  /** Address of the flow; 0 = the row is free. */
  flowAt: usize;
  dueNext: u16;
  duePrev: u16;
  /** Frame of octets of the client, of the server, where TLS should be; not yet known to be out of place. */
  injectFrame: u32;
  injectServerFrame: u32;
  /** Sequence number where the ClientHello starts. */
  helloSeq: u32;
  /** Dialects that the first octets fit, as bits by their numbers. */
  candidates: u32;
  offeredLength: u16;
  dialect: u8;
  /** Of the dialect, see Traits: its framing; tokens before a client's verb. */
  framing: u8;
  tags: u8;
  /** 1 while the dialect looks at each octet of the server's lines. */
  watching: u8;
  /** 1 until the client confirms what a server on an unusual port seemed to speak; 2: it speaks something else. */
  tentative: u8;
  /** 1 while nothing but octets behind the first ones were seen: what they are is not known yet. */
  unread: u8;
  /** 1 from the first credentials or body on: all payload is zeroed after it was read. */
  scrub: u8;
  greeted: u8;
  /** 1 when commands and replies may be paired wrongly (after a gap). */
  doubtful: u8;
  /** 1 between AUTH and its final reply: whole lines of the client are credentials. */
  authOpen: u8;
  /** Lines of credentials still expected when the server is out of sight. */
  authLines: u8;
  authLevel: u8;
  authenticated: u8;
  /** 1 when the go-ahead was seen; who went on in clear text: 1 client, 2 server. */
  go: u8;
  clearAfterGo: u8;
  upgradeArgument: u8;
  keywordCount: u8;
  maskIndex: u8;
  maskCount: u8;
  greetingLength: u8;
  helloRepeats: u8;
  /** 1 when a list was just closed and no command came since. */
  afterList: u8;
  /** Who wrote the server's texts, see Family. */
  family: u8;
  /** 1 on a port where TLS comes first. */
  tlsFirst: u8;
  /** 1 when the connection was seen from its first packet on. */
  fromStart: u8;
  /** 1 when the greeting was a welcome. */
  welcomed: u8;
  /** Set before octets of the client are read: it acknowledged all the server said; that stream has a hole. */
  acked: u8;
  serverHole: u8;
  /** Not 0 when the dialect decides which octets of the server's line are zeroed in the frame. */
  veil: u8;
  /** 1 when the client asked for a list in clear text right after the go-ahead: a decrypted recording. */
  decrypted: u8;
  /** 1 when a segment with a wrong checksum was read while the head was being kept. */
  headWrong: u8;
  /** How much of what may precede the client's first command was seen, see framing/proxy.ts. */
  preface: u8;
  /** 1 when a command that is no habit stood where TLS should be. */
  injectOther: u8;
  /** In the list being read: the upgrade is offered; a mask of its length stands; a word almost like it. */
  listOffers: u8;
  listMask: u8;
  listMangled: u8;
  /** Octets of the keyword that the word before was. */
  keyPart: u8;
  // What follows belongs to the dialect.

  @inline static at(at: usize): Dialog { return changetype<Dialog>(at); }
  @inline static row(row: u32): Dialog { return Dialog.at(DIALOG_TABLE + <usize>row * DIALOG_ROW_SIZE); }
  @inline get seen(): Rewrite { return Rewrite.at(changetype<usize>(this) + REWRITE_AT); }
  @inline stream(fromClient: bool): Stream {
    return Stream.at(changetype<usize>(this) + STREAMS_AT + (fromClient ? 0 : STREAM_SIZE));
  }
  @inline get client(): Side { return Side.at(changetype<usize>(this) + SIDES_AT); }
  @inline get server(): Side { return Side.at(changetype<usize>(this) + SIDES_AT + SIDE_SIZE); }
  @inline get pending(): usize { return changetype<usize>(this) + PENDING_AT; }
  @inline get offered(): usize { return changetype<usize>(this) + OFFERED_AT; }
  @inline get greeting(): usize { return changetype<usize>(this) + GREETING_AT; }
  @inline get head(): Head { return Head.at(changetype<usize>(this) + HEAD_AT); }
  @inline get hold(): Hold { return Hold.at(changetype<usize>(this) + HOLD_AT); }

  /** From here on it is read as this dialect, which remembers nothing yet. */
  speak(dialect: u32): void {
    const traits = Traits.of(dialect);
    memory.fill(changetype<usize>(this) + offsetof<Dialog>(), 0, DIALECT_STATE_SIZE);
    this.dialect = <u8>dialect;
    this.framing = <u8>traits.framing;
    this.tags = <u8>traits.tags;
    this.watching = 1;
  }

  @inline get literals(): bool { return this.framing == <u8>Framing.Literals; }
  @inline get traits(): Traits { return Traits.of(this.dialect); }

  /** The client says good-bye; right behind a list that offers the upgrade that says something. */
  quit(): void {
    const seen = this.seen;
    seen.over = 1;
    if (this.afterList && seen.offered && !seen.requested) seen.quitAfterList = 1;
  }

  /** Gives up reading: no conclusion is drawn from here on. */
  lose(): void {
    this.client.mode = Mode.Lost;
    this.server.mode = Mode.Lost;
    this.head.open = 0;
    this.scrub = 1;
  }
}
if (offsetof<Dialog>() > FIELDS_SIZE) ERROR("Dialog fields overlap what a dialect remembers");
export const TOKEN_SIZE: u32 = 64;
