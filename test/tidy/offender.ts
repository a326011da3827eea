// What a rule of the repository found wrong, as one failure: every offender, and what to do instead.

import assert from "node:assert/strict";

/** One message for all offenders: a fix is one look. */
export function none(problems: readonly string[], instead: string): void {
  assert.ok(problems.length === 0, `${problems.join("\n")}\n→ ${instead}`);
}
