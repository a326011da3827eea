// Who takes part: what each is run as over a capture file, and how what it reports of the planted
// events is read. A contender that is not on this machine says so; the table shows it.

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { reference } from "./reference.ts";
import { describe, readAlerts, readTruth, score } from "./score.ts";
import { FOLDER } from "./traffic.ts";

export interface Contender {
  readonly name: string;
  /** Command line over a capture, or null when it is not installed. */
  command(capture: string): readonly string[] | null;
  /** What its output says of the planted events. */
  report(output: string, truth: string): string;
  /** Another system, slow enough to be asked for by name or with --peers. */
  readonly peer: boolean;
}

const STRIPLIGHT = fileURLToPath(new URL("../../build/striplight.cjs", import.meta.url));
const nothing = () => "";

export const CONTENDERS: readonly Contender[] = [
  {
    name: "walk.c (limit)",
    command: (capture) => program("walk", capture),
    report: nothing,
    peer: false,
  },
  {
    name: "count.c (libpcap)",
    command: (capture) => program("count", capture),
    report: nothing,
    peer: false,
  },
  {
    name: "striplight",
    command: (capture) =>
      existsSync(STRIPLIGHT) ? [process.execPath, STRIPLIGHT, "replay", "--json", capture] : null,
    report: (output, truth) => describe(score(readTruth(truth), readAlerts(output))),
    peer: false,
  },
  {
    name: "ndpiReader",
    command: (capture) =>
      installed("ndpiReader") ? ["ndpiReader", "-q", "-v", "2", "-i", capture] : null,
    report: (output) => matching(output, /Risk: /, "flows with a risk"),
    peer: true,
  },
  {
    name: "suricata",
    command: (capture) =>
      installed("suricata")
        ? ["suricata", "-r", capture, "-l", FOLDER, "-k", "none", "--runmode", "single"]
        : null,
    report: () => matching(join(FOLDER, "fast.log"), /\[\*\*\]/, "alerts"),
    peer: true,
  },
  {
    name: "snort",
    command: (capture) =>
      installed("snort") ? ["snort", "-q", "-r", capture, "-A", "fast", "-k", "none"] : null,
    report: (output) => matching(output, /\[\*\*\]/, "alerts"),
    peer: true,
  },
  {
    name: "tshark",
    command: (capture) =>
      installed("tshark") ? ["tshark", "-r", capture, "-q", "-z", "expert,warn"] : null,
    report: nothing,
    peer: true,
  },
];

/** The one every ratio is against. */
export const FLOOR = "count.c (libpcap)";

function program(name: string, capture: string): readonly string[] | null {
  const path = reference(name);
  return path === null ? null : [path, capture];
}

function installed(name: string): boolean {
  return spawnSync("which", [name]).status === 0;
}

function matching(output: string, pattern: RegExp, what: string): string {
  const lines = readFileSync(output, "utf8").split("\n");
  return `${lines.filter((line) => pattern.test(line)).length} ${what}`;
}
