// What becomes of a frame, wired in one place: inspector → drain → alert book with judge and baselines.
// The watch, the replay and the tests bring the frames and take the alerts; nobody else joins these parts.

import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { AlertBook } from "../alert/book.ts";
import type { Ignored } from "../alert/ignored.ts";
import type { Matrix } from "../alert/matrix.ts";
import type { OpenAlerts } from "../alert/open-alert.ts";
import type { Sessions } from "../baseline/session.ts";
import type { Config } from "../config/schema.ts";
import { Drain } from "../drain.ts";
import type { Alert, Vantage } from "../ground/alert.ts";
import type { Finding } from "../ground/finding.ts";
import { Inspector } from "../inspector.ts";
import { type Judge, loadJudge } from "../judge.ts";
import { modulePath } from "../modules.ts";

/** The built inspector with a profile's table sizes. */
export function inspectorFor(profile: Config["profile"]): Inspector {
  const name = profile === "board" ? "inspector-board.wasm" : "inspector.wasm";
  return Inspector.load(modulePath(name));
}

/** The configured names, or the host's own. */
export function vantageOf({ sensor, uplink }: Pick<Config, "sensor" | "uplink">): Vantage {
  return { sensor: sensor ?? hostname(), uplink };
}

/** The judge, by default the built one, held against the evidence names that this inspector exports. */
export function judgeFor(inspector: Inspector, path = modulePath("judge.wasm")): Judge {
  const { MailEvidence: mail, SegmentEvidence: segment } = inspector.abi.names;
  return loadJudge(readFileSync(path), { mail, segment });
}

export interface PipelineParts {
  readonly inspector: Inspector;
  readonly judge: Judge;
  /** Keep a line for each connection, for --flows. */
  readonly keepFlows: boolean;
  /** What is known of servers; without it nothing is. */
  readonly sessions?: Sessions;
  /** The router and the line that alerts are about. */
  readonly vantage: Vantage;
  /** Who is affected; without it a new one. */
  readonly matrix?: Matrix;
  /** What was raised and waits for the owner; without it nothing does yet. */
  readonly open?: OpenAlerts;
  /** What the owner does not want to hear; without it everything is told. */
  readonly ignored?: Ignored;
  /** The LAN address behind a connection's near end, null when unknown; without it always unknown. */
  readonly lanClient?: (finding: Finding) => string | null;
  /** Told after each finding of the alerts it raised or revised, often none. */
  readonly onAlerts: (alerts: readonly Alert[], finding: Finding) => void;
}

export class Pipeline {
  readonly book: AlertBook;
  /** Where inputs begin and end, and what waits is taken. */
  readonly drain: Drain;

  constructor(parts: PipelineParts) {
    const { inspector, lanClient, onAlerts } = parts;
    this.book = new AlertBook(parts);
    this.drain = new Drain(inspector, (finding, sighting) => {
      const behind = lanClient?.(finding) ?? null;
      onAlerts(this.book.observe(finding, { ...sighting, lanClient: behind }), finding);
    });
  }

  get inspector(): Inspector {
    return this.drain.inspector;
  }
}
