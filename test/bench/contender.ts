// Who takes part: what each is run as over a capture file, and how what it reports of the planted
// events is read. The other systems stand in peer.ts.

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Contender, PEERS } from "./peer.ts";
import { reference } from "./reference.ts";
import { describe, readAlerts, readTruth, score } from "./score.ts";

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
  ...PEERS,
];

/** The one every ratio is against. */
export const FLOOR = "count.c (libpcap)";

function program(name: string, capture: string): readonly string[] | null {
  const path = reference(name);
  return path === null ? null : [path, capture];
}
