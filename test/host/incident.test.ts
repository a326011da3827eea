// Comparison between connections: what repetition, constants, distance and routes change about
// connections that were judged alone. Connections are findings as data.

import assert from "node:assert/strict";
import { hopsOf } from "../../host/alert/incident/sample.ts";
import { networkOf } from "../../host/ground/address.ts";
import type { SegmentsSeen } from "../../host/ground/finding.ts";
import { house, meet, verdicts } from "./comparison.ts";
import { DAY, SECOND, START } from "./finding.ts";

const LIKELY = { strong: ["rst-early", "rst-ttl-step"], resetIpid: 0x3412, resetWindow: 32120 };

describe("incident: repetition", () => {
  it("proves three likely connections with one header in two networks", () => {
    const place = house();
    for (const [n, server] of ["192.0.2.1", "192.0.2.2", "203.0.113.1"].entries()) {
      meet(place, { server, time: START + BigInt(n) * SECOND }, LIKELY);
    }
    assert.deepEqual(verdicts(place), [
      "192.0.2.1:49152 reset-forged proven",
      "192.0.2.2:49152 reset-forged proven",
      "203.0.113.1:49152 reset-forged proven",
    ]);
    const alert = place.latest.get("192.0.2.1:49152 reset-forged");
    assert.equal(alert?.revision, 2);
    assert.match(alert?.text ?? "", /ipid 0x3412 window 32120 DF set/);
  });

  const rest = ["192.0.2.2", "203.0.113.1"];
  const unlike: [string, Partial<SegmentsSeen>, string, bigint][] = [
    ["another header", { ...LIKELY, resetWindow: 1 }, "192.0.2.1", 0n],
    ["Don't Fragment clear among set", { ...LIKELY, resetDf: false }, "192.0.2.1", 0n],
    ["a number that tells nothing", { ...LIKELY, resetIpid: 1 }, "192.0.2.1", 0n],
    ["only suspect", { ...LIKELY, strong: ["rst-early"] }, "192.0.2.1", 0n],
    ["the same address within 180 s", LIKELY, "203.0.113.1", 0n],
    ["two days earlier", LIKELY, "192.0.2.1", 2n * DAY],
  ];
  for (const [name, segments, server, earlier] of unlike) {
    it(`does not count ${name}`, () => {
      const place = house();
      meet(place, { server, clientPort: 1, time: START - earlier }, segments);
      for (const other of rest) meet(place, { server: other, time: START + SECOND }, LIKELY);
      assert.equal(
        verdicts(place).some((verdict) => verdict.endsWith("proven")),
        false,
      );
    });
  }

  it("needs two networks", () => {
    const place = house();
    for (const server of ["192.0.2.1", "192.0.2.2", "192.0.2.3"]) meet(place, { server }, LIKELY);
    assert.equal(
      verdicts(place).every((verdict) => verdict.endsWith("likely")),
      true,
    );
  });
});

describe("incident: constant header", () => {
  const unexplained = { benign: "unexplained", resetIpid: 0x4d2, resetWindow: 777 } as const;

  it("accuses three unexplained resets with one header, in revisions", () => {
    const place = house();
    for (const server of ["192.0.2.1", "192.0.2.2", "203.0.113.1"])
      meet(place, { server }, unexplained);
    assert.deepEqual(
      [...place.latest.values()].map((alert) => [
        alert.verdict,
        alert.evidence.join(),
        alert.fingerprint,
      ]),
      Array(3).fill(["suspect", "fp-unknown-constant", "unknown-constant"]),
    );
  });

  it("shows in the lines of connections that had ended", () => {
    const place = house();
    for (const server of ["192.0.2.1", "192.0.2.2", "203.0.113.1"]) {
      meet(place, { server, cause: "ended" }, unexplained);
    }
    assert.deepEqual(
      place.book.takeFlows(true).map((line) => [line.verdict, line.reason, line.alerts.join()]),
      Array(3).fill(["suspect", null, "reset-forged"]),
    );
  });

  it("accuses nobody whose own numbers never change, or whose reset is explained", () => {
    for (const change of [
      { farIpidVaries: false },
      { benign: "reactive" },
      { resetIpid: 0 },
    ] as const) {
      const place = house();
      for (const server of ["192.0.2.1", "192.0.2.2", "203.0.113.1"]) {
        meet(place, { server }, { ...unexplained, ...change });
      }
      assert.deepEqual(verdicts(place), []);
    }
  });
});

