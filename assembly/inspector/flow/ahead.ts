// Looks ahead over the next few frames of a walk and touches the rows their lookups will need, so that
// the processor fetches them at the same time instead of waiting for one after the other. Only a hint:
// it decodes the plainest headers, judges nothing and changes nothing but its own few words.
// Measured: docs/PERFORMANCE.md, "looking ahead".

import { FlowKey } from "./key";
import { FlowTable, SLOT_NONE } from "./table";
import { ETHERTYPE_IP4, ETHERTYPE_IP6 } from "../wire/ethernet";
import { Ip6 } from "../wire/ip6";
import { Ip4 } from "../wire/ip4";
import { Octets } from "../wire/octets";

/** Frames looked ahead: enough to overlap memory latency, few enough to stay in the first-level cache. */
export const AHEAD_FRAMES: u32 = 32;

const CACHE_LINE: u32 = 64;
const PROTOCOL_TCP: u32 = 6;
const MAPPED: u64 = 0xffff0000;
/** Ethernet, IPv4 without options, ports; Ethernet, IPv6 without extensions, ports. */
const IP4_SIZE: u32 = 14 + 20 + 4;
const IP6_SIZE: u32 = 14 + 40 + 4;

/** Slot of each frame looked at, SLOT_NONE where the look was in vain. */
const SLOTS: usize = memory.data(AHEAD_FRAMES * 4, 64);
/** Hash of each frame looked at, 0 = none. */
const HASHES: usize = memory.data(AHEAD_FRAMES * 8, 64);
/** Frames looked at, frames walked since, slot of the frame being walked; the word that keeps the reads alive. */
const STATE: usize = memory.data(16, 8);
const WALKED: usize = 4;
const SLOT: usize = 8;
const SUM: usize = 12;

export class Ahead {
  @inline static begin(): void { store<u64>(STATE, 0); }

  /**
   * Octets another core has written, touched line by line: the next line's place is known, that of the
   * next frame only from the frame before. All of [at, at + length) lies in the memory.
   */
  static octets(at: usize, length: u32): void {
    let sum: u32 = 0;
    for (let offset: u32 = 0; offset < length; offset += CACHE_LINE) sum += load<u32>(at + offset);
    store<u32>(STATE, sum, SUM);
  }

  /** One Ethernet frame to come. */
  @inline static frame(at: usize, captured: u32, interfaceIndex: u32): void {
    const count = load<u32>(STATE);
    store<u64>(HASHES + (<usize>count << 3), Ahead.look(at, captured, interfaceIndex));
    store<u32>(STATE, count + 1);
  }

  /** The walk comes to the next frame: `slot` is what was foreseen of it. */
  @inline static turn(): void {
    const walked = load<u32>(STATE, WALKED);
    const seen = walked < load<u32>(STATE);
    store<u32>(STATE, seen ? load<u32>(SLOTS + (<usize>walked << 2)) : SLOT_NONE, SLOT);
    store<u32>(STATE, walked + 1, WALKED);
  }

  /** The slot a lookup will probably find; who uses it compares the addresses. */
  @inline static get slot(): u32 { return load<u32>(STATE, SLOT); }

  /** The hash of an Ethernet frame's connection, 0 when the headers are not the plainest. */
  private static look(at: usize, captured: u32, interfaceIndex: u32): u64 {
    if (captured < IP4_SIZE) return 0;
    const etherType = Octets.u16(at, 12);
    if (etherType == ETHERTYPE_IP4) {
      const ip = Ip4.at(at + 14);
      if (Octets.u8(at, 14) != 0x45 || ip.protocol != PROTOCOL_TCP) return 0;
      return FlowKey.of(
        0, (<u64>ip.source << 32) | MAPPED, Octets.u16(at, 34),
        0, (<u64>ip.target << 32) | MAPPED, Octets.u16(at, 36), interfaceIndex,
      );
    }
    if (etherType != ETHERTYPE_IP6 || captured < IP6_SIZE) return 0;
    const ip = Ip6.at(at + 14);
    if (ip.nextHeader != PROTOCOL_TCP) return 0;
    return FlowKey.of(
      ip.sourceHigh, ip.sourceLow, Octets.u16(at, 54),
      ip.targetHigh, ip.targetLow, Octets.u16(at, 56), interfaceIndex,
    );
  }

  /**
   * Reads one word of each cache line that will be wanted: first of the sets, then of the rows they name.
   * Within a round no read waits for another, so that the processor has many under way at once.
   */
  static touch(): void {
    const count = load<u32>(STATE); // at most AHEAD_FRAMES: the walks look no further
    let sum: u32 = 0;
    for (let index: u32 = 0; index < count; index++) {
      sum += FlowTable.peek(load<u64>(HASHES + (<usize>index << 3)));
    }
    for (let index: u32 = 0; index < count; index++) {
      const hash = load<u64>(HASHES + (<usize>index << 3));
      store<u32>(SLOTS + (<usize>index << 2), hash ? FlowTable.foresee(hash) : SLOT_NONE);
    }
    for (let index: u32 = 0; index < count; index++) {
      const slot = load<u32>(SLOTS + (<usize>index << 2));
      if (slot == SLOT_NONE) continue;
      const row = FlowTable.rowOf(slot);
      sum += load<u32>(row) + load<u32>(row, 64); // a frame amid its connection touches no more: flow.ts
    }
    store<u32>(STATE, sum, SUM);
  }
}
