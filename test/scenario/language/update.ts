// A scenario and what it gave → its file with the expectation replaced. Everything above the first
// `expect` line stays as it is.

import type { Outcome } from "./runner.ts";
import type { Scenario } from "./scenario.ts";

/** The whole new text. Reasons are kept only where the file stated them. */
export function rewrite(scenario: Scenario, outcome: Outcome): string {
  const start = scenario.source.findIndex((line) => /^expect\b/.test(line));
  const kept = start < 0 ? scenario.source : scenario.source.slice(0, start);
  const above = kept.join("\n").trimEnd();
  const indented = (lines: readonly string[]) => lines.map((line) => `  ${line}`);
  const silent = outcome.flows.length === 0 && outcome.alerts.length === 0;
  const result = silent
    ? ["expect silence"]
    : [
        "expect flows",
        ...indented(outcome.flows),
        "",
        "expect alerts",
        ...indented(outcome.alerts),
      ];
  const stated = scenario.source.some((line) => /^expect reasons\b/.test(line));
  const reasons = stated ? ["", "expect reasons", ...indented(outcome.reasons)] : [];
  return `${[above, "", ...result, ...reasons].join("\n")}\n`;
}
