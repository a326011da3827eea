// One set of the flow table: a cache line with a tag, a row number and a mark for each of FLOW_WAYS ways.
// All ways are compared at once where the machine has vectors; which one it is cannot be guessed, and a
// wrong guess costs the processor more than all the comparing.
//
//   0       16            32            64
//   ├8 tags─┼8 row numbers┼8 marks──────┤   tag 0 = free

import { FLOW_SLOT_SIZE, FLOW_WAYS } from "../limits";
import { FLOW_SETS } from "../memory";

const SET_SHIFT: usize = 6;
/** A row number stands this far behind its tag. */
export const ROWS_OF_SET: usize = 16;
const MARKS_OF_SET: usize = 32;

if (FLOW_WAYS != 8) ERROR("a set is one 128-bit row of eight tags");
if (FLOW_WAYS * FLOW_SLOT_SIZE != <u32>1 << <u32>SET_SHIFT) ERROR("a set is one cache line");

export class FlowSet {
  @inline static at(set: u32): usize { return FLOW_SETS + (<usize>set << SET_SHIFT); }

  /** Where the tag of a slot stands; its row number stands ROWS_OF_SET behind it. */
  @inline static tagAt(slot: u32): usize {
    return FlowSet.at(slot / FLOW_WAYS) + (<usize>(slot % FLOW_WAYS) << 1);
  }

  @inline static markAt(slot: u32): usize {
    return FlowSet.at(slot / FLOW_WAYS) + MARKS_OF_SET + (<usize>(slot % FLOW_WAYS) << 2);
  }

  /** Ways of a set whose tag equals: bit n stands for way n. */
  @inline static candidates(set: u32, tag: u32): u32 {
    const at = FlowSet.at(set);
    if (ASC_FEATURE_SIMD) {
      return <u32>i16x8.bitmask(i16x8.eq(v128.load(at), i16x8.splat(<i16>tag)));
    }
    let bits: u32 = 0;
    for (let way: u32 = 0; way < FLOW_WAYS; way++) {
      if (<u32>load<u16>(at + (way << 1)) == tag) bits |= 1 << way;
    }
    return bits;
  }

  /** Ways of a set with this tag that name this row: bit n stands for way n. */
  @inline static waysOfRow(set: u32, tag: u32, number: u32): u32 {
    const bits = FlowSet.candidates(set, tag);
    const at = FlowSet.at(set) + ROWS_OF_SET;
    if (ASC_FEATURE_SIMD) {
      return bits & <u32>i16x8.bitmask(i16x8.eq(v128.load(at), i16x8.splat(<i16>number)));
    }
    let named: u32 = 0;
    for (let way: u32 = 0; way < FLOW_WAYS; way++) {
      if (<u32>load<u16>(at + (way << 1)) == number) named |= 1 << way;
    }
    return bits & named;
  }

  @inline static smallestMark(set: u32): u32 {
    const at = FlowSet.at(set) + MARKS_OF_SET;
    if (ASC_FEATURE_SIMD) {
      const four = i32x4.min_u(v128.load(at), v128.load(at, 16));
      const two = i32x4.min_u(four, v128.shuffle<u32>(four, four, 2, 3, 0, 1));
      return i32x4.extract_lane(i32x4.min_u(two, v128.shuffle<u32>(two, two, 1, 0, 3, 2)), 0);
    }
    let smallest: u32 = load<u32>(at);
    for (let way: u32 = 1; way < FLOW_WAYS; way++) smallest = min(smallest, load<u32>(at + (way << 2)));
    return smallest;
  }

  /** The first way of a set with this mark; it has one. */
  @inline static wayOfMark(set: u32, mark: u32): u32 {
    const at = FlowSet.at(set) + MARKS_OF_SET;
    if (ASC_FEATURE_SIMD) {
      const wanted = i32x4.splat(mark);
      const low = <u32>i32x4.bitmask(i32x4.eq(v128.load(at), wanted));
      const high = <u32>i32x4.bitmask(i32x4.eq(v128.load(at, 16), wanted));
      return <u32>ctz(low | (high << 4));
    }
    let way: u32 = 0;
    while (way < FLOW_WAYS - 1 && load<u32>(at + (way << 2)) != mark) way++;
    return way;
  }
}
