// Who is affected: the answers of the matrix and the scope of alerts, from sessions as data.

import assert from "node:assert/strict";
import { AlertBook } from "../../host/alert/book.ts";
import { Matrix, type Place } from "../../host/alert/matrix.ts";
import { DAY, FULL_LIST, finding, mailSeen, SECOND, START } from "./finding.ts";
import { judgeForTests } from "./judge-module.ts";

const HOUR = 3600n * SECOND;

function place(change: Partial<Place> = {}): Place {
  const operator = change.operator ?? "ex.test";
  const server = `server of ${operator}`;
  return { client: "192.168.1.10", server, operator, port: 587, ipVersion: 4, ...change };
}

/** A matrix with rows: client, operator, port, tampered sessions, clean sessions. */
function matrixOf(rows: readonly (readonly [string, string, number, number, number])[]): Matrix {
  const matrix = new Matrix();
  let time = START;
  for (const [client, operator, port, tampered, clean] of rows) {
    for (let n = 0; n < tampered + clean; n++) {
      time += SECOND;
      matrix.mark(place({ client, operator, port }), time, n < tampered);
    }
  }
  return matrix;
}

describe("matrix: are the same clients always affected?", () => {
  const ask = { operator: "ex.test", port: 587, ipVersion: 4 } as const;
  const rows: [string, Parameters<typeof matrixOf>[0], string, RegExp][] = [
    [
      "only one client",
      [
        ["a", "ex.test", 587, 3, 0],
        ["b", "ex.test", 587, 0, 3],
      ],
      "only-client",
      /Only client a/,
    ],
    [
      "too few of the one",
      [
        ["a", "ex.test", 587, 2, 0],
        ["b", "ex.test", 587, 0, 3],
      ],
      "not-enough",
      /n=5/,
    ],
    [
      "too few of the other",
      [
        ["a", "ex.test", 587, 3, 0],
        ["b", "ex.test", 587, 0, 2],
      ],
      "not-enough",
      /n=5/,
    ],
    [
      "all clients",
      [
        ["a", "ex.test", 587, 2, 0],
        ["b", "ex.test", 587, 2, 0],
      ],
      "all-clients",
      /All 2/,
    ],
    ["intermittent", [["a", "ex.test", 587, 2, 3]], "intermittent", /2 of 5/],
    ["one session", [["a", "ex.test", 587, 1, 0]], "not-enough", /n=1/],
    [
      "another port",
      [
        ["a", "ex.test", 25, 3, 0],
        ["b", "ex.test", 25, 0, 3],
      ],
      "not-enough",
      /n=0/,
    ],
  ];
  for (const [name, marks, kind, text] of rows) {
    it(name, () => {
      const answer = matrixOf(marks).answer(ask, START + HOUR);
      assert.equal(answer.kind, kind);
      assert.match(answer.text, text);
    });
  }

  it("forgets after 24 hours", () => {
    const matrix = matrixOf([
      ["a", "ex.test", 587, 3, 0],
      ["b", "ex.test", 587, 0, 3],
    ]);
    assert.equal(matrix.answer(ask, START + 2n * DAY).kind, "not-enough");
  });
});

