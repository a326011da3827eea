// A bounded run of the fuzzer with seeds that are the same every time.

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { allScenarios } from "../scenario/language/library.ts";
import { type Crash, Fuzzer } from "./fuzzer.ts";

const BUILD = fileURLToPath(new URL("../../build/", import.meta.url));
const SECONDS = 20;
const SEEDS_MIN = 20;

describe("fuzz", function () {
  this.timeout(6 * SECONDS * 1000);

  it("holds every invariant on mutated scenarios", () => {
    const fuzzer = new Fuzzer({
      modules: [`${BUILD}inspector.wasm`, `${BUILD}inspector-scalar.wasm`],
      folder: `${BUILD}fuzz`,
      scenarios: allScenarios(),
    });
    const crashes: Crash[] = [];
    const end = Date.now() + SECONDS * 1000;
    for (let seed = 1; Date.now() < end || seed <= SEEDS_MIN; seed++) {
      const crash = fuzzer.run(seed);
      if (crash !== null) crashes.push(crash);
      if (crashes.length === 5) break;
    }
    const told = crashes.map(({ seed, what, file }) => `seed ${seed}: ${what} (${file})`);
    assert.deepEqual(told, []);
    const { frames, segments, dialogs } = fuzzer.tally;
    assert.ok(segments > 0.6 * frames, `only ${segments} of ${frames} frames reached TCP`);
    assert.ok(dialogs > 0, "no input reached a dialog");
  });
});
