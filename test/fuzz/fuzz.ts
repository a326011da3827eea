// `make fuzz SECONDS=… SEED=…`: mutated scenarios until the time is over; says what was reached and
// what broke. Exit status 1 when anything did.

import { fileURLToPath } from "node:url";
import { allScenarios } from "../scenario/language/library.ts";
import { Fuzzer } from "./fuzzer.ts";

const BUILD = fileURLToPath(new URL("../../build/", import.meta.url));
const SECONDS_USUAL = 60;
const CRASHES_MAX = 20;

const [seedText, secondsText] = process.argv.slice(2);
const first = Number(seedText ?? 1);
const seconds = Number(secondsText ?? SECONDS_USUAL);
const fuzzer = new Fuzzer({
  modules: [`${BUILD}inspector.wasm`, `${BUILD}inspector-scalar.wasm`],
  folder: `${BUILD}fuzz`,
  scenarios: allScenarios(),
});
const end = Date.now() + seconds * 1000;
let crashes = 0;
for (let seed = first; Date.now() < end && crashes < CRASHES_MAX; seed++) {
  const crash = fuzzer.run(seed);
  if (crash === null) continue;
  crashes++;
  process.stdout.write(`seed ${crash.seed}: ${crash.what}\n  ${crash.scenario} → ${crash.file}\n`);
}
const { inputs, frames, segments, dialogs, findings } = fuzzer.tally;
const reached = frames === 0 ? 0 : Math.round((100 * segments) / frames);
process.stdout.write(
  `${inputs} inputs, ${frames} frames, ${reached} % reached TCP, ${dialogs} dialogs, ` +
    `${findings} findings, ${crashes} broken\n`,
);
process.exitCode = crashes === 0 ? 0 : 1;