describe("incident: constant distance", () => {
  const servers = [
    ["192.0.2.1", 50],
    ["198.51.100.1", 46],
    ["203.0.113.1", 54],
    ["192.0.2.9", 50],
  ] as const;
  const at = (farTtl: number, change: Partial<SegmentsSeen> = {}): Partial<SegmentsSeen> => ({
    benign: "unexplained",
    farTtl,
    resetTtl: 60,
    latencyUs: 30_000,
    ...change,
  });

  it("accuses one distance that speaks for many servers", () => {
    const place = house();
    for (const [server, farTtl] of servers) meet(place, { server }, at(farTtl));
    assert.equal(place.latest.size, 4);
    for (const alert of place.latest.values()) {
      assert.equal(alert.verdict, "suspect");
      assert.deepEqual(alert.evidence, ["fp-constant-distance"]);
    }
  });

  it("takes it back when the same distance ends idle connections", () => {
    const place = house();
    for (const [server, farTtl] of servers) meet(place, { server }, at(farTtl));
    meet(place, { server: "192.0.2.77" }, at(50, { benign: "idle" }));
    for (const alert of place.latest.values()) {
      assert.equal(alert.verdict, "withdrawn");
      assert.match(alert.text, /idle connections/);
    }
  });

  it("needs distances that differ, four connections and a quick answer", () => {
    const quiet = (segments: (farTtl: number) => Partial<SegmentsSeen>, count: number): void => {
      const place = house();
      for (const [server, farTtl] of servers.slice(0, count))
        meet(place, { server }, segments(farTtl));
      assert.deepEqual(verdicts(place), []);
    };
    quiet((farTtl) => at(farTtl), 3);
    quiet(() => at(50), 4);
    quiet((farTtl) => at(farTtl, { latencyUs: 2_000_000 }), 4);
    quiet((farTtl) => at(farTtl, { stage: "later" }), 4);
  });
});

describe("incident: route event", () => {
  /** Answered by the book, from five hops nearer than the server. */
  const moved = {
    strong: ["rst-ttl-step"],
    benign: "reactive",
    resetTtl: 50,
    farTtl: 55,
  } as const;

  it("takes back what a change of route explains", () => {
    const place = house();
    const openTime = START - 60n * SECOND;
    for (const n of [1, 2, 3]) {
      meet(place, { server: `192.0.2.${n}`, time: START + BigInt(n) * SECOND, openTime }, moved);
    }
    assert.deepEqual(
      [...place.latest.values()].map((alert) => [alert.verdict, alert.revision]),
      [
        ["withdrawn", 2],
        ["withdrawn", 2],
      ],
    );
    assert.match([...place.latest.values()][0]?.text ?? "", /changed their path/);
  });

  it("believes in no change of route while new connections begin at the old distance", () => {
    const place = house();
    const later = { ...moved, resetAfterMs: 500 };
    for (const n of [1, 2, 3]) {
      meet(place, { server: `192.0.2.${n}`, openTime: START + BigInt(n) * SECOND }, later);
    }
    assert.equal(
      verdicts(place).every((verdict) => verdict.endsWith("suspect")),
      true,
    );
  });

  it("takes back what a new connection to the same server shows to be its new distance", () => {
    const later = { ...moved, resetAfterMs: 500 };
    for (const [server, synAckTtl, verdict] of [
      ["192.0.2.1", 50, "withdrawn"],
      ["192.0.2.1", 55, "suspect"],
      ["192.0.2.2", 50, "suspect"],
    ] as const) {
      const place = house();
      meet(place, { server: "192.0.2.1", openTime: START }, later);
      const openTime = START + 60n * SECOND;
      meet(place, { server, openTime, clientPort: 2 }, { synAckTtl, benign: "conforming" });
      assert.deepEqual(verdicts(place), [`192.0.2.1:49152 reset-forged ${verdict}`]);
    }
  });

  it("leaves alone what differs or lies apart", () => {
    const place = house();
    for (const n of [1, 2, 3]) {
      const resetTtl = 50 + n;
      const moved = { strong: ["rst-ttl-step"], benign: "reactive", resetTtl, farTtl: 60 } as const;
      meet(place, { server: `192.0.2.${n}` }, moved);
    }
    assert.equal(
      verdicts(place).every((verdict) => verdict.endsWith("suspect")),
      true,
    );
  });
});

