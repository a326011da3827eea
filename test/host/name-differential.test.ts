// What fails by name where others work at the same address: the only rule that sees rewriting in the path.

import assert from "node:assert/strict";
import { type House, house, meet, verdicts } from "./comparison.ts";
import { DAY, SECOND, START } from "./finding.ts";

describe("incident: what fails by name", () => {
  const server = "192.0.2.80";
  const failed = { benign: "unexplained", resetsToClient: 1 } as const;
  const succeeded = { resetsToClient: 0, stage: "none" } as const;

  function story(
    place: House,
    failures: number,
    successes: readonly (readonly [string, string | null])[],
  ): void {
    for (const [n, [serverName, lanClient]] of successes.entries()) {
      const openTime = START + BigInt(n) * SECOND;
      meet(
        place,
        { server, serverName, openTime, cause: "ended", clientPort: 100 + n },
        succeeded,
        lanClient,
      );
    }
    for (let n = 0; n < failures; n++) {
      const openTime = START + BigInt(30 + n * 30) * SECOND;
      meet(
        place,
        { server, serverName: "blocked.test", openTime, time: openTime, clientPort: 200 + n },
        failed,
      );
    }
  }
  const other = ["fine.test", null] as const;

  it("tells a name that fails where others work, as blocked", () => {
    const place = house();
    story(place, 3, [other, other, other]);
    assert.equal(place.latest.size, 3);
    for (const alert of place.latest.values()) {
      assert.equal(alert.alert, "connection-blocked");
      assert.equal(alert.verdict, "suspect");
      assert.equal(alert.severity, "notice");
    }
  });

  it("tells it too when the successes come to light last", () => {
    const place = house();
    story(place, 3, []);
    assert.equal(place.latest.size, 0);
    story(place, 0, [other, other, other]);
    assert.equal(place.latest.size, 3);
  });

  it("lifts silence and what is suspect by one level, at most to likely", () => {
    const place = house();
    story(place, 2, [other, other, other]);
    const openTime = START + 100n * SECOND;
    const silent = { weak: ["ch-silent"], resetsToClient: 0, stage: "none" } as const;
    meet(place, { server, serverName: "blocked.test", openTime, clientPort: 300 }, silent);
    assert.equal(place.latest.get(`${server}:300 connection-blocked`)?.verdict, "suspect");
    const suspect = { strong: ["rst-early"], benign: "unexplained" } as const;
    meet(place, { server, serverName: "blocked.test", openTime, clientPort: 301 }, suspect);
    assert.equal(place.latest.get(`${server}:301 connection-blocked`)?.verdict, "likely");
  });

  it("keeps quiet with too few failures, too few successes, or none near in time", () => {
    for (const [failures, successes] of [
      [2, [other, other, other]],
      [3, [other, other]],
    ] as const) {
      const place = house();
      story(place, failures, successes);
      assert.deepEqual(verdicts(place), []);
    }
    const place = house();
    for (const n of [0, 1, 2]) {
      const openTime = START - DAY;
      meet(
        place,
        { server, serverName: "fine.test", openTime, cause: "ended", clientPort: n },
        succeeded,
      );
    }
    story(place, 3, []);
    assert.deepEqual(verdicts(place), []);
  });

  it("counts a connection once, whether told while it works or at its end", () => {
    const place = house();
    for (const cause of ["changed", "ended", "changed"] as const) {
      const working = { ordinal: 77, firstFrame: 77, openTime: START, cause };
      meet(place, { server, serverName: "fine.test", ...working }, succeeded);
    }
    story(place, 3, []);
    assert.deepEqual(verdicts(place), []);
  });

  it("blames the machine at home when another one reaches the same name", () => {
    const place = house();
    story(place, 3, [other, other, other, ["blocked.test", "192.168.1.99"]]);
    assert.deepEqual(verdicts(place), []);
  });
});
