// The tables of docs/DETECTION.md that follow from the catalogue, the scenarios and the rule table.

import { allScenarios } from "../scenario/language/library.ts";
import type { Scenario } from "../scenario/language/scenario.ts";
import { judgeRows } from "./catalogue-rows.ts";
import { RULES } from "./rule-table.ts";
import { shownBy } from "./witness.ts";

const FOLDER = "test/scenario/";
const CLASSES: Readonly<Record<string, string>> = {
  P: "proof",
  S: "strong",
  M: "moderate",
  w: "suggestive",
  W: "weak",
  C: "consequence",
  I: "information",
};

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |\n`;
  return line(heads) + line(heads.map(() => "---")) + rows.map(line).join("");
}

const short = (path: string): string => `\`${path.replace(FOLDER, "")}\``;

/** The one that says least beside what it is named for; of those the shortest name. */
function plainest(found: readonly Scenario[], names: (scenario: Scenario) => number): string {
  const [first] = [...found].sort(
    (a, b) => names(a) - names(b) || a.path.length - b.path.length || (a.path < b.path ? -1 : 1),
  );
  return first === undefined ? "" : short(first.path);
}

/** The scenario that shows each name, and the one that comes close and stays without it. */
function scenarios(): (name: string) => readonly [string, string] {
  const all = allScenarios().map((scenario) => ({ scenario, shown: shownBy(scenario) }));
  const shownIn = new Map(all.map(({ scenario, shown }) => [scenario, shown.size]));
  return (name) => {
    const witnesses = all.filter(({ shown }) => shown.has(name)).map(({ scenario }) => scenario);
    const twins = [...shownIn.keys()].filter(({ twinOf }) => twinOf.includes(name));
    return [
      plainest(witnesses, (scenario) => shownIn.get(scenario) ?? 0),
      plainest(twins, ({ twinOf }) => twinOf.length),
    ];
  };
}

export function mailTable(): string {
  const shown = scenarios();
  const heads = ["name", "class", "made by", "about", "explains a missing offer", "shown", "twin"];
  const rows = judgeRows().mail.map(({ name, strength, side, about, beside }) => [
    `\`${name}\``,
    CLASSES[strength] ?? strength,
    side,
    about,
    beside ? "no" : "yes",
    ...shown(name),
  ]);
  return table(heads, rows);
}

export function segmentTable(): string {
  const shown = scenarios();
  const rows = judgeRows().segment.map(({ name, family, about }) => [
    `\`${name}\``,
    family,
    about,
    ...shown(name),
  ]);
  return table(["name", "family", "about", "shown", "twin"], rows);
}

export function ruleTable(): string {
  const rows = RULES.map(({ rule, acts, twin }) => [rule, short(acts), short(twin)]);
  return table(["filter or rule", "acts in", "must not act in"], rows);
}
