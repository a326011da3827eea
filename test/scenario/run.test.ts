// Every scenario through the whole pipeline: first as written, compared completely, then under every
// transform it does not opt out of. See README.md. SCENARIO_UPDATE=1 rewrites expectations in place.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { converse } from "./language/conversation.ts";
import { readScenario, SCENARIOS, scenarioNames } from "./language/library.ts";
import { type Outcome, ScenarioRunner } from "./language/runner.ts";
import type { Expectation, Scenario } from "./language/scenario.ts";
import { asWritten, TRANSFORMS, type Variant } from "./language/transform.ts";
import { rewrite } from "./language/update.ts";

const UPDATE = process.env.SCENARIO_UPDATE === "1";
/** Thousands of inputs for one file. */
const PATIENCE = 120_000;

describe("scenarios", () => {
  for (const name of scenarioNames()) {
    let scenario: Scenario;
    try {
      scenario = readScenario(name);
    } catch (error) {
      it(name, () => {
        throw error;
      });
      continue;
    }
    describe(name, () => {
      runAll(name, scenario);
    });
  }
});

/** Registers one test as written and one for each transform the file can bear. */
function runAll(name: string, scenario: Scenario): void {
  const base = asWritten(scenario);
  const { expected } = scenario;
  let shared: ScenarioRunner | null = null;
  const pipeline = () => {
    shared ??= new ScenarioRunner();
    return shared;
  };
  after(() => {
    shared = null; // lets the inspector's memory go
  });

  it("as written", () => {
    const outcome = pipeline().run(scenario, base);
    if (UPDATE) {
      writeFileSync(join(SCENARIOS, name), rewrite(scenario, outcome));
      return;
    }
    if (expected === null) {
      assert.fail(`${scenario.path} states no result: run make test-update and read it`);
    }
    compare(scenario, base, expected, outcome);
    if (expected.reasons !== null) {
      assert.deepEqual([...outcome.reasons].sort(), [...expected.reasons].sort());
    }
    compareNotes(scenario, outcome);
  });

  it("as a watch hears of it", () => {
    if (UPDATE || expected === null) return;
    const { alerts } = pipeline().run(scenario, base, true);
    compare(scenario, base, expected, { flows: expected.flows, alerts });
  });

  for (const transform of TRANSFORMS) {
    if (UPDATE || expected === null || scenario.optOut.has(transform.name)) continue;
    it(transform.name, function () {
      this.timeout(PATIENCE);
      for (const variant of transform.variants(base, scenario)) {
        compare(scenario, variant, expected, pipeline().run(scenario, variant));
      }
    });
  }

  it("names only transforms that exist", () => {
    const known = TRANSFORMS.map((transform) => transform.name);
    const unknown = [...scenario.optOut.keys()].filter((one) => !known.includes(one));
    assert.deepEqual(unknown, [], `transforms are ${known.join(", ")}`);
  });
}

/** Fails in the scenario's own dialect. */
function compare(
  scenario: Scenario,
  variant: Variant,
  expected: Expectation,
  actual: Pick<Outcome, "flows" | "alerts">,
): void {
  const wanted = block(expected.flows, expected.alerts);
  const got = block(actual.flows, actual.alerts);
  if (wanted === got) return;
  const problem = new assert.AssertionError({
    message: [
      `${scenario.path}: ${scenario.summary}`,
      `told as: ${variant.label}`,
      `see it:  make pcap SCENARIO=${scenario.path}`,
    ].join("\n"),
    actual: got,
    expected: wanted,
    operator: "strictEqual",
  });
  throw problem;
}

function block(flows: readonly string[], alerts: readonly string[]): string {
  if (flows.length === 0 && alerts.length === 0) return "expect silence\n";
  const lines = (part: readonly string[]) => part.map((line) => `  ${line}\n`).join("");
  return `expect flows\n${lines(flows)}\nexpect alerts\n${lines([...alerts].sort())}`;
}

function compareNotes(scenario: Scenario, outcome: Outcome): void {
  const { framesOf } = converse(scenario);
  scenario.moves.forEach((move, index) => {
    const frames = framesOf[index] ?? [];
    for (const name of move.notes) {
      const noted = frames.some((frame) => outcome.noted.get(frame)?.has(name));
      assert.ok(noted, `${scenario.path}:${move.line}: no frame of this line is named by ${name}`);
    }
  });
}
