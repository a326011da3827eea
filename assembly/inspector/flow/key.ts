// The hash of a connection's five-tuple: the same for both directions, keyed by a seed the host gives
// so that strangers cannot aim at one set of the table.

import { Segment } from "../segment";

const SEED: usize = memory.data(8, 8);
const MULTIPLIER: u64 = 0x9e3779b97f4a7c15; // 2^64 divided by the golden ratio, odd
const MULTIPLIER_HIGH: u64 = 0xc2b2ae3d27d4eb4f;

export class FlowKey {
  static seed(low: u32, high: u32): void { store<u64>(SEED, (<u64>high << 32) | low); }

  /** One end, mixed so that sums of two ends do not cancel. */
  @inline private static end(high: u64, low: u64, port: u32, seed: u64): u64 {
    let mixed = (low ^ seed) * MULTIPLIER + high * MULTIPLIER_HIGH + <u64>port * 0x165667b19e3779f9;
    mixed ^= mixed >> 29;
    mixed *= MULTIPLIER_HIGH;
    return mixed ^ (mixed >> 32);
  }

  /** 64 bits; addition makes it direction-free. */
  @inline static hash(segment: Segment): u64 {
    return FlowKey.of(
      segment.sourceHigh, segment.sourceLow, segment.sourcePort,
      segment.targetHigh, segment.targetLow, segment.targetPort, segment.interfaceIndex,
    );
  }

  @inline static of(
    sourceHigh: u64, sourceLow: u64, sourcePort: u32,
    targetHigh: u64, targetLow: u64, targetPort: u32, interfaceIndex: u32,
  ): u64 {
    const seed = load<u64>(SEED);
    let sum = FlowKey.end(sourceHigh, sourceLow, sourcePort, seed) +
      FlowKey.end(targetHigh, targetLow, targetPort, seed) + interfaceIndex;
    sum *= MULTIPLIER;
    return sum ^ (sum >> 31);
  }
}
