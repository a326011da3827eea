// What a household sends must not stay behind: after any way of feeding, no planted password, address
// or letter is anywhere in the inspector's memory, the window and the ring blocks included, nor in a
// finding; while what may be kept (the server's own words) is still there, so that the search works.

import assert from "node:assert/strict";
import { Drain } from "../../host/drain.ts";
import type { Finding } from "../../host/ground/finding.ts";
import type { Inspector } from "../../host/inspector.ts";
import { openInspector } from "../pipeline.ts";
import { feed } from "./language/feed.ts";
import { allScenarios } from "./language/library.ts";
import type { Scenario } from "./language/scenario.ts";
import { asWritten, type Feed } from "./language/transform.ts";

const SECRETS = [
  "not-a-secret",
  "AGFubgBub3QtYS1zZWNyZXQ=",
  "bm90LWEtc2VjcmV0",
  "ann@laptop.example",
  "ben@mx.example",
  "laptop.example",
  "Subject: hello",
];
/** No scenario fills more of the window, or of the ring blocks a test goes round. */
const WINDOW_USED = 4 * 65536;
const FEEDS: readonly Feed[] = [
  { kind: "records", littleEndian: true, nanoseconds: true },
  { kind: "cuts", seed: 5, pieceMax: 70 },
  { kind: "ring", seed: 5, vlanInHeader: false },
];

describe("secrets", () => {
  const telling = allScenarios().filter((scenario) => secretsOf(scenario).length > 0);

  it("are planted in scenarios of every dialect", () => {
    const ports = new Set(telling.map((scenario) => scenario.hosts.get("s")?.port));
    for (const port of [25, 587, 143, 110]) assert.ok(ports.has(port), `none on port ${port}`);
  });

  for (const how of FEEDS) {
    it(`are gone after ${how.kind}`, () => {
      const inspector = openInspector();
      const window = inspector.ringAt;
      for (const scenario of telling) {
        const findings = run(inspector, scenario, how);
        const told = JSON.stringify(findings, (_, value: unknown) => {
          return typeof value === "bigint" ? value.toString() : value;
        });
        const near = Buffer.from(inspector.octets.buffer, window, WINDOW_USED);
        for (const secret of secretsOf(scenario)) {
          assert.ok(!near.includes(secret), `${scenario.path}: "${secret}" is still in the window`);
          assert.ok(!told.includes(secret), `${scenario.path}: "${secret}" is told`);
        }
      }
      const memory = Buffer.from(inspector.octets.buffer);
      for (const secret of SECRETS) assert.ok(!memory.includes(secret), `"${secret}" is in memory`);
    });
  }

  it("would be found: the greeting is", () => {
    const scenario = telling.find((one) => one.path.includes("password-in-clear"));
    assert.ok(scenario);
    const inspector = openInspector();
    for (const how of FEEDS.slice(0, 1)) run(inspector, scenario, how);
    const near = Buffer.from(inspector.octets.buffer, inspector.ringAt, WINDOW_USED);
    assert.ok(near.includes("mx.example ESMTP"));
  });
});

function secretsOf(scenario: Scenario): string[] {
  const sent = asWritten(scenario).packets.map((packet) => {
    return packet.kind === "tcp" ? Buffer.from(packet.payload).toString("latin1") : "";
  });
  return SECRETS.filter((secret) => sent.some((payload) => payload.includes(secret)));
}

function run(inspector: Inspector, scenario: Scenario, how: Feed): readonly Finding[] {
  const findings: Finding[] = [];
  const drain = new Drain(inspector, (finding) => findings.push(finding));
  feed(drain, { ...asWritten(scenario), feed: how });
  return findings;
}
