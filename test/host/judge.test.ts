// The judge's tables: every class of mail evidence, every family of segment evidence, the severities,
// and the sides.

import assert from "node:assert/strict";
import type { Exposure, Judge } from "../../host/judge.ts";
import { judgeRows } from "../tidy/catalogue-rows.ts";
import { memberNames } from "../tidy/witness.ts";
import { judgeForTests } from "./judge-module.ts";

const NAMES_FILE = "assembly/inspector/finding/evidence.ts";
const rows = judgeRows();

/** What one name of a class is worth alone. */
const ALONE: Readonly<Record<string, string>> = {
  P: "proven",
  S: "likely",
  M: "suspect",
  w: "suspect",
  W: "none",
  C: "none",
  I: "none",
};
/** Families of which no name ever counts. */
const NEVER_SCORED = ["silence", "refusal", "comparison"];
const SCORED = [
  "state",
  "sequence",
  "ttl",
  "ipid",
  "option",
  "time",
  "content",
  "fingerprint",
] as const;

function membersOf(family: string): string[] {
  return rows.segment.filter((row) => row.family === family).map(({ name }) => name);
}

describe("judge: mail evidence", () => {
  let judge: Judge;
  before(() => {
    judge = judgeForTests({
      mail: memberNames(NAMES_FILE, "MailEvidence"),
      segment: memberNames(NAMES_FILE, "SegmentEvidence"),
    });
  });

  it("gives every name alone the verdict of its class", () => {
    for (const { name, strength } of rows.mail) {
      assert.equal(judge.mailVerdict([name]), ALONE[strength], name);
    }
  });

  it("has each name once, and all of the inspector's", () => {
    const names = rows.mail.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
    const exported = memberNames(NAMES_FILE, "MailEvidence");
    assert.equal(exported.length > 30, true);
    assert.deepEqual(
      exported.filter((name) => !names.includes(name)),
      [],
    );
  });

  it("has a sentence for every name that can stand in a verdict, said when it stands alone", () => {
    for (const { name, strength, sentence } of rows.mail) {
      assert.equal(sentence === "", "CI".includes(strength), name);
      if (sentence === "") continue;
      const lead = sentence.split(/[{]/, 1)[0] ?? "";
      const text = judge.mailText([`${name}:M`], { server: "192.0.2.1", port: "25", mask: "XXXX" });
      assert.ok(text.includes(lead) && text.includes("192.0.2.1"), `${name}: ${text}`);
    }
  });

  it("adds two strong to proven and two moderate to likely, but never one name twice", () => {
    assert.equal(judge.mailVerdict(["cap-masked", "tls-demanded"]), "proven");
    assert.equal(judge.mailVerdict(["cap-masked", "cap-masked"]), "likely");
    assert.equal(judge.mailVerdict(["banner-masked", "starttls-odd"]), "likely");
    assert.equal(judge.mailVerdict(["banner-masked", "cap-masked-other"]), "suspect");
    assert.equal(judge.mailVerdict([]), "none");
  });

  it("takes the class that history gave a name", () => {
    assert.equal(judge.mailVerdict(["cap-vanished:M"]), "suspect");
    assert.equal(judge.mailVerdict(["cap-vanished:S"]), "likely");
    assert.equal(judge.mailVerdict(["rst-at-starttls:S", "tls-demanded"]), "proven");
    assert.equal(judge.mailVerdict(["ehlo-denied:M"]), "suspect");
    assert.equal(judge.mailVerdict(["tls-demanded:M"]), "suspect");
  });

  it("refuses an inspector with a name it has no row for", () => {
    const refused = (mail: string[], segment: string[]) => () => judgeForTests({ mail, segment });
    assert.throws(refused(["cap-unheard-of"], []), /no row for mail evidence cap-unheard-of/);
    assert.throws(refused([], ["rst-unheard-of"]), /no row for segment evidence rst-unheard-of/);
  });

  it("reads severity off verdict and exposure, and obeys a cap", () => {
    const table: [Parameters<Judge["mailSeverity"]>[0], Exposure, string][] = [
      ["none", "nothing", "info"],
      ["none", "mail", "info"],
      ["none", "auth", "notice"],
      ["suspect", "nothing", "notice"],
      ["suspect", "mail", "notice"],
      ["suspect", "auth", "warning"],
      ["likely", "nothing", "warning"],
      ["likely", "mail", "warning"],
      ["likely", "auth", "critical"],
      ["proven", "nothing", "warning"],
      ["proven", "mail", "critical"],
      ["proven", "auth", "critical"],
    ];
    for (const [verdict, exposed, severity] of table) {
      assert.equal(judge.mailSeverity(verdict, exposed, null), severity, `${verdict} ${exposed}`);
    }
    assert.equal(judge.mailSeverity("proven", "auth", "warning"), "warning");
    assert.equal(judge.mailSeverity("suspect", "nothing", "warning"), "notice");
  });

  it("says near or far by direction, and unknown without one", () => {
    assert.equal(judge.mailSide(["cap-masked"], true), "far");
    assert.equal(judge.mailSide(["cap-masked"], false), "near");
    assert.equal(judge.mailSide(["cmd-masked", "ehlo-denied"], true), "near");
    assert.equal(judge.mailSide(["cmd-masked"], false), "far");
    assert.equal(judge.mailSide(["echo-masked", "cap-masked"], true), "far");
    assert.equal(judge.mailSide(["inject-c2s"], true), "near");
    assert.equal(judge.mailSide(["inject-c2s", "inject-s2c"], true), "far");
    assert.equal(judge.mailSide(["tls-lapsed"], true), "near");
    assert.equal(judge.mailSide(["clear-auth"], true), "unknown");
  });
});

describe("judge: segment evidence", () => {
  let judge: Judge;
  before(() => {
    judge = judgeForTests();
  });

  it("has each name once, and all of the inspector's, in a family it knows", () => {
    const names = rows.segment.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
    const exported = memberNames(NAMES_FILE, "SegmentEvidence");
    assert.equal(exported.length > 30, true);
    assert.deepEqual(
      exported.filter((name) => !names.includes(name)),
      [],
    );
    const families = new Set(rows.segment.map(({ family }) => family));
    assert.deepEqual([...families].sort(), [...SCORED, ...NEVER_SCORED].sort());
  });

  it("counts one family once, whatever it holds", () => {
    for (const family of SCORED) {
      const names = membersOf(family);
      assert.notEqual(names.length, 0, family);
      assert.equal(judge.segmentVerdict([], names, []), "suspect", family);
      assert.equal(judge.segmentVerdict([], names.slice(1), names.slice(0, 1)), "likely", family);
      assert.equal(judge.segmentVerdict(names, [], []), "none", family);
    }
  });

  it("has a sentence, or a fingerprint's likeness, for every name that can stand in a verdict", () => {
    const figures = { latency: "3", rtt: "40", resetTtl: "44", farTtl: "63", server: "192.0.2.1" };
    const bare = judge.segmentText("reset-forged", "suspect", [], figures);
    for (const { name, family, sentence } of rows.segment) {
      if (NEVER_SCORED.includes(family) || name.startsWith("fp-")) continue;
      const text = judge.segmentText("reset-forged", "suspect", [name], figures);
      assert.ok(sentence !== "" && text !== bare, name);
    }
    for (const fingerprint of memberNames(NAMES_FILE, "Fingerprint")) {
      if (fingerprint === "none") continue;
      const text = judge.segmentText("reset-forged", "suspect", [], { ...figures, fingerprint });
      assert.match(text, /\(it looks like an?y? |\(it looks like one /, fingerprint);
    }
  });

  it("adds families up as the rule says", () => {
    const verdict = judge.segmentVerdict;
    assert.equal(verdict([], ["rst-early"], ["rst-then-synack"]), "proven");
    assert.equal(verdict(["rst-ipid-break"], [], ["rst-then-synack"]), "likely");
    assert.equal(verdict([], ["rst-early", "rst-ttl-step"], []), "likely");
    assert.equal(verdict([], ["rst-early"], []), "suspect");
    assert.equal(verdict(["rst-seq-ahead", "rst-ttl-step", "rst-ipid-break"], [], []), "suspect");
    assert.equal(verdict(["rst-seq-ahead", "rst-ttl-step"], [], []), "none");
  });

  it("never accuses on silence, refusals and comparisons", () => {
    for (const name of NEVER_SCORED.flatMap(membersOf)) {
      assert.equal(judge.segmentVerdict([name], [name], [name]), "none", name);
    }
    assert.equal(judge.segmentVerdict(["ch-silent", "rst-ttl-step", "ts-missing"], [], []), "none");
  });

  it("makes proven critical only where data was cut", () => {
    assert.equal(judge.segmentSeverity("proven", true), "critical");
    assert.equal(judge.segmentSeverity("proven", false), "warning");
    assert.equal(judge.segmentSeverity("likely", true), "warning");
    assert.equal(judge.segmentSeverity("suspect", true), "notice");
    assert.equal(judge.segmentSeverity("none", true), "info");
  });
});
