// What an SMTP or LMTP dialog remembers beside what every dialog does; see ../../row.ts for its place.

import { HOST_TOKEN_SIZE } from "../../../finding/finding";
import { DIALECT_STATE_SIZE } from "../../../limits";
import { Dialog } from "../../row";

/** Stars that make a greeting a masked one, and stars for each letter that may be left. */
const BANNER_STARS_MIN: u32 = 8;

@unmanaged
export class SmtpDialog extends Dialog {
  /** Octets of XEXCH50 that follow its 354. */
  exchange: u64;
  /** Reply being read: its code, lines so far, whose it is. */
  replyCode: u16;
  replyLine: u16;
  replyOpen: u8;
  replyVerb: u8;
  replyFlags: u8;
  /** Octets of the greeting other than stars, 2, 0 and blanks, saturating; "*" in its text. */
  bannerText: u8;
  stars: u16;
  transaction: u8;
  /** 1 when the first command was XXXX, 2 when it was denied. */
  firstMasked: u8;
  /** LMTP: replies owed at the end of data. */
  recipients: u8;
  lmtp: u8;
  ehloHostLength: u8;

  /** A greeting of stars; a letter that was left between them does not matter. */
  get hidesBanner(): bool {
    return <u32>this.stars >= BANNER_STARS_MIN && <u32>this.bannerText * BANNER_STARS_MIN <= <u32>this.stars;
  }

  @inline static of(dialog: Dialog): SmtpDialog { return changetype<SmtpDialog>(changetype<usize>(dialog)); }
  /** The host's name in the first line of the list. */
  @inline get ehloHost(): usize { return changetype<usize>(this) + offsetof<SmtpDialog>(); }
}
if (offsetof<SmtpDialog>() + HOST_TOKEN_SIZE > offsetof<Dialog>() + DIALECT_STATE_SIZE) ERROR("SMTP remembers too much");
