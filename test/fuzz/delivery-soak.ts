// `make soak-collectors SECONDS=… SEED=…`: deliveries to broken collectors, many at a time, until the time
// is over; says what was met and what came of the records. Exit status 1 when a promise was broken; ends by
// itself, as nothing may be left open.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { leftOpen, type Outcome, play, total } from "./delivery.ts";
import { makeIdentities } from "./identity.ts";

const SECONDS_USUAL = 60;
const AT_ONCE = 32;
const BROKEN_MAX = 20;

const [secondsText, seedText] = process.argv.slice(2);
const seconds = Number(secondsText ?? SECONDS_USUAL);
const folder = mkdtempSync(join(tmpdir(), "striplight-collectors-"));
const identities = makeIdentities(folder);
const outcomes: Outcome[] = [];
let seed = Number(seedText ?? 1);
let broken = 0;
await play(seed, identities); // what is opened once stays: the C library, random numbers
const before = await leftOpen(0);
const end = Date.now() + seconds * 1000;
do {
  const plays = Array.from({ length: AT_ONCE }, () => play(seed, identities, seed++ % 4 === 0));
  for (const outcome of await Promise.all(plays)) {
    outcomes.push(outcome);
    if (outcome.wrong.length === 0) continue;
    broken += 1;
    process.stdout.write(`seed ${outcome.seed}, ${outcome.protocol}:\n`);
    for (const what of outcome.wrong.slice(0, 5)) process.stdout.write(`  ${what}\n`);
  }
} while (Date.now() < end && broken < BROKEN_MAX);
const open = await leftOpen(before);
if (open > before) {
  broken += 1;
  process.stdout.write(`${open - before} sockets and timers were left open\n`);
}
rmSync(folder, { recursive: true });
const sum = total(outcomes);
for (const [conduct, count] of sum.met)
  process.stdout.write(`${String(count).padStart(8)} × ${conduct}\n`);
process.stdout.write(
  `${outcomes.length} deliveries, ${sum.connections} connections; of ${sum.sent} records ${sum.dropped} ` +
    `dropped and told, ${sum.arrived} lines arrived, ${sum.repeated} came again, ` +
    `${sum.takenAlong} taken along by broken connections; ${broken} broken\n`,
);
process.exitCode = broken === 0 ? 0 : 1;
