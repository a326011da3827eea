// Floods in a size a test can bear: every frame is read, the tables keep their bounds, memory does not
// grow, the stripped session in the middle is found, and nobody else is accused.

import assert from "node:assert/strict";
import { broken, floods, run } from "./flood.ts";

/** More than the flow table holds. */
const FRAMES = 80_000;

describe("a flood", function () {
  this.timeout(120_000);

  for (const flood of floods()) {
    it(`${flood.name}: held by ${flood.bound}, what is true is found`, () => {
      assert.deepEqual(broken(run(flood, FRAMES)), []);
    });
  }
});
