// Link headers with an EtherType: Ethernet II, Linux cooked v1 and v2.
// Says which network header follows and where; does not look into it. IEEE 802.3 clause 3;
// LINKTYPE_LINUX_SLL and LINKTYPE_LINUX_SLL2 of the pcap link type registry.

import { Octets } from "./octets";
import { Reason } from "../reason";

/** EtherTypes the walk follows. */
export const ETHERTYPE_IP4: u32 = 0x0800;
export const ETHERTYPE_IP6: u32 = 0x86dd;
export const ETHERTYPE_VLAN: u32 = 0x8100;
export const ETHERTYPE_QINQ: u32 = 0x88a8;
export const ETHERTYPE_QINQ_OLD: u32 = 0x9100;
export const ETHERTYPE_PPPOE_DISCOVERY: u32 = 0x8863;
export const ETHERTYPE_PPPOE_SESSION: u32 = 0x8864;

//   0        6        12  14
//   ├target──┼source──┼ty─┤
const ETHERNET_SIZE: u32 = 14;

@final @unmanaged
export class Ethernet {
  @inline static at(at: usize): Ethernet { return changetype<Ethernet>(at); }
  static check(at: usize, end: usize): Reason {
    return at + ETHERNET_SIZE > end ? Reason.LinkTruncated : Reason.Ok;
  }
  /** EtherType, or an 802.3 length when below 0x600. */
  @inline get etherType(): u32 { return Octets.u16(changetype<usize>(this), 12); }
  @inline get next(): usize { return changetype<usize>(this) + ETHERNET_SIZE; }
}

//   0  2  4  6         14  16
//   ├pt┼ha┼hl┼address──┼ty─┤
const COOKED_SIZE: u32 = 16;

@final @unmanaged
export class Cooked {
  @inline static at(at: usize): Cooked { return changetype<Cooked>(at); }
  static check(at: usize, end: usize): Reason {
    return at + COOKED_SIZE > end ? Reason.LinkTruncated : Reason.Ok;
  }
  @inline get etherType(): u32 { return Octets.u16(changetype<usize>(this), 14); }
  @inline get next(): usize { return changetype<usize>(this) + COOKED_SIZE; }
}

//   0  2  4    8  10 11 12        20
//   ├ty┼--┼if──┼ha┼pt┼hl┼address──┤
const COOKED2_SIZE: u32 = 20;

@final @unmanaged
export class Cooked2 {
  @inline static at(at: usize): Cooked2 { return changetype<Cooked2>(at); }
  static check(at: usize, end: usize): Reason {
    return at + COOKED2_SIZE > end ? Reason.LinkTruncated : Reason.Ok;
  }
  @inline get etherType(): u32 { return Octets.u16(changetype<usize>(this), 0); }
  @inline get next(): usize { return changetype<usize>(this) + COOKED2_SIZE; }
}
