// What a person is told of alerts: the worst of every one, what it revises, and repetitions as a count.

import { deepStrictEqual, doesNotMatch, match, strictEqual } from "node:assert/strict";
import type { Alert } from "../../host/ground/alert.ts";
import { alertMessage, localLine } from "../../host/sink/syslog-line.ts";
import { describeAlert } from "../../host/text/terminal.ts";
import { Told } from "../../host/text/told.ts";
import { exampleAlert } from "./alert-example.ts";

const MASKED: Partial<Alert> = { evidence: ["cap-masked"], severity: "warning" };

/** The nth of many alerts alike: another flow to another server. */
function nth(n: number, wishes: Partial<Alert> = {}): Alert {
  const serverName = `mx${n}.example.net`;
  const text = `The list of the mail server ${serverName} (port 25) was overwritten after ${n} ms.`;
  return exampleAlert({
    id: n.toString(16).padStart(16, "0"),
    serverName,
    text,
    ...MASKED,
    ...wishes,
  });
}

describe("told: when an alert is printed again", () => {
  const rows: [string, Partial<Alert>, boolean][] = [
    ["its verdict changed", { verdict: "proven" }, true],
    ["its severity changed", { severity: "critical" }, true],
    ["a password went out", { happened: "auth" }, true],
    ["a message went out", { happened: "mail" }, true],
    ["it is taken back", { verdict: "withdrawn", severity: "info" }, true],
    ["only evidence was added", { evidence: ["banner-masked", "cap-masked"] }, false],
  ];
  for (const [name, wishes, again] of rows) {
    it(`${name}: ${again ? "yes" : "no"}`, () => {
      const told = new Told();
      told.tell(exampleAlert(MASKED));
      const later = exampleAlert({
        ...MASKED,
        ...wishes,
        revision: 2,
        time: "2014-11-13T07:10:09.000000000Z",
      });
      const [paragraph = ""] = told.tell(later);
      strictEqual(paragraph !== "", again);
      if (!again) return;
      match(paragraph, /^2014-11-13 07:10:09 UTC {2}\w+: .*, alert 9f2c01d4$/m);
      match(
        paragraph,
        /This revises what was told at 2014-11-13 07:10:00 UTC \(warning, likely\)\./,
      );
    });
  }
});

describe("told: what repeats is folded", () => {
  it("three in full, then a line with the count", () => {
    const told = new Told();
    const lengths = Array.from({ length: 38 }, (_, n) => told.tell(nth(n)).length);
    deepStrictEqual(lengths, [1, 1, 1, ...Array(35).fill(0)]);
    deepStrictEqual(told.rest(), [
      "... and 35 more like alert 00000000, the last at 2014-11-13 07:10:00 UTC  " +
        "WARNING: capability-rewritten (likely).",
    ]);
    deepStrictEqual(told.rest(), []);
    strictEqual(told.tell(nth(99)).length, 1, "after the count it is told in full again");
  });

  it("an alert that was only counted is counted once, as what it became", () => {
    const told = new Told();
    for (let n = 0; n < 10; n++) {
      told.tell(nth(n));
      told.tell(nth(n, { severity: "critical", happened: "auth" }));
    }
    const [only, ...others] = told.rest();
    match(only ?? "", /and 7 more .* CRITICAL/);
    deepStrictEqual(others, []);
  });

  it("the worst is told in full however much of the lesser was counted", () => {
    const told = new Told();
    for (let n = 0; n < 10; n++) told.tell(nth(n));
    const [paragraph = ""] = told.tell(nth(9, { severity: "critical" }));
    match(paragraph, /CRITICAL/);
    doesNotMatch(paragraph, /revises/, "what was only counted was not told");
  });

  it("what a person has read is taken back in full", () => {
    const told = new Told();
    for (let n = 0; n < 10; n++) told.tell(nth(n));
    const back = {
      verdict: "withdrawn",
      severity: "info",
      text: "Nothing needs to be done.",
    } as const;
    const taken = Array.from({ length: 10 }, (_, n) => told.tell(nth(n, back)).length);
    deepStrictEqual(taken.slice(0, 3), [1, 1, 1]);
  });

  it("other sentences are another kind", () => {
    const told = new Told();
    for (let n = 0; n < 5; n++) told.tell(nth(n));
    strictEqual(told.tell(nth(5, { text: "Something else was seen." })).length, 1);
  });

  it("remembers no more kinds than it has room for, and tells what is beyond", () => {
    const told = new Told();
    const letters = (n: number): string => n.toString(2).replace(/0/g, "a").replace(/1/g, "b");
    for (let n = 0; n < 300; n++) told.tell(nth(n, { text: letters(n) }));
    for (let n = 0; n < 9; n++) {
      strictEqual(told.tell(nth(1_000 + n, { text: letters(299) })).length, 1);
    }
  });
});

describe("told: the device at home", () => {
  const rows: [string, Partial<Alert>, RegExp, RegExp][] = [
    ["as seen", {}, /192\.0\.2\.10:49152 at home to 198/, /192\.0\.2\.10 at home/],
    [
      "behind address translation",
      { lanClient: "192.168.1.20" },
      /192\.168\.1\.20 at home, seen as 192\.0\.2\.10:49152, to 198\.51\.100\.25:25/,
      /192\.168\.1\.20 at home/,
    ],
    [
      "a server of the house",
      { homeEnd: "server" },
      /192\.0\.2\.10:49152 to 198\.51\.100\.25:25 \(mail\.example\.net\) at home/,
      /198\.51\.100\.25 at home/,
    ],
  ];
  for (const [name, wishes, terminal, log] of rows) {
    it(`${name}: in the terminal and in the local log, with the short id`, () => {
      const alert = exampleAlert(wishes);
      match(describeAlert(alert).replace(/\s+/g, " "), terminal);
      const origin = { facility: "local5", hostname: "router", pid: 1 };
      const line = localLine(alertMessage(alert, null), origin);
      match(line, log);
      match(line, /alert 9f2c01d4/);
    });
  }
});
