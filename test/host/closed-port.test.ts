// Which mail ports are closed towards everybody: from findings as data, and from a tap that hears of no
// honest reset but these.

import assert from "node:assert/strict";
import { ClosedPorts } from "../../host/alert/incident/closed-port.ts";
import type { Finding } from "../../host/ground/finding.ts";
import { readScenario } from "../scenario/language/library.ts";
import { ScenarioRunner } from "../scenario/language/runner.ts";
import { asWritten } from "../scenario/language/transform.ts";
import { DAY, finding, mailSeen, START, segmentsSeen } from "./finding.ts";

const SILENT = { mail: null, segments: segmentsSeen({ weak: ["syn-silent"] }) };
const NAMES = ["mx.one.example", "mx.two.example", "mx.three.example"];

/** Unanswered connections to three operators, and an answered one. */
function seen(
  change: (n: number) => Partial<Finding> = () => ({}),
  answered: Partial<Finding> = {},
): number[] {
  const ports = new ClosedPorts();
  for (const [n, serverName] of NAMES.entries()) {
    const place = { server: `198.51.${n}.25`, serverName, ...change(n) };
    ports.observe(finding({ ...SILENT, ...place }));
  }
  const place = { server: "198.51.0.25", serverName: "mx.one.example", serverPort: 587 };
  ports.observe(finding({ ...place, mail: mailSeen({ evidence: ["tls-ok"] }), ...answered }));
  return ports.found().map(({ port }) => port);
}

describe("closed ports", () => {
  it("are found from three operators on, one of which answers elsewhere", () => {
    assert.deepEqual(seen(), [25]);
    assert.deepEqual(
      seen((n) => ({ serverName: NAMES[Math.min(n, 1)] ?? null })),
      [],
      "two operators",
    );
    assert.deepEqual(seen(undefined, { serverName: "mx.other.example" }), [], "a stranger answers");
    assert.deepEqual(seen(undefined, { serverPort: 25 }), [], "the same port answers");
  });

  it("are mail ports of Internet servers that this house tried within a day", () => {
    assert.deepEqual(
      seen(() => ({ serverPort: 6881 })),
      [],
    );
    assert.deepEqual(
      seen((n) => ({ server: `192.168.7.${n}` })),
      [],
    );
    assert.deepEqual(
      seen(() => ({ clientNear: false })),
      [],
    );
    assert.deepEqual(seen(undefined, { openTime: START + 2n * DAY, time: START + 2n * DAY }), []);
    assert.deepEqual(
      seen((n) => ({
        segments: segmentsSeen({ synAckTtl: n === 0 ? 55 : 0, weak: ["syn-silent"] }),
      })),
      [],
      "one was answered",
    );
  });

  it("are heard of by a watch, whom honest resets are not told otherwise", () => {
    const name = "incident/one-port-closed-for-three-operators-informs.scn";
    const scenario = readScenario(name);
    const { flows } = new ScenarioRunner().run(scenario, asWritten(scenario), true);
    const refused = flows.find((line) => line.includes("d1 > t1")) ?? "";
    assert.match(refused, /other none info port-closed .*resets=1\/0/);
    const other = readScenario("reset/refused-syn-is-silent.scn");
    assert.deepEqual(new ScenarioRunner().run(other, asWritten(other), true).lines, []);
  });
});
