// What a port number suggests. A hint only: the first octets of the server decide.
// IANA service names; RFC 8314 §3 for the ports where TLS comes first.

import { Dialect } from "./row";

export const PORT_NONE: u32 = 0;
const PORT_SMTP: u32 = 1;
const PORT_IMAP: u32 = 2;
const PORT_POP3: u32 = 3;
const PORT_TLS: u32 = 4; // added to one of the three
/** Another protocol with a greeting that could be mistaken. */
export const PORT_FOREIGN: u32 = 8;

export class Port {
  /** The hint for a server's port. */
  static hint(port: u32): u32 {
    switch (port) {
      case 24: case 25: case 26: case 587: case 2525: return PORT_SMTP;
      case 143: return PORT_IMAP;
      case 110: return PORT_POP3;
      case 465: return PORT_SMTP + PORT_TLS;
      case 993: return PORT_IMAP + PORT_TLS;
      case 995: return PORT_POP3 + PORT_TLS;
      case 21: case 22: case 80: case 119: case 389: case 433: case 443: case 4190: case 5222: case 5269: case 6379:
        return PORT_FOREIGN;
      default: return PORT_NONE;
    }
  }
  @inline static isMail(hint: u32): bool { return hint != PORT_NONE && hint != PORT_FOREIGN; }
  @inline static isTls(hint: u32): bool { return hint > PORT_TLS && hint < PORT_FOREIGN; }
  @inline static dialect(hint: u32): u32 { return Port.isMail(hint) ? hint & 3 : Dialect.Undecided; }
}
