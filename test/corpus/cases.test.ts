// The corpus's dialogs and packet sequences through the whole pipeline, each with the evidence,
// verdict and severity it must get, however its octets are cut, ordered, repeated and wrapped.
// Cases the product does not cover yet are listed by name; one that starts to pass must leave the list.

import assert from "node:assert/strict";
import type { FlowLine } from "../../host/ground/alert.ts";
import { ScenarioRunner } from "../scenario/language/runner.ts";
import type { Scenario } from "../scenario/language/scenario.ts";
import type { Variant } from "../scenario/language/transform.ts";
import { type MailCase, mailScenario, mailVariants, readMailCases } from "./mail-case.ts";
import { corpusPath } from "./place.ts";
import { type ResetCase, readResetCases, resetScenario, resetVariants } from "./reset-case.ts";
import { UNCOVERED } from "./uncovered.ts";

const PATIENCE = 120_000;
const mailPath = corpusPath("cases", "mail.json");
const resetPath = corpusPath("cases", "reset.txt");

if (mailPath !== null) {
  describe("corpus: mail dialogs", function () {
    this.timeout(PATIENCE);
    for (const one of readMailCases(mailPath)) {
      const scenario = mailScenario(one);
      covered(one.id, one.note, () => {
        holds(scenario, mailVariants(scenario), (lines, variant) => {
          checkMail(one, lines, variant);
        });
      });
    }
  });
}

if (resetPath !== null) {
  describe("corpus: packet sequences", function () {
    this.timeout(PATIENCE);
    for (const one of readResetCases(resetPath)) {
      const scenario = resetScenario(one);
      covered(one.id, one.title, () => {
        holds(scenario, resetVariants(one, scenario), (lines, variant) => {
          checkReset(one, lines, variant);
        });
      });
    }
  });
}

/** A test that must pass, or, for a case of the list, must not. */
function covered(id: string, title: string, check: () => void): void {
  it(`${id} ${title}`, () => {
    if (!UNCOVERED.includes(id)) return check();
    assert.throws(check, `${id} passes now: take it out of test/corpus/uncovered.ts`);
  });
}

type Check = (lines: readonly FlowLine[], variant: Variant) => void;

function holds(scenario: Scenario, variants: readonly Variant[], check: Check): void {
  const pipeline = new ScenarioRunner();
  for (const variant of variants) {
    check(pipeline.run(scenario, variant).lines, variant);
  }
}

function checkMail(one: MailCase, lines: readonly FlowLine[], variant: Variant): void {
  const [line, ...others] = lines;
  assert.equal(others.length, 0, "one connection, one line");
  // A dialog without any conclusion may still have a line, and need not.
  const { evidence, verdict, severity } = line ?? {
    evidence: [],
    verdict: "none",
    severity: "info",
  };
  const told = `told as: ${variant.label}`;
  assert.deepEqual({ told, evidence, verdict, severity }, { told, ...one.expect });
}

const TAMPERING = ["proven", "likely", "suspect"];
const STRENGTH = ["none", "suspect", "likely", "proven"];

function checkReset(one: ResetCase, lines: readonly FlowLine[], variant: Variant): void {
  const verdicts = lines.map((line) => line.verdict);
  const strongest =
    STRENGTH.findLast((verdict) => verdicts.some((one) => one === verdict)) ?? "none";
  const shown = lines.map(({ verdict, reason, evidence }) => `${verdict} ${reason} ${evidence}`);
  const wanted = one.verdict;
  const is = shown.join("; ") || "nothing";
  const message = `${one.id} must be ${wanted}, is ${is}, told as ${variant.label}`;
  if (TAMPERING.includes(wanted)) {
    assert.equal(strongest, wanted, message);
  } else if (wanted === "filtered") {
    assert.equal(strongest, "suspect", message);
    assert.ok(
      lines.some((line) => line.alerts.includes("connection-blocked")),
      message,
    );
  } else {
    assert.equal(strongest, "none", message);
    const reasons = lines.map((line) => line.reason ?? "");
    if (wanted === "benign")
      assert.ok(
        reasons.some((reason) => /^benign:/.test(reason)),
        message,
      );
    if (wanted === "unexplained") assert.ok(reasons.includes("unexplained"), message);
  }
}
