// A veth pair in a network namespace of its own: "isp" is where a sender stands, "wan" what a tap
// listens on. IPv6 and its chatter are off, so the only frames are the sender's. `stop` removes it
// all and may be called twice. Read: ip-netns(8), veth(4).

import { type ChildProcess, spawn, spawnSync } from "node:child_process";

export const TAP = "wan";
export const SENDER = "isp";

export class Wire {
  readonly name = `sl-bench-${process.pid}`;

  start(): void {
    run("ip", "netns", "add", this.name);
    for (const scope of ["all", "default"]) {
      this.#inside("sysctl", "-qw", `net.ipv6.conf.${scope}.disable_ipv6=1`);
    }
    this.#inside("ip", "link", "add", TAP, "type", "veth", "peer", "name", SENDER);
    this.#inside("ip", "link", "set", TAP, "up");
    this.#inside("ip", "link", "set", SENDER, "up");
  }

  stop(): void {
    spawnSync("ip", ["netns", "delete", this.name]);
  }

  /** Starts a program inside, on one core; its output is piped. */
  spawn(core: number, command: readonly string[]): ChildProcess {
    const place = ["netns", "exec", this.name, "taskset", "-c", String(core)];
    return spawn("ip", [...place, ...command], { stdio: ["ignore", "pipe", "pipe"] });
  }

  #inside(...command: string[]): void {
    run("ip", "netns", "exec", this.name, ...command);
  }
}

function run(program: string, ...words: string[]): void {
  const result = spawnSync(program, words, { encoding: "utf8" });
  if (result.error) throw new Error(`${program} cannot be run: ${result.error.message}`);
  if (result.status !== 0)
    throw new Error(`${program} ${words.join(" ")}: ${result.stderr.trim()}`);
}
