// A bounded run of the broken files, with the same lots every time.

import assert from "node:assert/strict";
import { Random } from "../scenario/language/random.ts";
import { run, subjects } from "./parser.ts";

const INPUTS = 3_000;

describe("fuzz: the host's parsers", function () {
  this.timeout(120_000);
  const random = new Random(7);

  it("answer broken files with a result or a status of the contract", async () => {
    for (const subject of subjects(random)) {
      const outcome = await run(subject, INPUTS, random);
      assert.ok((outcome.get(0) ?? 0) > 0, `no broken ${subject.name} was accepted`);
      const refused = INPUTS - (outcome.get(0) ?? 0);
      assert.equal(refused > 0, subject.statuses.length > 1, `${subject.name}: ${refused} refused`);
    }
  });
});
