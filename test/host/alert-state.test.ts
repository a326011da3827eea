// What outlives an alert: acknowledgement, the lamp's reason to blink, and the 24-hour repeat rule.

import assert from "node:assert/strict";
import { AlertBook } from "../../host/alert/book.ts";
import { OpenAlerts } from "../../host/alert/open-alert.ts";
import { Repeats } from "../../host/alert/repeat.ts";
import { BaselineBook } from "../../host/baseline/book.ts";
import { Knowledge } from "../../host/baseline/knowledge.ts";
import { Sessions } from "../../host/baseline/session.ts";
import type { Alert } from "../../host/ground/alert.ts";
import { formatTime, parseTime } from "../../host/ground/time.ts";
import { exampleAlert } from "./alert-example.ts";
import { DAY, FULL_LIST, finding, mailSeen, SECOND, START } from "./finding.ts";
import { judgeForTests } from "./judge-module.ts";

const SIGHTING = { file: null, interfaceName: "wan", evidenceFile: null, lanClient: null };

function alert(change: Partial<Alert> = {}): Alert {
  return exampleAlert({ id: "a", time: formatTime(START), serverName: "mx1.ex.test", ...change });
}

describe("open alerts", () => {
  it("call until acknowledged, held out or withdrawn", () => {
    const open = new OpenAlerts();
    assert.equal(open.worst(START, DAY), null);
    open.take(alert());
    open.take(alert({ id: "b", severity: "notice" }));
    assert.equal(open.worst(START, DAY), "warning");
    assert.equal(open.worst(START + DAY + SECOND, DAY), null);
    assert.equal(open.acknowledge("a").length, 1);
    assert.equal(open.acknowledge("a").length, 0);
    assert.equal(open.worst(START, DAY), "notice");
    open.take(alert({ id: "b", revision: 2, verdict: "withdrawn", severity: "info" }));
    assert.equal(open.worst(START, DAY), null);
  });

  it("know their short id, and nothing shorter", () => {
    const open = new OpenAlerts();
    const id = "9f2c01d4a7b3e586";
    open.take(alert({ id }));
    assert.equal(open.has("9f2c01d4"), true);
    assert.equal(open.acknowledge("9f2c01d").length, 0);
    assert.deepEqual(
      open.acknowledge("9f2c01d4").map((each) => each.id),
      [id],
    );
  });

  it("call again when a revision is worse, and only then", () => {
    const open = new OpenAlerts();
    open.take(alert());
    open.acknowledge(null);
    open.take(alert({ revision: 2 }));
    assert.equal(open.worst(START, DAY), null);
    open.take(alert({ revision: 3, severity: "critical" }));
    assert.equal(open.worst(START, DAY), "critical");
  });

  it("keep the newest 256 and list them newest first", () => {
    const open = new OpenAlerts();
    for (let n = 0; n < 300; n++) open.take(alert({ id: `a${n}` }));
    assert.equal(open.has("a43"), false);
    assert.deepEqual(
      open.recent(2).map(({ id }) => id),
      ["a299", "a298"],
    );
  });

  it("settle the baseline question they ask", () => {
    const sessions = new Sessions(
      new BaselineBook(),
      new Knowledge({ knownHosts: [], knownPlain: [] }),
    );
    const book = new AlertBook({ judge: judgeForTests(), keepFlows: false, sessions });
    const offer = mailSeen({ evidence: ["tls-ok"], tlsOffered: true, offered: FULL_LIST });
    const loss = mailSeen({ evidence: ["never-offered"] });
    for (let day = 0n; day < 4n; day++) {
      book.observe(finding({ time: START + day * DAY, mail: offer }), SIGHTING);
    }
    const observe = (at: bigint): number =>
      book.observe(finding({ time: START + at, mail: loss }), SIGHTING).length;
    assert.equal(observe(4n * DAY), 1);
    assert.equal(observe(5n * DAY), 1);
    assert.equal(book.acknowledge(null), 2);
    assert.equal(observe(6n * DAY), 0);
  });
});

describe("repeats", () => {
  const at = (time: bigint, change: Partial<Alert> = {}): Alert =>
    alert({ time: formatTime(time), ...change });

  it("send once in 24 hours and then say how many were held back", () => {
    const repeats = new Repeats();
    assert.deepEqual(repeats.admit(at(START)), { send: true, repeated: 0 });
    assert.equal(repeats.admit(at(START + SECOND)).send, false);
    assert.equal(
      repeats.admit(at(START + DAY - SECOND, { serverName: "mx2.ex.test" })).send,
      false,
    );
    assert.deepEqual(repeats.admit(at(START + DAY)), { send: true, repeated: 2 });
    assert.deepEqual(repeats.admit(at(START + 2n * DAY)), { send: true, repeated: 0 });
  });

  it("let everything else pass", () => {
    const repeats = new Repeats();
    repeats.admit(at(START));
    const flow = { ...alert().flow, serverPort: 587 };
    assert.equal(repeats.admit(at(START, { serverName: "mx.other.test" })).send, true);
    assert.equal(repeats.admit(at(START, { flow })).send, true);
    assert.equal(repeats.admit(at(START, { evidence: ["cap-hole"] })).send, true);
    assert.equal(repeats.admit(at(START, { side: "near" })).send, true);
    assert.equal(repeats.admit(at(START, { verdict: "withdrawn" })).send, true);
  });

  it("remember over a restart", () => {
    const repeats = new Repeats();
    repeats.admit(at(START));
    const again = new Repeats();
    again.restore(JSON.parse(JSON.stringify(repeats.snapshot())));
    assert.equal(again.admit(at(START + SECOND)).send, false);
    assert.throws(() => again.restore([["x", 1]]), /expected shape/);
  });

  it("read back the time they print", () => {
    assert.equal(parseTime(formatTime(START + 123_456_789n)), START + 123_456_789n);
  });
});
