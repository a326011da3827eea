// Guard words behind every large table: raised with each input, looked at by whoever fuzzes. A row written
// past its table's end breaks one. The engine's own bounds are the memory's end, far behind.

import {
  DIALOG_ROW_SIZE, FINDING_CAPACITY, FINDING_ROW_SIZE, FLOW_ROW_SIZE, FLOW_SLOT_SIZE, HEAD_CAPACITY,
  HEAD_ROW_SIZE, HOME_CAPACITY, HOME_ROW_SIZE, NAME_CAPACITY, NAME_ROW_SIZE, POLICY_CAPACITY, POLICY_ROW_SIZE,
  RESET_CAPACITY, RESET_ROW_SIZE,
} from "./limits";
import {
  DIALOG_TABLE, FINDING_TABLE, FLOW_SETS, FLOW_TABLE, GUARD_SIZE, HEAD_TABLE, HOME_TABLE, NAME_TABLE,
  POLICY_TABLE, RESET_TABLE,
} from "./memory";

/** No address, count or text looks like it. */
const WORD: u64 = 0xa5c35a3c96f069e1;
const GUARDS: u32 = 9;

export class Guards {
  /** Where the nth table ends and its guard begins. */
  private static at(index: u32): usize {
    switch (index) {
      case 0: return FLOW_TABLE + FLOW_CAPACITY * FLOW_ROW_SIZE;
      case 1: return FLOW_SETS + FLOW_CAPACITY * FLOW_SLOT_SIZE;
      case 2: return DIALOG_TABLE + DIALOG_CAPACITY * DIALOG_ROW_SIZE;
      case 3: return RESET_TABLE + RESET_CAPACITY * RESET_ROW_SIZE;
      case 4: return HEAD_TABLE + HEAD_CAPACITY * HEAD_ROW_SIZE;
      case 5: return FINDING_TABLE + FINDING_CAPACITY * FINDING_ROW_SIZE;
      case 6: return NAME_TABLE + NAME_CAPACITY * NAME_ROW_SIZE;
      case 7: return POLICY_TABLE + POLICY_CAPACITY * POLICY_ROW_SIZE;
      default: return HOME_TABLE + HOME_CAPACITY * HOME_ROW_SIZE;
    }
  }

  static raise(): void {
    for (let index: u32 = 0; index < GUARDS; index++) {
      for (let octet: u32 = 0; octet < GUARD_SIZE; octet += 8) store<u64>(Guards.at(index) + octet, WORD);
    }
  }

  /** How many guards no longer stand. */
  static broken(): u32 {
    let count: u32 = 0;
    for (let index: u32 = 0; index < GUARDS; index++) {
      let stands = true;
      for (let octet: u32 = 0; octet < GUARD_SIZE; octet += 8) {
        if (load<u64>(Guards.at(index) + octet) != WORD) stands = false;
      }
      if (!stands) count++;
    }
    return count;
  }
}
