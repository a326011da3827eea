// One variant of a scenario through the whole product in process: frames → inspector → findings →
// alert book → flow lines and alerts, as text. The inspector and the judge are loaded once and shared
// by all variants of a file, each a new input; the book is new every time.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { AlertBook } from "../../../host/alert/book.ts";
import { HOME_DEFAULT } from "../../../host/ground/address.ts";
import type { Alert, FlowLine } from "../../../host/ground/alert.ts";
import type { Finding } from "../../../host/ground/finding.ts";
import { Inspector } from "../../../host/inspector.ts";
import { type Judge, loadJudge } from "../../../host/judge.ts";
import { assumedSessions } from "./assume.ts";
import { feed } from "./feed.ts";
import { alertTexts, flowText, Reading } from "./result.ts";
import type { Scenario } from "./scenario.ts";
import type { Variant } from "./transform.ts";

const BUILD = fileURLToPath(new URL("../../../build/", import.meta.url));

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
export class Pipeline {
  readonly #inspector: Inspector;
  readonly #judge: Judge;

  constructor(module = `${BUILD}inspector.wasm`) {
    this.#inspector = Inspector.load(module);
    this.#inspector.seed(0, 0);
    const { MailEvidence: mail, SegmentEvidence: segment } = this.#inspector.abi.names;
    this.#judge = sharedJudge({ mail, segment });
  }

  /** Runs one variant as an input of its own. `terse`: as a watch does, which lists no connections. */
  run(scenario: Scenario, variant: Variant, terse = false): Outcome {
    this.#inspector.setTerse(terse);
    const book = new AlertBook({
      judge: this.#judge,
      keepFlows: true,
      sessions: assumedSessions(scenario, variant),
    });
    const before = this.#inspector.reasons();
    const alerts: Alert[] = [];
    const take = (findings: readonly Finding[]): void => {
      for (const finding of findings) alerts.push(...book.observe(finding, SIGHTING));
    };
    this.#inspector.setHome(variant.home.length === 0 ? HOME_DEFAULT : variant.home);
    this.#inspector.setOffloaded(scenario.assumptions.some(({ kind }) => kind === "offloaded"));
    const { frames } = feed(this.#inspector, variant, take);
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

const SIGHTING = { file: "scenario", interfaceName: null, lanClient: null, evidenceFile: null };

let judge: Judge | null = null;

function sharedJudge(names: { mail: readonly string[]; segment: readonly string[] }): Judge {
  judge ??= loadJudge(readFileSync(`${BUILD}judge.wasm`), names);
  return judge;
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
