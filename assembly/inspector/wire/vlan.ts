// One 802.1Q or 802.1ad tag behind an EtherType. IEEE 802.1Q §9.6.

import { Octets } from "./octets";
import { Reason } from "../reason";

//   0   2   4
//   ├tci┼ty─┤
const VLAN_SIZE: u32 = 4;

@final @unmanaged
export class Vlan {
  @inline static at(at: usize): Vlan { return changetype<Vlan>(at); }
  static check(at: usize, end: usize): Reason {
    return at + VLAN_SIZE > end ? Reason.VlanTruncated : Reason.Ok;
  }
  @inline get etherType(): u32 { return Octets.u16(changetype<usize>(this), 2); }
  @inline get next(): usize { return changetype<usize>(this) + VLAN_SIZE; }
}
