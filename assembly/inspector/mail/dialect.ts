// The first octets of a side: mail, TLS, HTTP or something else. On any port, since people move their
// mail servers where providers do not look. Decides once per side; keeps nothing.

import { Application, Flow } from "../flow/flow";
import { Dialect } from "./row";
import { PORT_FOREIGN, PORT_NONE, Port } from "./port";
import { Word } from "./word";

const HANDSHAKE: u32 = 0x16;
const ALERT: u32 = 0x15;
const MAJOR_VERSION: u32 = 3;
/** Octets that tell the dialects apart. */
const START_SIZE: u32 = 4;

/** "220 ", "220-", "* OK", "* PR", "+OK" and "EHLO", "LHLO", "HELO" as numbers, first octet lowest. */
const START_220: u32 = 0x20303232;
const START_220_MORE: u32 = 0x2d303232;
const START_IMAP: u32 = 0x4b4f202a;
const START_PREAUTH: u32 = 0x5250202a;
const START_POP3: u32 = 0x4b4f2b;
const START_EHLO: u32 = 0x4f4c4845;
const START_LHLO: u32 = 0x4f4c484c;
const START_HELO: u32 = 0x4f4c4548;

export const enum Look {
  /** Not mail: nothing of this flow need be read. */
  Other, Tls, Http,
  /** Not this side; the other may still tell. */
  Undecided,
  /** A mail dialog, by port. */
  Mail,
  /** A mail dialog, if the client confirms it. */
  Perhaps,
}

export class DialectProbe {
  /** Looks at the first payload of a side, [at, end), at least one octet. */
  static look(flow: Flow, fromClient: bool, at: usize, end: usize): Look {
    const hint = Port.hint(flow.serverPort);
    const first = <u32>load<u8>(at);
    const record = first == HANDSHAKE && (at + 1 >= end || <u32>load<u8>(at, 1) == MAJOR_VERSION);
    if (Port.isMail(hint)) {
      if (Port.isTls(hint) && (record || first == ALERT || (fromClient && first >= 0x80))) return Look.Mail;
      if (record) return Look.Tls;
      if (fromClient) return first >= 0x20 && first < 0x7f ? Look.Mail : Look.Other;
      return DialectProbe.greets(at, end, true) != Dialect.Undecided ? Look.Mail : Look.Other;
    }
    if (record) return Look.Tls;
    if (fromClient && DialectProbe.isHttp(at, end)) return Look.Http;
    if (hint == PORT_FOREIGN) return Look.Other;
    if (!fromClient) return DialectProbe.greets(at, end, false) != Dialect.Undecided ? Look.Perhaps : Look.Undecided;
    const start = DialectProbe.start(at, end);
    return start == START_EHLO || start == START_LHLO || start == START_HELO ? Look.Perhaps : Look.Other;
  }

  /** Up to four octets, upper case. */
  private static start(at: usize, end: usize): u32 {
    return <u32>Word.of(at, min<u32>(START_SIZE, <u32>(end - at)));
  }

  /** The dialect whose greeting could begin so; any reply code on a mail port. */
  private static greets(at: usize, end: usize, mailPort: bool): u32 {
    const size = min<u32>(START_SIZE, <u32>(end - at));
    const mask = size >= 4 ? u32.MAX_VALUE : (<u32>1 << (size << 3)) - 1;
    const start = DialectProbe.start(at, end);
    if (start == (START_IMAP & mask) || start == (START_PREAUTH & mask)) return Dialect.Imap;
    if (mailPort && (<u32>load<u8>(at) == 0x2a || <u32>load<u8>(at) == 0x2d)) {
      return <u32>load<u8>(at) == 0x2a ? Dialect.Imap : Dialect.Pop3;
    }
    if ((start & 0xffffff) == (START_POP3 & mask)) return Dialect.Pop3;
    if (mailPort && Word.isDigit(load<u8>(at))) return Dialect.Smtp;
    return start == (START_220 & mask) || start == (START_220_MORE & mask) ? Dialect.Smtp : Dialect.Undecided;
  }

  /** The first four octets of the methods that browsers and tools use. RFC 9110 §9. */
  private static isHttp(at: usize, end: usize): bool {
    switch (DialectProbe.start(at, end)) {
      case 0x20544547: case 0x54534f50: case 0x44414548: case 0x20545550: // GET_ POST HEAD PUT_
      case 0x454c4544: case 0x4954504f: case 0x4e4e4f43: case 0x43544150: // DELE OPTI CONN PATC
      case 0x20495250: // PRI_
        return true;
      default: return false;
    }
  }

  /** The application a dialect belongs to. */
  static application(dialect: u32): Application {
    return dialect == Dialect.Imap ? Application.Imap : dialect == Dialect.Pop3 ? Application.Pop3 : Application.Smtp;
  }
}
if (PORT_NONE != 0) ERROR("no hint is 0");
