// PPPoE session header and the PPP protocol number behind it. RFC 2516 §4, RFC 1661 §2.

import { Octets } from "./octets";
import { Reason } from "../reason";
import { ETHERTYPE_IP4, ETHERTYPE_IP6 } from "./ethernet";

const PPP_IP4: u32 = 0x0021;
const PPP_IP6: u32 = 0x0057;

//   0  1  2   4   6   8
//   ├vt┼cd┼sid┼len┼ppp┤
const PPPOE_SIZE: u32 = 6;

@final @unmanaged
export class Pppoe {
  @inline static at(at: usize): Pppoe { return changetype<Pppoe>(at); }
  static check(at: usize, end: usize): Reason {
    return at + PPPOE_SIZE + 2 > end ? Reason.PppoeTruncated : Reason.Ok;
  }
  /** 0x00 is session data; everything else is control. */
  @inline get code(): u32 { return Octets.u8(changetype<usize>(this), 1); }
  @inline get ppp(): usize { return changetype<usize>(this) + PPPOE_SIZE; }
}

/** The PPP protocol field: two octets, or one when compressed (odd first octet). */
export class Ppp {
  /** EtherType of the packet behind the protocol field, 0 when it is neither IPv4 nor IPv6. */
  static etherType(at: usize, end: usize): u32 {
    if (at + 2 > end) return 0;
    const first = Octets.u8(at, 0);
    const protocol = first & 1 ? first : Octets.u16(at, 0);
    if (protocol == PPP_IP4) return ETHERTYPE_IP4;
    return protocol == PPP_IP6 ? ETHERTYPE_IP6 : 0;
  }
  @inline static size(at: usize): u32 { return Octets.u8(at, 0) & 1 ? 1 : 2; }
}
