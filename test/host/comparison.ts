// A house that connections are shown to one after the other, and the latest alert about each: for the
// tests of what comparison between connections finds.

import { AlertBook } from "../../host/alert/book.ts";
import type { Alert } from "../../host/ground/alert.ts";
import type { Finding, SegmentsSeen } from "../../host/ground/finding.ts";
import type { Judge } from "../../host/judge.ts";
import { finding, segmentsSeen } from "./finding.ts";
import { judgeForTests } from "./judge-module.ts";

const SIGHTING = { file: "a.pcap", interfaceName: null, evidenceFile: null, lanClient: null };

let judge: Judge | null = null;

/** An alert book and what it said last. */
export interface House {
  readonly book: AlertBook;
  /** Highest revision of every alert, by server and kind. */
  readonly latest: Map<string, Alert>;
}

export function house(): House {
  judge ??= judgeForTests();
  return { book: new AlertBook({ judge, keepFlows: true }), latest: new Map() };
}

export function meet(
  place: House,
  change: Partial<Finding>,
  segments: Partial<SegmentsSeen>,
  lanClient: string | null = null,
): void {
  const seen = finding({
    mail: null,
    application: "tls",
    serverPort: 443,
    cause: "changed",
    ...change,
    segments: segmentsSeen({ resetsToClient: 1, stage: "psh", ...segments }),
  });
  for (const alert of place.book.observe(seen, { ...SIGHTING, lanClient })) {
    place.latest.set(`${alert.flow.server}:${alert.flow.clientPort} ${alert.alert}`, alert);
  }
}

export function verdicts(place: House): string[] {
  return [...place.latest].map(([key, alert]) => `${key} ${alert.verdict}`);
}
