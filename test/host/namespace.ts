// Turns a name into a network namespace with one veth pair inside, for tests that need a link to
// send on and one to tap; and says whether this machine lets us. Removes what it made.
// Everything stays inside the namespace: no frame reaches the machine's own interfaces.

import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { installPackages, NETWORK_PACKAGES } from "../lab/package.ts";

const ROOT = join(import.meta.dirname, "../..");

/** One namespace: `near` is where frames are sent, `far` is where they arrive. */
export class Namespace {
  readonly name: string;

  constructor(task: string) {
    this.name = `sl-tap-${task}-${process.pid}`;
  }

  /** Makes the namespace and its pair; false where the machine does not allow it, which with CI=true throws. */
  start(): boolean {
    const isRoot = process.getuid?.() === 0;
    if (isRoot) installPackages(NETWORK_PACKAGES);
    if (!isRoot || spawnSync("ip", ["netns", "add", this.name]).status !== 0) {
      if (process.env.CI === "true") throw new Error("this machine makes no network namespaces.");
      return false;
    }
    this.set("net.ipv6.conf.default.disable_ipv6", 1);
    this.run("ip", "link", "set", "lo", "up");
    this.addPair();
    return true;
  }

  /** A setting of its kernel's network by its dotted name, written where sysctl(8) would. */
  set(name: string, value: number): void {
    this.run("sh", "-c", `echo ${value} > /proc/sys/${name.replaceAll(".", "/")}`);
  }

  addPair(): void {
    this.run("ip", "link", "add", "near", "type", "veth", "peer", "name", "far");
    this.run("ip", "link", "set", "near", "up");
    this.run("ip", "link", "set", "far", "up");
  }

  stop(): void {
    spawnSync("ip", ["netns", "delete", this.name]);
  }

  /** Runs a command inside to its end; its output, or an exception when it fails. */
  run(command: string, ...args: string[]): string {
    const inside = ["netns", "exec", this.name, command, ...args];
    return execFileSync("ip", inside, { encoding: "utf8", cwd: ROOT });
  }

  /** Starts a TypeScript program of ours inside; its standard output is a pipe. */
  node(program: string, ...args: string[]): ChildProcess {
    return this.#node([], program, args);
  }

  /** The same with CAP_NET_RAW as its only capability, and leave to lock no memory. */
  nodeWithRawSockets(program: string, ...args: string[]): ChildProcess {
    const only = ["--bounding-set", "-all,+net_raw", "--inh-caps", "-all,+net_raw"];
    return this.#node(["prlimit", "--memlock=0", "setpriv", ...only], program, args);
  }

  #node(before: readonly string[], program: string, args: readonly string[]): ChildProcess {
    const words = [...before, process.execPath, "--import", "tsx"];
    const script = join(import.meta.dirname, program);
    return spawn("ip", ["netns", "exec", this.name, ...words, script, ...args], {
      cwd: ROOT,
      stdio: ["pipe", "pipe", "inherit"],
    });
  }

  /** Sends frames and returns how many the kernel accepted. `rate` 0 is as fast as it goes. */
  send(count: number, rate: number, size: number, port = 80): number {
    const args = ["near", ...[count, rate, size, port].map(String)];
    return Number(this.run(senderProgram(), ...args));
  }

  /** Sends in the background. */
  sendOn(count: number, rate: number, size: number): ChildProcess {
    const inside = ["netns", "exec", this.name, senderProgram(), "near"];
    return spawn("ip", [...inside, String(count), String(rate), String(size)], { stdio: "ignore" });
  }
}

let built = "";

/** The compiled sender; compiled at its first use. */
function senderProgram(): string {
  if (built !== "") return built;
  mkdirSync(join(ROOT, "build"), { recursive: true });
  const program = join(ROOT, "build", "sender");
  execFileSync("cc", ["-O2", "-o", program, join(import.meta.dirname, "sender.c")]);
  built = program;
  return built;
}
