// ICMP and ICMPv6 errors with the packet they quote. RFC 792, RFC 4443 §3.

import { Octets } from "./octets";
import { Reason } from "../reason";

//   0  1  2   4      8
//   ├ty┼cd┼sum┼rest──┤ quoted packet …
const HEADER_SIZE: u32 = 8;

const ICMP4_UNREACHABLE: u32 = 3;
const ICMP4_TIME_EXCEEDED: u32 = 11;
const ICMP6_UNREACHABLE: u32 = 1;
const ICMP6_TIME_EXCEEDED: u32 = 3;

@final @unmanaged
export class Icmp {
  @inline static at(at: usize): Icmp { return changetype<Icmp>(at); }
  static check(at: usize, end: usize): Reason {
    return at + HEADER_SIZE > end ? Reason.IcmpTruncated : Reason.Ok;
  }
  @inline get type(): u32 { return Octets.u8(changetype<usize>(this), 0); }
  @inline get code(): u32 { return Octets.u8(changetype<usize>(this), 1); }
  @inline get quoted(): usize { return changetype<usize>(this) + HEADER_SIZE; }
  /** Only errors that quote a packet and say that it was refused or lost on the way. */
  static isError(type: u32, ipVersion: u32): bool {
    return ipVersion == 4
      ? type == ICMP4_UNREACHABLE || type == ICMP4_TIME_EXCEEDED
      : type == ICMP6_UNREACHABLE || type == ICMP6_TIME_EXCEEDED;
  }
}
