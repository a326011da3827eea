// Where scenarios lie, and all of them read: the one place that walks their folder.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseScenario } from "./parse.ts";
import type { Scenario } from "./scenario.ts";

/** The folder of scenarios, and its name from the project's root. */
export const SCENARIOS = fileURLToPath(new URL("../", import.meta.url));
const FROM_ROOT = "test/scenario";

/** Names of every scenario within the folder, sorted. */
export function scenarioNames(): string[] {
  return readdirSync(SCENARIOS, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".scn"))
    .sort();
}

/** One scenario by its name within the folder. Throws ScenarioError. */
export function readScenario(name: string): Scenario {
  return parseScenario(`${FROM_ROOT}/${name}`, readFileSync(join(SCENARIOS, name), "utf8"));
}

/** Every scenario. */
export function allScenarios(): Scenario[] {
  return scenarioNames().map(readScenario);
}