describe("matrix: scope", () => {
  const rows: [string, Parameters<typeof matrixOf>[0], Partial<Place>, string][] = [
    ["a single flow", [["a", "ex.test", 587, 1, 0]], {}, "unknown"],
    [
      "all clients",
      [
        ["a", "ex.test", 587, 2, 0],
        ["b", "ex.test", 587, 2, 0],
      ],
      {},
      "all-clients",
    ],
    [
      "one client",
      [
        ["a", "ex.test", 587, 3, 0],
        ["b", "ex.test", 587, 0, 3],
      ],
      {},
      "one-client",
    ],
    [
      "port 25 only",
      [
        ["a", "ex.test", 25, 1, 0],
        ["a", "ex.test", 587, 0, 1],
      ],
      { port: 25 },
      "port-25-only",
    ],
    [
      "both ports",
      [
        ["a", "ex.test", 25, 1, 0],
        ["a", "ex.test", 587, 1, 1],
      ],
      { port: 25 },
      "unknown",
    ],
    [
      "several operators",
      [
        ["a", "ex.test", 25, 1, 0],
        ["a", "other.test", 25, 1, 0],
      ],
      { port: 25 },
      "several-operators",
    ],
    [
      "several operators, but two are clean",
      [
        ["a", "ex.test", 25, 1, 0],
        ["a", "b.test", 25, 1, 0],
        ["a", "c.test", 25, 0, 1],
        ["a", "d.test", 25, 0, 1],
      ],
      { port: 25 },
      "unknown",
    ],
    [
      "one operator",
      [
        ["a", "ex.test", 25, 1, 0],
        ["a", "other.test", 25, 0, 1],
      ],
      { port: 25 },
      "one-operator",
    ],
  ];
  for (const [name, marks, change, scope] of rows) {
    it(name, () => {
      assert.equal(matrixOf(marks).scope(place(change), START + HOUR), scope);
    });
  }

  it("notices that tampering began with a change of the uplink", () => {
    const matrix = matrixOf([["a", "ex.test", 587, 0, 2]]);
    matrix.uplinkChanged(START + HOUR);
    matrix.mark(place({ client: "a" }), START + HOUR + SECOND, true);
    assert.equal(matrix.coincidence(place(), START + HOUR + 2n * SECOND), START + HOUR);
    matrix.mark(place({ client: "b" }), START + 4n * HOUR, true);
    const later = matrix.coincidence(place(), START + 4n * HOUR);
    assert.equal(later, START + HOUR, "it still began then");
    const apart = matrixOf([["a", "ex.test", 587, 0, 2]]);
    apart.uplinkChanged(START + HOUR);
    apart.mark(place(), START + 3n * HOUR, true);
    assert.equal(apart.coincidence(place(), START + 3n * HOUR), null);
    const before = matrixOf([["a", "ex.test", 587, 1, 1]]);
    before.uplinkChanged(START + HOUR);
    assert.equal(before.coincidence(place(), START + HOUR + SECOND), null);
  });

  it("reaches the alert: several operators with the same mask lie close to this uplink", () => {
    const book = new AlertBook({ judge: judgeForTests(), keepFlows: false });
    const sighting = { file: null, interfaceName: "wan", evidenceFile: null, lanClient: null };
    const masked = mailSeen({
      evidence: ["cap-masked"],
      offered: FULL_LIST.map((word) => (word === "STARTTLS" ? "XXXXXXXA" : word)),
      maskIndex: 4,
      maskCount: 1,
    });
    const scopes = ["mx.one.test", "mx.two.test"].map((serverName, n) => {
      const server = `198.51.100.${n}`;
      return book.observe(finding({ mail: masked, server, serverName }), sighting)[0];
    });
    assert.deepEqual(
      scopes.map((alert) => alert?.scope),
      ["unknown", "several-operators"],
    );
    assert.match(scopes[1]?.text ?? "", /close to this uplink/);
  });

  it("reaches the words: one machine only, or every machine", () => {
    const sighting = { file: null, interfaceName: "wan", evidenceFile: null, lanClient: null };
    const texts = (machines: readonly [string, boolean][]): string => {
      const book = new AlertBook({ judge: judgeForTests(), keepFlows: false });
      let text = "";
      for (const [n, [client, tampered]] of machines.entries()) {
        const clean = { evidence: ["tls-ok"], tlsOffered: true, offered: FULL_LIST };
        const mail = mailSeen(tampered ? { evidence: ["cap-hole"] } : clean);
        const time = START + BigInt(n) * SECOND;
        text = book.observe(finding({ time, client, mail }), sighting)[0]?.text ?? text;
      }
      return text;
    };
    const [a, b] = ["192.168.1.10", "192.168.1.11"];
    const hit = (client: string): [string, boolean] => [client, true];
    const spared = (client: string): [string, boolean] => [client, false];
    const one = texts([...[b, b, b].map(spared), ...[a, a, a].map(hit)]);
    assert.match(one, /only this machine is affected/);
    assert.match(texts([a, b, a, b].map(hit)), /every machine that was seen .* is affected/);
  });

  it("says when tampering began with a change of the uplink", () => {
    const matrix = new Matrix();
    const book = new AlertBook({ judge: judgeForTests(), keepFlows: false, matrix });
    const sighting = { file: null, interfaceName: "wan", evidenceFile: null, lanClient: null };
    const clean = mailSeen({ evidence: ["tls-ok"], tlsOffered: true, offered: FULL_LIST });
    book.observe(finding({ mail: clean }), sighting);
    matrix.uplinkChanged(START + HOUR);
    const masked = mailSeen({ evidence: ["cap-hole"] });
    const [alert] = book.observe(finding({ time: START + HOUR + SECOND, mail: masked }), sighting);
    assert.match(alert?.text ?? "", /coincides with the uplink change at 2026-06-01T01:00:00Z/);
  });

  it("stays within its bounds", () => {
    const matrix = new Matrix();
    for (let n = 0; n < 10_000; n++) matrix.mark(place({ client: `c${n}` }), START, true);
    assert.equal(matrix.size, 4096);
  });
});

describe("matrix: over a restart", () => {
  it("answers as before, and refuses what it did not write", () => {
    const before = matrixOf([
      ["a", "ex.test", 587, 3, 0],
      ["b", "ex.test", 587, 0, 3],
    ]);
    assert.equal(before.isChanged, true);
    const after = new Matrix();
    after.restore(JSON.parse(JSON.stringify(before.snapshot())));
    assert.deepEqual([before.isChanged, after.isChanged], [false, false]);
    const now = START + 10n * SECOND;
    assert.deepEqual(after.answers(now), before.answers(now));
    assert.equal(after.answers(now)[0]?.answer, "only-client");
    for (const value of [{}, [null], [{ client: "a" }]]) {
      assert.throws(() => new Matrix().restore(value), /expected shape/);
    }
  });

  it("writes little: of many places and sessions the newest", () => {
    const matrix = new Matrix();
    for (let client = 0; client < 4_096; client++) {
      for (let n = 0; n < 64; n++)
        matrix.mark(place({ client: `192.168.${client >> 8}.${client & 255}` }), START, true);
    }
    const written = JSON.stringify(matrix.snapshot()).length;
    assert.ok(written < 262_144, `${written} octets`);
  });
});
