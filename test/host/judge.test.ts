// The judge's tables: every class of mail evidence, every family of segment evidence, the severities,
// and the sides.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Exposure, Judge } from "../../host/judge.ts";
import { judgeForTests } from "./judge-module.ts";

/** Kebab-case names of an exported enum of the inspector's evidence file. */
function evidenceNames(enumName: string): string[] {
  const path = new URL("../../assembly/inspector/finding/evidence.ts", import.meta.url);
  const source = readFileSync(fileURLToPath(path), "utf8");
  const body = new RegExp(`export enum ${enumName} \\{([^}]*)\\}`).exec(source)?.[1] ?? "";
  const members = body.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, "").split(",");
  return members
    .map((member) => member.trim())
    .filter((member) => member !== "")
    .map((member) => member.replaceAll(/(?<!^)([A-Z])/g, "-$1").toLowerCase());
}

const MAIL_ALONE: Readonly<Record<string, readonly string[]>> = {
  proven: ["echo-masked", "cmd-masked", "cap-forked"],
  likely: [
    "cap-masked",
    "cap-hole",
    "cap-missing-known",
    "cap-missing-policy",
    "tls-demanded",
    "starttls-unknown",
    "ehlo-nooped",
    "no-tls-after-go",
    "inject-c2s",
    "inject-s2c",
    "text-on-tls-port",
    "cap-vanished",
  ],
  suspect: [
    "cap-mangled",
    "cap-unterminated",
    "cap-swapped",
    "starttls-odd",
    "banner-masked",
    "rst-at-starttls",
    "preauth",
    "pretls-data",
    "same-front",
    "tls-lapsed",
    "near-quit",
    "starttls-temp",
    "cap-masked-other",
  ],
  none: [
    "ehlo-denied",
    "banner-mismatch",
    "dialect-mismatch",
    "stall-at-hello",
    "referral",
    "clear-auth",
    "clear-mail",
    "clear-read",
    "cmd-odd",
    "port-closed",
    "tls-unused",
    "never-offered",
    "cap-appeared",
    "tls-ok",
    "view-oneway",
    "view-gap",
    "line-long",
  ],
};

const FAMILIES: Readonly<Record<string, readonly string[]>> = {
  state: [
    "rst-then-synack",
    "rst-ack-progress",
    "rst-data-after",
    "rst-alive-after",
    "ack-seq-regress",
    "synack-conflict",
  ],
  sequence: [
    "rst-seq-ladder",
    "rst-ack-change",
    "rst-ack-wrong",
    "rst-data-before",
    "rst-seq-ahead",
    "rst-seq-zero",
  ],
  ttl: [
    "rst-ttl-implausible",
    "rst-ttl-step",
    "rst-ttl-diverse",
    "seg-ttl-implausible",
    "seg-ttl-step",
  ],
  ipid: ["rst-ipid-echo", "rst-ipid-break", "seg-ipid-echo"],
  option: ["ts-missing", "rst-ts-bogus"],
  time: ["rst-early"],
  content: ["seg-overlap-conflict"],
  fingerprint: [
    "rst-win-ladder",
    "rst-burst",
    "rst-flags-odd",
    "fp-sandvine-packetlogic",
    "fp-rae",
    "fp-henan",
    "fp-perftech",
    "fp-scapy-default",
    "fp-unknown-constant",
    "fp-constant-distance",
  ],
};
const NEVER_SCORED = [
  "syn-silent",
  "ch-silent",
  "flow-freeze",
  "icmp-prohibited",
  "name-differential",
  "near-proxy",
];

describe("judge: mail evidence", () => {
  let judge: Judge;
  before(() => {
    judge = judgeForTests({
      mail: evidenceNames("MailEvidence"),
      segment: evidenceNames("SegmentEvidence"),
    });
  });

  it("gives every name alone the verdict of its class", () => {
    for (const [verdict, names] of Object.entries(MAIL_ALONE)) {
      for (const name of names) assert.equal(judge.mailVerdict([name]), verdict, name);
    }
  });

  it("covers every name the inspector exports", () => {
    const rows = new Set(Object.values(MAIL_ALONE).flat());
    const exported = evidenceNames("MailEvidence");
    assert.equal(exported.length > 30, true);
    assert.deepEqual(
      exported.filter((name) => !rows.has(name)),
      [],
    );
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

  it("covers every name the inspector exports", () => {
    const rows = new Set([...Object.values(FAMILIES).flat(), ...NEVER_SCORED]);
    const exported = evidenceNames("SegmentEvidence");
    assert.equal(exported.length > 30, true);
    assert.deepEqual(
      exported.filter((name) => !rows.has(name)),
      [],
    );
  });

  it("counts one family once, whatever it holds", () => {
    for (const [family, names] of Object.entries(FAMILIES)) {
      for (const name of names) assert.equal(judge.segmentFamily(name), family, name);
      assert.equal(judge.segmentVerdict([], names, []), "suspect", family);
      assert.equal(judge.segmentVerdict([], names.slice(1), names.slice(0, 1)), "likely", family);
      assert.equal(judge.segmentVerdict(names, [], []), "none", family);
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

  it("never accuses on silence", () => {
    for (const name of NEVER_SCORED) {
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