describe("incident: near proxy", () => {
  const near = ["192.0.2.25", "198.51.100.25", "203.0.113.25", "198.18.0.25", "198.19.0.25"];
  const far = ["198.51.100.26", "203.0.113.26"];

  function distances(ports: readonly [string, number, number][]): number[] {
    const place = house();
    for (const [server, serverPort, synAckTtl] of ports) {
      meet(place, { server, serverPort, cause: "ended" }, { resetsToClient: 0, synAckTtl });
    }
    return place.book.proxies.found();
  }
  const at = (servers: readonly string[], port: number, ttl: number) =>
    servers.map((server): [string, number, number] => [server, port, ttl]);

  it("is where five networks answer from near on one port, and others from far", () => {
    assert.deepEqual(distances([...at(near, 25, 61), ...at(far, 443, 52)]), [25]);
    assert.deepEqual(distances([...at(near, 25, 252), ...at(far, 443, 240)]), [25]);
  });

  it("is not where one answers from far, where fewer do, or where everything is near", () => {
    const farOnes = at(far, 443, 52);
    assert.deepEqual(distances([...at(near.slice(1), 25, 61), ...farOnes]), []);
    assert.deepEqual(
      distances([...at(near, 25, 61), ...at(["100.9.1.2"], 25, 50), ...farOnes]),
      [],
    );
    assert.deepEqual(distances([...at(near, 25, 60), ...farOnes]), []);
    assert.deepEqual(distances(at(near, 25, 61)), []);
    assert.deepEqual(distances([...at(near, 25, 61), ...at(far, 443, 0)]), []);
  });

  it("counts networks, and no private ones", () => {
    const one = near.map((_, n) => `198.51.100.${n + 1}`);
    const home = near.map((_, n) => `10.${n}.0.1`);
    const farOnes = at(far, 443, 52);
    assert.deepEqual(distances([...at(one, 25, 61), ...farOnes]), []);
    assert.deepEqual(distances([...at(home, 25, 61), ...farOnes]), []);
  });
});

describe("incident: measures", () => {
  it("counts hops from the nearest initial value", () => {
    assert.deepEqual([0, 46, 64, 65, 237, 255].map(hopsOf), [null, 18, 0, 63, 18, 0]);
  });

  it("takes the /24 of IPv4 and the /48 of IPv6", () => {
    assert.equal(networkOf("192.0.2.77"), "192.0.2");
    assert.equal(networkOf("2001:db8::1"), "2001:db8:0");
    assert.equal(networkOf("2001:db8:5:6::1"), "2001:db8:5");
  });

  it("stays bounded under a flood of resets", () => {
    const place = house();
    const begun = process.hrtime.bigint();
    for (let n = 0; n < 3000; n++) {
      const address = `10.${n >> 8}.${n & 255}.1`;
      meet(
        place,
        { server: address, clientPort: n + 1 },
        { benign: "unexplained", resetIpid: 300 + n },
      );
    }
    assert.equal(place.latest.size, 0);
    assert.equal(process.hrtime.bigint() - begun < 20n * SECOND, true);
  });
});
