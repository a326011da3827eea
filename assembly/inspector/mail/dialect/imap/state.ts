// What an IMAP dialog remembers beside what every dialog does; see ../../row.ts for its place.

import { DIALECT_STATE_SIZE } from "../../../limits";
import { Dialog, TOKEN_SIZE } from "../../row";

@unmanaged
export class ImapDialog extends Dialog {
  /** Hashes of tags: upgrade, authentication, FETCH, the latest command. */
  upgradeTag: u32;
  authTag: u32;
  fetchTag: u32;
  commandTag: u32;
  /** Of an answer that came before any command. */
  strayTag: u32;
  /** Capability tokens: 0 outside, 1 reading, 2 ignoring. */
  capability: u8;
  tokenLength: u8;
  /** 1 when two blanks stood together behind the word before. */
  hollow: u8;
  /** 1 after SELECT. */
  selected: u8;

  /** The capability token being read. */
  @inline get token(): usize { return changetype<usize>(this) + offsetof<ImapDialog>(); }
}
if (offsetof<ImapDialog>() + TOKEN_SIZE > offsetof<Dialog>() + DIALECT_STATE_SIZE) ERROR("IMAP remembers too much");
