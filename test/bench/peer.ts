// The other systems, each with the configuration that comes nearest to what we do, and what each says of
// the planted connections: it has found one when it names it at all. One that is not on this machine
// says so; `make bench-peers` fetches those Debian has.

import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describeNamed, readNamed, readTruth } from "./score.ts";

export interface Contender {
  readonly name: string;
  /** Command line over a capture, or null when it is not installed. */
  command(capture: string): readonly string[] | null;
  /** What its output says of the planted events. */
  report(output: string, truth: string): string;
  /** Another system, slow enough to be asked for by name or with --peers. */
  readonly peer: boolean;
}

/** A later Debian suite in a folder of its own, for what this one does not package. */
export const PEER_ROOT = fileURLToPath(new URL("../../build/peer-root", import.meta.url));
/** Where captures and what is written lie, seen from inside. */
const INSIDE = "/bench";
const BENCH = join(PEER_ROOT, INSIDE);
/** Rule files of Suricata's package that speak of streams, mail and TLS. */
const RULES = ["stream", "smtp", "tls", "app-layer", "decoder"];

const SURICATA_SETTINGS = [
  // as fast as it goes: what is encrypted is not looked at any further
  "stream.bypass=yes",
  "app-layer.protocols.tls.encryption-handling=bypass",
  // one line an alert, nothing else
  "outputs.0.fast.append=no",
  "outputs.1.eve-log.enabled=no",
  "stats.enabled=no",
];

export const PEERS: readonly Contender[] = [
  {
    name: "ndpiReader",
    command: (capture) =>
      installed("ndpiReader") ? ["ndpiReader", "-q", "-v", "2", "-i", capture] : null,
    report: (output, truth) => describeNamed(readTruth(truth), readNamed(output, /Risk: /)),
    peer: true,
  },
  {
    name: "suricata",
    command: suricata,
    report: (_, truth) =>
      describeNamed(readTruth(truth), readNamed(join(BENCH, "fast.log"), /\[\*\*\]/)),
    peer: true,
  },
  {
    name: "snort",
    command: (capture) =>
      installed("snort") ? ["snort", "-q", "-r", capture, "-A", "fast", "-k", "none"] : null,
    report: (output, truth) => describeNamed(readTruth(truth), readNamed(output, /\[\*\*\]/)),
    peer: true,
  },
  {
    name: "tshark",
    command: (capture) =>
      installed("tshark") ? ["tshark", "-r", capture, "-q", "-z", "expert,warn"] : null,
    report: (output) => {
      const said = /(\d+).*Connection reset/.exec(readFileSync(output, "utf8"));
      return `lists ${said?.[1] ?? 0} resets, judges none`;
    },
    peer: true,
  },
];

/** The later suite's, inside its root, or this machine's own. The capture is linked beside its log. */
function suricata(capture: string): readonly string[] | null {
  const root = [PEER_ROOT, "/"].find((path) => existsSync(join(path, "usr/bin/suricata")));
  if (root === undefined) return null;
  const [inside, enter] = root === "/" ? [BENCH, []] : [INSIDE, ["chroot", root]];
  mkdirSync(BENCH, { recursive: true });
  const linked = join(BENCH, basename(capture));
  rmSync(linked, { force: true });
  try {
    linkSync(capture, linked);
  } catch {
    copyFileSync(capture, linked); // another file system
  }
  const files = RULES.map((name) => join(root, `etc/suricata/rules/${name}-events.rules`));
  writeFileSync(join(BENCH, "events.rules"), files.map((file) => readFileSync(file)).join("\n"));
  return [
    ...[...enter, "suricata", "-r", join(inside, basename(capture)), "-l", inside],
    ...["-k", "none", "--runmode", "single", "-S", join(inside, "events.rules")],
    ...SURICATA_SETTINGS.flatMap((setting) => ["--set", setting]),
  ];
}

function installed(name: string): boolean {
  return spawnSync("which", [name]).status === 0;
}
