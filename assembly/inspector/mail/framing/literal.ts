// Literals: a number in braces at the end of a line announces counted octets, after which the
// line goes on. RFC 3501 §4.3, RFC 7888 §4.

import { Dialog, Mode, Side } from "../row";
import { Word } from "../word";
import { BRACE_CLOSE, BRACE_OPEN, CR, DIGIT_0, MINUS, PLUS } from "../../wire/ascii";

/** A literal of more is no literal. */
const LITERAL_MAX: u32 = 0x0fffffff;

export class Literal {
  /** "{12}" or "{12+}" at the end of a line announces a literal. RFC 3501 §4.3, RFC 7888 §4. */
  @inline static watch(side: Side, octet: u32): void {
    const state = <u32>side.literalState;
    if (octet == BRACE_OPEN) { side.literalState = 1; side.literal = 0; return; }
    if (state == 0 || (state == 3 && octet == CR)) return;
    if (state == 1 && Word.isDigit(octet) && side.literal < LITERAL_MAX / 10) {
      side.literal = side.literal * 10 + (octet - DIGIT_0);
    } else if (state == 1 && (octet == PLUS || octet == MINUS)) side.literalState = 2;
    else if (state < 3 && octet == BRACE_CLOSE) side.literalState = 3;
    else side.literalState = 0;
  }

  /** True when the line goes on behind a literal, which is passed over. */
  static continues(dialog: Dialog, side: Side): bool {
    if (!dialog.literals || side.literalState != 3 || side.resync) return false;
    side.literalState = 0;
    side.continued = 1;
    side.skip = side.literal;
    side.untouched = 1;
    side.mode = side.literal ? Mode.Skip : Mode.Line;
    return true;
  }
}
