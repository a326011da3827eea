// What outlives an alert: acknowledgement, the lamp's reason to blink, and the 24-hour repeat rule.

import assert from "node:assert/strict";
import { AlertBook } from "../../host/alert/book.ts";
import { Ignored, type IgnoreRule } from "../../host/alert/ignored.ts";
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
  let now = 0;
  const fresh = (): OpenAlerts => {
    const open = new OpenAlerts(() => now);
    open.hold = 1_000;
    return open;
  };
  /** As if written to a disk and read back by another process, whose clock begins anew. */
  const restarted = (open: OpenAlerts, restart = 0): OpenAlerts => {
    const written = JSON.stringify(open.snapshot());
    now = restart;
    const again = fresh();
    again.restore(JSON.parse(written));
    return again;
  };
  beforeEach(() => {
    now = 0;
  });

  it("call until acknowledged, held out or withdrawn", () => {
    const open = fresh();
    assert.equal(open.worst(), null);
    open.take(alert());
    open.take(alert({ id: "b", severity: "notice" }));
    now = 1_000;
    assert.equal(open.worst(), "warning");
    now = 1_001;
    assert.equal(open.worst(), null);
    now = 0;
    assert.equal(open.acknowledge("a").length, 1);
    assert.equal(open.acknowledge("a").length, 0);
    assert.equal(open.worst(), "notice");
    open.take(alert({ id: "b", revision: 2, verdict: "withdrawn", severity: "info" }));
    assert.equal(open.worst(), null);
  });

  it("call again when a revision is worse, and only then", () => {
    const open = fresh();
    open.take(alert());
    open.acknowledge(null);
    open.take(alert({ revision: 2 }));
    assert.equal(open.worst(), null);
    open.take(alert({ revision: 3, severity: "critical" }));
    assert.equal(open.worst(), "critical");
  });

  it("keep 256, those that wait before all others, and list them newest first", () => {
    const open = fresh();
    open.take(alert({ id: "c", severity: "critical" }));
    for (let n = 0; n < 300; n++) open.take(alert({ id: `a${n}`, severity: "notice" }));
    assert.deepEqual(open.named("a44"), []);
    assert.equal(open.worst(), "critical");
    assert.deepEqual(
      open.recent(2).map(({ alert: { id } }) => id),
      ["a299", "a298"],
    );
    const kept = restarted(open);
    assert.equal(kept.recent(300).length, 64);
    assert.equal(kept.worst(), "critical");
  });

  it("call on after a restart, for what was left of the hold, whatever the clock on the wall says", () => {
    const open = fresh();
    open.take(alert({ time: "1970-01-01T00:02:00.000000000Z" })); // a router that does not know the time
    open.take(alert({ id: "b", severity: "critical" }));
    open.acknowledge("b");
    now = 600;
    const again = restarted(open, 5_000);
    assert.equal(again.worst(), "warning");
    assert.deepEqual(
      again.recent(2).map(({ acknowledged, age }) => [acknowledged, age]),
      [
        [true, 600],
        [false, 600],
      ],
    );
    now += 400;
    assert.equal(again.worst(), "warning");
    now += 1;
    assert.equal(again.worst(), null);
  });

  it("are written again while one calls, for its age, and not when nothing happens", () => {
    const open = fresh();
    assert.equal(open.isChanged, false);
    open.take(alert());
    open.snapshot();
    assert.equal(open.isChanged, true);
    open.acknowledge(null);
    open.snapshot();
    assert.equal(open.isChanged, false);
  });

  it("keep what a newer version wrote beside what this one knows, and refuse what is no alert", () => {
    const open = fresh();
    open.restore([{ alert: { ...alert(), sensor: "home" }, acknowledged: false, age: 1, more: 1 }]);
    assert.match(JSON.stringify(open.snapshot()), /"sensor":"home"/);
    const wrong: readonly unknown[] = [
      {},
      [1],
      [{ alert: alert(), acknowledged: false, age: -1 }],
      [{ alert: { ...alert(), severity: "grave" }, acknowledged: false, age: 1 }],
      [{ alert: { ...alert(), evidence: [1] }, acknowledged: false, age: 1 }],
      [{ alert: { ...alert(), time: "yesterday" }, acknowledged: false, age: 1 }],
    ];
    for (const value of wrong) assert.throws(() => fresh().restore(value), /expected shape/);
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

describe("what the owner knows", () => {
  const asa = { evidence: ["cap-masked", "clear-mail"] };
  const silent = (rules: readonly IgnoreRule[], change: Partial<Alert> = {}): boolean => {
    const ignored = new Ignored((name) => !name.startsWith("clear-"));
    ignored.rules = rules;
    return ignored.silences(alert({ ...asa, ...change }));
  };
  const rule = { host: "mx1.ex.test", port: 25, evidence: "cap-masked" };

  it("silences that one finding at that server and no other", () => {
    const { flow } = alert();
    assert.equal(silent([rule]), true);
    assert.equal(silent([{ ...rule, host: "*.ex.test" }]), true);
    assert.equal(silent([{ ...rule, host: "198.51.100.25" }]), true);
    assert.equal(silent([{ ...rule, port: null, evidence: null }]), true);
    assert.equal(silent([]), false);
    assert.equal(silent([{ ...rule, host: "ex.test" }]), false);
    assert.equal(silent([rule], { evidence: ["cap-masked", "refused-starttls"] }), false);
    assert.equal(silent([rule], { evidence: ["clear-auth"] }), false);
    assert.equal(silent([rule], { flow: { ...flow, serverPort: 587 } }), false);
    assert.equal(silent([rule], { serverName: "mx2.ex.test" }), false);
  });

  it("counts what it keeps silent, by rule", () => {
    const ignored = new Ignored(() => true);
    ignored.rules = [rule, { ...rule, evidence: "cap-hole" }];
    ignored.silences(alert({ evidence: ["cap-masked"] }));
    ignored.silences(alert({ evidence: ["cap-masked"], revision: 2 }));
    assert.deepEqual(ignored.status(), [
      { rule: "mx1.ex.test|25|cap-masked", alerts: 2 },
      { rule: "mx1.ex.test|25|cap-hole", alerts: 0 },
    ]);
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

  it("do not hold back for years what was sent before the clock was set back", () => {
    const repeats = new Repeats();
    assert.equal(repeats.admit(at(START)).send, true);
    assert.equal(repeats.admit(at(60n * SECOND)).send, true);
    assert.equal(repeats.admit(at(61n * SECOND)).send, false);
  });

  it("say again what still waits, each key once, as a repetition", () => {
    const repeats = new Repeats();
    const first = at(START);
    repeats.admit(first);
    const second = at(START + SECOND, { id: "b" });
    repeats.admit(second);
    const other = at(START, { id: "c", side: "near" });
    assert.deepEqual(repeats.again([first, second, other]), [
      [second, 2],
      [other, 1],
    ]);
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
