// Applies what comparison found to the record of a connection. Judges nothing.

import type { Adjustment, Sample } from "./sample.ts";

/** Applies an adjustment to its connection; true when it changed something. */
export function adjust(sample: Sample, adjustment: Adjustment): boolean {
  const { record } = sample;
  const { add, cancel, raise, blocked, reason } = adjustment;
  let changed = false;
  if (add !== undefined && !record.added.has(add)) {
    record.added.add(add);
    changed = true;
  }
  for (const name of cancel ?? []) {
    if (record.cancelled.has(name)) continue;
    record.cancelled.add(name);
    changed = true;
  }
  if (raise !== undefined && record.signature === null) {
    record.signature = sample.tuple;
    changed = true;
  }
  if (blocked !== undefined && record.blocked !== blocked) {
    record.blocked = blocked;
    changed = true;
  }
  if (changed && reason !== undefined) record.reason = reason;
  return changed;
}
