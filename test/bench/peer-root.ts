// Fetches the other systems for `make bench-peers`: those of this Debian suite by apt, Suricata from a
// later one into a root of its own below build/, where it can touch nothing. Needs root and a network.
// What cannot be had is told and left out of the table.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { PEER_ROOT } from "./peer.ts";

const LATER_SUITE = "trixie";
const MIRROR = "http://deb.debian.org/debian";

function run(program: string, ...words: readonly string[]): boolean {
  process.stderr.write(`bench: ${[program, ...words].join(" ")}\n`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const result = spawnSync(program, words, { env, stdio: ["ignore", "ignore", "inherit"] });
  if (result.status !== 0) process.stderr.write(`bench: ${program} ended with ${result.status}\n`);
  return result.status === 0;
}

run("apt-get", "install", "-y", "-qq", "tshark", "libndpi-bin", "debootstrap");
if (!existsSync(join(PEER_ROOT, "usr/bin/suricata"))) {
  run("debootstrap", "--variant=minbase", "--include=suricata", LATER_SUITE, PEER_ROOT, MIRROR);
}
