// The static memory map. Each table is compiler-placed storage above the ring (--memoryBase), so its
// address is a constant; nothing here is ever allocated, grown or moved. Rows are numbered from 1
// where 0 means "none".
//
//   0 ─────── 64 KiB ──────────── RING_AT + RING_SIZE ─────────────────────────────── end of memory
//   unused    ring / capture window   flows · sets · dialogs · resets · heads · findings · names

import {
  DIALOG_ROW_SIZE, FINDING_CAPACITY, FINDING_ROW_SIZE, FLOW_ROW_SIZE, FLOW_SLOT_SIZE, HEAD_CAPACITY,
  HEAD_ROW_SIZE, HOME_CAPACITY, HOME_ROW_SIZE, NAME_CAPACITY, NAME_ROW_SIZE, POLICY_CAPACITY,
  POLICY_ROW_SIZE, RESET_CAPACITY, RESET_ROW_SIZE,
} from "./limits";

/** Octets behind each table that nobody writes: guard.ts says whether they still stand. */
export const GUARD_SIZE: u32 = 64;

export const FLOW_TABLE: usize = memory.data(FLOW_CAPACITY * FLOW_ROW_SIZE + GUARD_SIZE, 256);
export const FLOW_SETS: usize = memory.data(FLOW_CAPACITY * FLOW_SLOT_SIZE + GUARD_SIZE, 64);
export const DIALOG_TABLE: usize = memory.data(DIALOG_CAPACITY * DIALOG_ROW_SIZE + GUARD_SIZE, 64);
export const RESET_TABLE: usize = memory.data(RESET_CAPACITY * RESET_ROW_SIZE + GUARD_SIZE, 64);
export const HEAD_TABLE: usize = memory.data(HEAD_CAPACITY * HEAD_ROW_SIZE + GUARD_SIZE, 64);
export const FINDING_TABLE: usize = memory.data(FINDING_CAPACITY * FINDING_ROW_SIZE + GUARD_SIZE, 64);
export const NAME_TABLE: usize = memory.data(NAME_CAPACITY * NAME_ROW_SIZE + GUARD_SIZE, 64);
export const POLICY_TABLE: usize = memory.data(POLICY_CAPACITY * POLICY_ROW_SIZE + GUARD_SIZE, 64);
/** Home networks: 16 octets network, 16 octets mask each. */
export const HOME_TABLE: usize = memory.data(HOME_CAPACITY * HOME_ROW_SIZE + GUARD_SIZE, 64);

/**
 * Zeroes a row. `size` is a multiple of 64. Wide stores: the compiler's memory.fill goes octet by octet
 * in places, and the engine's own is a call (380 against 12 ns for 256 octets).
 */
export function clearRow(at: usize, size: u32): void {
  for (const end = at + size; at < end; at += 64) {
    if (ASC_FEATURE_SIMD) {
      v128.store(at, i64x2.splat(0));
      v128.store(at, i64x2.splat(0), 16);
      v128.store(at, i64x2.splat(0), 32);
      v128.store(at, i64x2.splat(0), 48);
    } else {
      for (let octet: usize = 0; octet < 64; octet += 8) store<u64>(at + octet, 0);
    }
  }
}
