// What `striplight status` prints for a person of what the watch knows beside its counters.

import assert from "node:assert/strict";
import { Matrix } from "../../host/alert/matrix.ts";
import { describeStatus } from "../../host/text/status-text.ts";
import { SECOND, START } from "./finding.ts";

function marked(rows: readonly [client: string, port: number, version: 4 | 6, ...boolean[]][]) {
  const matrix = new Matrix();
  for (const [client, port, ipVersion, ...sessions] of rows) {
    for (const tampered of sessions) {
      matrix.mark(
        { client, server: `198.51.100.${ipVersion}`, operator: "ex.example", port, ipVersion },
        START,
        tampered,
      );
    }
  }
  return matrix.answers(START + SECOND);
}

describe("status: who is affected", () => {
  it("says it for every operator and port with tampering, and for no other", () => {
    const affected = marked([
      ["192.168.1.10", 587, 4, true, true, true],
      ["192.168.1.11", 587, 4, false, false, false],
      ["192.168.1.11", 25, 4, false],
    ]);
    const text = describeStatus({ affected });
    assert.match(
      text,
      /who is affected, last 24 hours\n {2}ex\.example port 587 over IPv4: Only client 192\.168\.1\.10 is affected\./,
    );
    assert.equal(affected.length, 1);
  });

  it("says when it cannot know", () => {
    const [place] = marked([["192.168.1.10", 587, 4, true]]);
    assert.equal(place?.answer, "not-enough");
    assert.match(describeStatus({ affected: [place] }), /Not enough to compare \(n=1\)\./);
  });

  it("says where the same operator is untouched, from three sessions on", () => {
    const rows = (clean: boolean[]): Parameters<typeof marked>[0] => [
      ["192.168.1.10", 25, 4, true, true],
      ["192.168.1.11", 25, 4, true, true],
      ["192.168.1.10", 25, 6, ...clean],
      ["192.168.1.10", 587, 4, ...clean],
    ];
    const [three] = marked(rows([false, false, false]));
    assert.equal(three?.text, "All 2 clients are affected. Only over IPv4. Only on port 25.");
    const [two] = marked(rows([false, false]));
    assert.equal(two?.text, "All 2 clients are affected.");
  });

  it("names ports that are closed, and how many servers are remembered", () => {
    const text = describeStatus({
      closedPorts: [{ port: 25, operators: 4 }],
      baselines: { servers: 7 },
    });
    assert.match(text, /closed towards every mail server tried: port 25 \(4 operators\)/);
    assert.match(text, /mail servers remembered: 7/);
    assert.ok(!describeStatus({}).includes("closed towards"));
  });
});

describe("status: transparent proxies", () => {
  it("names their ports, and says nothing where there are none", () => {
    assert.match(
      describeStatus({ nearProxies: [25, 587] }),
      /^transparent proxy on ports 25, 587: /m,
    );
    assert.doesNotMatch(describeStatus({ nearProxies: [] }), /proxy/);
  });
});
