// A bounded run of deliveries to broken collectors, with the same lots every time; and the soak itself, which
// has to end without being told to.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { conductsOf } from "./conduct.ts";
import { leftOpen, type Outcome, play, total } from "./delivery.ts";
import { makeIdentities } from "./identity.ts";

const SEEDS = 96;
/** A busy machine leaves fewer visits in the same time: lots are drawn on until every conduct was met. */
const ROUNDS_MAX = 4;
/** Every fourth delivery ends while its collector is still broken. */
const HURRIED = 4;

describe("fuzz: deliveries to broken collectors", function () {
  this.timeout(120_000);
  const folder = mkdtempSync(join(tmpdir(), "striplight-collectors-"));
  after(() => rmSync(folder, { recursive: true }));

  it("keep order, count exactly, and repeat or lose nothing that was read", async () => {
    const identities = makeIdentities(folder);
    await play(SEEDS, identities, true); // what is opened once stays
    const before = await leftOpen(0);
    const outcomes: Outcome[] = [];
    const missed = (): string[] => {
      const { met } = total(outcomes);
      return [...conductsOf("tls"), ...conductsOf("udp")].filter((name) => !met.has(name));
    };
    for (let round = 0; round < ROUNDS_MAX && missed().length > 0; round++) {
      const seeds = Array.from({ length: SEEDS }, (_, index) => round * SEEDS + index);
      const played = seeds.map((seed) => play(seed, identities, seed % HURRIED === 0));
      outcomes.push(...(await Promise.all(played)));
    }
    const wrong = outcomes.flatMap((outcome) =>
      outcome.wrong.slice(0, 3).map((what) => `seed ${outcome.seed}, ${outcome.protocol}: ${what}`),
    );
    assert.deepEqual(wrong, []);
    assert.ok((await leftOpen(before)) <= before, "sockets or timers were left open");
    assert.deepEqual(missed(), []);
    const { arrived, dropped, repeated, takenAlong } = total(outcomes);
    for (const count of [arrived, dropped, repeated, takenAlong]) assert.ok(count > 0);
  });

  it("leave a process that ends by itself", () => {
    const args = ["--import", "tsx", join(import.meta.dirname, "delivery-soak.ts"), "0"];
    const { status, stdout } = spawnSync(process.execPath, args, { encoding: "utf8" });
    assert.equal(status, 0, stdout);
    assert.match(stdout, / 0 broken\n$/);
  });
});
