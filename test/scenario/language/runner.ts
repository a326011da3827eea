// One variant of a scenario through the whole product in process: frames → inspector → findings →
// alert book → flow lines and alerts, as text. The inspector and the judge are loaded once and shared
// by all variants of a file, each a new input; the book is new every time.

import { HOME_DEFAULT } from "../../../host/ground/address.ts";
import type { Alert, FlowLine } from "../../../host/ground/alert.ts";
import type { Inspector } from "../../../host/inspector.ts";
import { openInspector, openPipeline } from "../../pipeline.ts";
import { assumedSessions } from "./assume.ts";
import { feed } from "./feed.ts";
import { alertTexts, flowText, Reading } from "./result.ts";
import type { Scenario } from "./scenario.ts";
import type { Variant } from "./transform.ts";

/** What a run showed, in the form of result.ts. */
export interface Outcome {
  readonly lines: readonly FlowLine[];
  readonly flows: readonly string[];
  readonly alerts: readonly string[];
  /** Frames that left the walk early, `name count`. */
  readonly reasons: readonly string[];
  /** Evidence by frame number as written, for `!` lines. */
  readonly noted: ReadonlyMap<number, ReadonlySet<string>>;
}

/** Loads what all runs of one file share. */
export class ScenarioRunner {
  readonly #inspector: Inspector;

  constructor(module?: string) {
    this.#inspector = openInspector(module);
  }

  /** Runs one variant as an input of its own. `terse`: as a watch does, which lists no connections. */
  run(scenario: Scenario, variant: Variant, terse = false): Outcome {
    this.#inspector.setTerse(terse);
    const before = this.#inspector.reasons();
    const alerts: Alert[] = [];
    const { book, drain } = openPipeline({
      inspector: this.#inspector,
      keepFlows: true,
      sessions: assumedSessions(scenario, variant),
      onAlerts: (raised) => alerts.push(...raised),
    });
    this.#inspector.setHome(variant.home.length === 0 ? HOME_DEFAULT : variant.home);
    this.#inspector.setOffloaded(scenario.assumptions.some(({ kind }) => kind === "offloaded"));
    const { frames } = feed(drain, variant);
    const reading = new Reading(scenario, frames);
    const lines = book.takeFlows(true);
    const noted = new Map<number, Set<string>>();
    for (const line of lines) {
      for (const frame of reading.frames(line.frames).map(Number)) {
        const names = noted.get(frame) ?? new Set<string>();
        for (const name of line.evidence) names.add(name);
        noted.set(frame, names);
      }
    }
    return {
      lines,
      flows: lines.map((line) => flowText(line, reading)),
      alerts: alertTexts(alerts, reading),
      reasons: difference(before, this.#inspector.reasons()),
      noted,
    };
  }
}

function difference(
  before: ReadonlyMap<string, bigint>,
  after: ReadonlyMap<string, bigint>,
): string[] {
  return [...after]
    .map(([name, count]) => ({ name, count: count - (before.get(name) ?? 0n) }))
    .filter(({ name, count }) => name !== "ok" && count > 0n)
    .map(({ name, count }) => `${name} ${count}`);
}
