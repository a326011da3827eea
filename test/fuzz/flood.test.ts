// Floods in a size a test can bear: every frame is read, the tables keep their bounds, memory does not
// grow, the stripped session in the middle is found, and nobody else is accused.

import assert from "node:assert/strict";
import { floods, run } from "./flood.ts";

/** More than the flow table holds. */
const FRAMES = 80_000;

describe("a flood", function () {
  this.timeout(120_000);

  for (const flood of floods()) {
    it(`${flood.name}: bounded by ${flood.bound}, what is true is found`, () => {
      const row = run(flood, FRAMES);
      assert.equal(row.inspected, row.frames);
      assert.equal(row.memory, 0);
      assert.ok(row.flows <= 65_536, `${row.flows} connections`);
      assert.ok(Number(row.bound.split(" ")[1]) > 0, row.bound);
      assert.ok(row.found, "the stripped session was missed");
      assert.deepEqual(row.others, []);
    });
  }
});
