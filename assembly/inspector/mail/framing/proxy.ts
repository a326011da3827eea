// What a client may send before its first command: an empty line, options of a telnet program, or the binary
// header by which a proxy names its client. None of it is a command, and no server answers it.
// RFC 854 (IAC and two octets); HAProxy's PROXY protocol, version 2, §2.2.

import { CR, LF } from "../../wire/ascii";
import { Dialog, Mode, Side } from "../row";
import { Word, WORD_QUIT } from "../word";

/** First octet of a telnet option, and those that follow it. */
const TELNET: u32 = 0xff;
const TELNET_OPTION_SIZE: u64 = 2;
/** The header's signature read as lines: "", "", NUL, "QUIT"; then version, family, and a length of two octets. */
const SIGNATURE_EMPTY: u8 = 2;
const SIGNATURE_NUL: u8 = 3;
const SIGNATURE_WHOLE: u8 = 4;
const HEADER_SIZE: u32 = 4;
/** No header can begin any more. */
const OVER: u8 = 255;

export class Preface {
  /** True when a client's first octet may be none of a command's. */
  @inline static begins(octet: u32): bool { return octet == TELNET || octet == CR || octet == LF; }

  /** Octet number `length` of a line of the client: true when it belongs to an option or to the header. */
  static takes(dialog: Dialog, side: Side, length: u32, octet: u32): bool {
    if (octet == TELNET && length == 0) {
      side.skip = TELNET_OPTION_SIZE;
      side.mode = Mode.Skip;
      side.length = 0;
      return true;
    }
    if (dialog.preface != SIGNATURE_WHOLE) return false;
    if (length + 1 < HEADER_SIZE) { // the last of them is the length's first octet
      side.literal = octet;
      return true;
    }
    side.skip = <u64>(side.literal << 8 | octet);
    if (side.skip) side.mode = Mode.Skip;
    side.clear();
    dialog.preface = OVER;
    return true;
  }

  /** A complete line of the client, [at, end), is none of its commands: empty before the greeting, or a signature's. */
  static isLine(dialog: Dialog, at: usize, end: usize): bool {
    const seen = dialog.preface;
    if (seen == OVER) return false;
    const size = <u32>(end - at);
    if (size == 0 && seen < SIGNATURE_EMPTY) {
      if (dialog.greeted) return false;
      dialog.preface = seen + 1;
      return true;
    }
    const nul = seen == SIGNATURE_EMPTY && size == 1 && load<u8>(at) == 0;
    const quit = seen == SIGNATURE_NUL && Word.of(at, size) == WORD_QUIT;
    dialog.preface = nul ? SIGNATURE_NUL : quit ? SIGNATURE_WHOLE : OVER;
    return nul || quit;
  }
}
