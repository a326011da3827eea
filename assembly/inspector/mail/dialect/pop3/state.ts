// What a POP3 dialog remembers beside what every dialog does; see ../../row.ts for its place.

import { DIALECT_STATE_SIZE } from "../../../limits";
import { Dialog } from "../../row";

@unmanaged
export class Pop3Dialog extends Dialog {
  /** 1 while the capability list is being read. */
  listing: u8;
}
if (offsetof<Pop3Dialog>() > offsetof<Dialog>() + DIALECT_STATE_SIZE) ERROR("POP3 remembers too much");
