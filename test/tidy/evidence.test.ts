// Holds scenarios to their duty: every evidence name, every filter, every rule between connections and
// every reason a frame is not inspected has one that shows it and, where it could accuse, a benign twin.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { allScenarios } from "../scenario/language/library.ts";
import { judgeRows } from "./catalogue-rows.ts";
import { evidenceSets, SETS_FILE } from "./evidence-sets.ts";
import { MADE_DOCUMENTS, withMadeParts } from "./made-text.ts";
import { none } from "./offender.ts";
import { RULES } from "./rule-table.ts";
import { ROOT, sources } from "./source.ts";
import { memberNames, shownBy } from "./witness.ts";

const NAMES_FILE = "assembly/inspector/finding/evidence.ts";

describe("tidy: evidence", () => {
  const all = allScenarios();
  const shown = new Set(all.flatMap((scenario) => [...shownBy(scenario)]));
  const twins = new Set(all.flatMap((scenario) => scenario.twinOf));
  const rows = judgeRows();
  /** Names of the inspector, and those that only history, knowledge and comparison can tell. */
  const names = [...rows.mail, ...rows.segment].map(({ name }) => name);

  it("has names to check", () => {
    assert.ok(names.length > 60, "the judge gives no rows of its catalogue any more");
    for (const enumeration of ["MailEvidence", "SegmentEvidence"]) {
      const missing = memberNames(NAMES_FILE, enumeration).filter((name) => !names.includes(name));
      none(missing, "give the name a row in the judge's catalogue");
    }
  });

  it("has its sets made from the catalogue", () => {
    const written = readFileSync(join(ROOT, SETS_FILE), "utf8");
    assert.equal(written, evidenceSets(), "run `make tables`, read the difference, commit it");
  });

  for (const document of MADE_DOCUMENTS) {
    it(`has the made parts of ${document.path} made from what they follow from`, () => {
      const text = readFileSync(join(ROOT, document.path), "utf8");
      assert.equal(text, withMadeParts(text, document), "run `make tables` and commit it");
    });
  }

  it("has every name described in docs/DETECTION.md", () => {
    const text = readFileSync(join(ROOT, "docs/DETECTION.md"), "utf8");
    none(
      names.filter((name) => !new RegExp(`^- .*\`${name}\`.*:`, "m").test(text)),
      "say in docs/DETECTION.md why it is evidence, what must have been seen, and who does it honestly",
    );
  });

  it("has a witness for every name", () => {
    none(
      names.filter((name) => !shown.has(name)),
      "write a scenario whose `expect flows` shows the name",
    );
  });

  it("has a benign twin for every name", () => {
    none(
      names.filter((name) => !twins.has(name)),
      "write a scenario that comes close and stays without it, with the header `twin of NAME`",
    );
  });

  it("keeps its twins without the name", () => {
    const problems = all.flatMap((scenario) => {
      const has = shownBy(scenario);
      return scenario.twinOf
        .filter((name) => has.has(name))
        .map((name) => `${scenario.path} is twin of ${name} and shows it`);
    });
    none(problems, "a twin stays without the evidence: mend the scenario or the detector");
  });

  it("names only evidence that exists in twins and notes", () => {
    const host = sources(".ts").filter(({ path }) => path.startsWith("host/"));
    const known = (name: string) => {
      return names.includes(name) || host.some(({ text }) => text.includes(`"${name}"`));
    };
    const problems = all.flatMap((scenario) => {
      const named = [...scenario.twinOf, ...scenario.moves.flatMap((move) => move.notes)];
      return named.filter((name) => !known(name)).map((name) => `${scenario.path}: ${name}`);
    });
    none(problems, "spell the name as the product does");
  });

  it("has a scenario and a twin for every filter and every rule between connections", () => {
    const expected = new Map(all.map(({ path, expected: result }) => [path, result]));
    const resultOf = (name: string) => JSON.stringify(expected.get(`test/scenario/${name}`)?.flows);
    const rules = new Set(RULES.map(({ rule }) => rule.slice(0, 2)));
    const wanted = [...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => `F${n}`)];
    wanted.push(...[1, 2, 3, 4, 5, 6, 7, 8].map((n) => `G${n}`));
    none(
      [
        ...wanted.filter((name) => !rules.has(name)),
        ...RULES.filter(({ acts, twin }) => resultOf(acts) === resultOf(twin)).map(
          ({ rule }) => rule,
        ),
      ],
      "name two scenarios with different results in test/tidy/rule-table.ts",
    );
  });

  it("has a scenario for every reason a frame leaves the walk", () => {
    const stated = new Set(
      all.flatMap((scenario) =>
        (scenario.expected?.reasons ?? []).map((line) => line.split(" ")[0]),
      ),
    );
    const reasons = memberNames("assembly/inspector/reason.ts", "Reason");
    none(
      reasons.filter((name) => name !== "ok" && !stated.has(name)),
      "write a scenario of one packet under test/scenario/wire with `expect reasons`",
    );
  });
});
