// An emulated machine in which a nanosecond of processor time is one instruction → how many
// instructions the inspector, a whole replay, the C references and a live tap take for each of the
// second N frames of a cut capture. Emulation knows no caches: it counts instructions, not time.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { debianPackages } from "../../board/package/debian-source.ts";
import { copied, file } from "../../board/package/entry.ts";
import { machineOf } from "../../board/package/machine.ts";
import type { Guest } from "../board/image/guest.ts";
import { countingGuest, guestImage, type Machine, STORE } from "../board/router.ts";
import type { Cut, Part } from "./cut.ts";
import { staticReference } from "./reference.ts";
import { FOLDER } from "./traffic.ts";

/** Two captures of 0.3 GB beside each other in memory, and what the programs take. */
const MEMORY_MIB = 3_072;
const BOOT_MS = 180_000;
const COMMAND_MS = 900_000;
const PLACE = "/usr/lib/striplight";
const INSTRUCTIONS_PER_SECOND = 1e9;
const INSTRUCTIONS_PER_MICROSECOND = 1e3;
const REFERENCES = ["measure", "count", "walk", "ring", "send"] as const;

/** Compiled at once and by the optimising compiler, as code that runs for hours is in the end. */
export const NODE_FLAGS = ["--no-liftoff", "--no-wasm-lazy-compilation"];

/** The shell alone: a watch nobody asked for would take its share. */
const INITTAB = "::sysinit:/etc/rc\n::respawn:-/bin/sh\n";

/** A board's configuration that keeps what a run writes below `folder`. */
export function configuration(folder: string): string {
  const options = { profile: "board", run_dir: `${folder}/run`, state_dir: `${folder}/state` };
  const homes = ["10.0.0.0/8", "192.168.0.0/16", "2001:db8::/32"];
  return [
    "config striplight 'main'",
    ...Object.entries(options).map(([name, value]) => `\toption ${name} '${value}'`),
    ...homes.map((home) => `\tlist home '${home}'`),
    "",
  ].join("\n");
}

/** A wire with nothing on it but what is sent, and a log that stays off the console. */
const PREPARATION = [
  "killall syslogd",
  "syslogd -O /tmp/messages",
  "echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6",
  "ip link add wan type veth",
  "ip link set wan up",
  "ip link set veth0 up",
].join("; ");

export interface Tapped {
  /** The tap's own, its system calls included. */
  readonly process: number;
  /** What the kernel did on each frame's way to it: filter, copy into the ring, waking it. */
  readonly kernel: number;
  readonly lost: number;
}

/** Instructions for each of the second N frames. */
export interface Counted {
  readonly inspectorBoard: number;
  readonly inspectorDesk: number;
  readonly replay: number;
  readonly count: number;
  readonly walk: number;
  readonly ring: Tapped;
  readonly watch: Tapped;
}

/** The program that walks a capture through the inspector, for any Node. */
export function walkProgram(): string {
  const outfile = join(FOLDER, "inspector-walk.cjs");
  buildSync({
    entryPoints: [fileURLToPath(new URL("./guest/walk.ts", import.meta.url))],
    bundle: true,
    platform: "node",
    format: "cjs",
    mainFields: ["module", "main"],
    logLevel: "error",
    outfile,
  });
  return outfile;
}

/** The C programs for that machine, without shared libraries, by name. */
export function references({ architecture, family }: Machine): Map<string, string> {
  const pcap = debianPackages(STORE, machineOf(architecture).debian, ["libpcap0.8-dev"]);
  return new Map(REFERENCES.map((name) => [name, staticReference(name, family, pcap)]));
}

/** What is between the frames both marks count, in the unit of the marks. */
export function perFrame(marks: readonly { frames: number; microseconds: number }[]): number {
  const [first, both] = marks;
  if (first === undefined || both === undefined) throw new Error("the walk set no two marks.");
  return (both.microseconds - first.microseconds) / (both.frames - first.frames);
}

export class Counting {
  readonly #guest: Guest;
  readonly #parts: readonly Part[];

  constructor(machine: Machine, cuts: readonly Cut[]) {
    const programs = [...references(machine)].map(([name, path]) => copied(`opt/${name}`, path));
    const entries = [
      ...programs,
      file("opt/walk.cjs", readFileSync(walkProgram())),
      file("opt/configuration", configuration("/tmp")),
      file("etc/inittab", INITTAB),
    ];
    const image = guestImage(machine, { name: "counting", entries, modules: ["veth"] });
    this.#parts = cuts.flatMap(({ first, second, both }) => [first, second, both]);
    const paths = this.#parts.map(({ path }) => path);
    this.#guest = countingGuest(machine, image, MEMORY_MIB, paths);
  }

  async start(): Promise<void> {
    await this.#guest.start();
    await this.#guest.expect(/guest: ready/, BOOT_MS);
    await this.#run(PREPARATION);
  }

  /** Everything that is counted, one after the other. */
  async count(cut: Cut): Promise<Counted> {
    const { frames } = cut;
    await this.#fetch(cut.first, "first");
    await this.#fetch(cut.both, "both");
    const inspectorBoard = await this.#inspector("inspector-board.wasm", cut);
    const inspectorDesk = await this.#inspector("inspector.wasm", cut);
    const count = await this.#difference("/opt/count", frames);
    const walk = await this.#difference("/opt/walk", frames);
    const replay = await this.#difference(
      "/usr/sbin/striplight replay --json -c /opt/configuration",
      frames,
    );
    await this.#run("rm /tmp/both");
    await this.#fetch(cut.second, "second");
    const ring = await this.#ring(frames);
    const watch = await this.#watch(frames);
    return { inspectorBoard, inspectorDesk, replay, count, walk, ring, watch };
  }

  /** Safe to call twice. */
  async stop(): Promise<void> {
    await this.#guest.stop();
  }

  async #run(command: string): Promise<string> {
    return await this.#guest.run(command, COMMAND_MS);
  }

  /** Runs what prints one line of JSON among other lines. */
  async #json(command: string): Promise<unknown> {
    const said = await this.#run(command);
    const [line] = /^[[{].*[\]}]$/m.exec(said) ?? [];
    if (line === undefined) throw new Error(`${command} said no JSON: ${said}`);
    return JSON.parse(line);
  }

  /** A part from its disk, which is padded, into the guest's memory. */
  async #fetch(part: Part, name: string): Promise<void> {
    const disk = `/dev/vd${String.fromCharCode("c".charCodeAt(0) + this.#parts.indexOf(part))}`;
    const target = `/tmp/${name}`;
    const whole = `dd if=${disk} of=${target} bs=1M 2> /dev/null`;
    await this.#run(`rm -f ${target}; ${whole}; truncate -s ${part.size} ${target}`);
  }

  async #inspector(module: string, { first, both }: Cut): Promise<number> {
    const words = [`${PLACE}/runtime/node`, ...NODE_FLAGS, "/opt/walk.cjs", `${PLACE}/${module}`];
    const marks = await this.#json(
      [...words, "/tmp/both", String(first.size), String(both.size)].join(" "),
    );
    return INSTRUCTIONS_PER_MICROSECOND * perFrame(marks as Parameters<typeof perFrame>[0]);
  }

  /** Whole processes over the first half and over both. */
  async #difference(command: string, frames: number): Promise<number> {
    const cost = async (name: string): Promise<number> => {
      const measured = `/opt/measure 0 /tmp/said ${command} /tmp/${name}`;
      const { user, sys, status } = (await this.#json(measured)) as Record<string, number>;
      if (status !== 0) throw new Error(`${command} ended with ${status}`);
      return INSTRUCTIONS_PER_SECOND * ((user ?? 0) + (sys ?? 0));
    };
    const first = await cost("first");
    return ((await cost("both")) - first) / frames;
  }

  /** Sends the second half; instructions of the whole machine until the sender is done. */
  async #send(part: string, frames: number): Promise<number> {
    const sent = `/opt/send veth0 --file /tmp/${part} --count ${frames}`;
    const { seconds } = (await this.#json(sent)) as { seconds: number };
    return INSTRUCTIONS_PER_SECOND * seconds;
  }

  /** Instructions of a process so far, all threads: its time on the processor in nanoseconds. */
  async #spent(name: string): Promise<number> {
    const said = await this.#run(`cat /proc/$(pidof ${name})/task/*/schedstat`);
    const times = [...said.matchAll(/^(\d+) \d+ \d+$/gm)].map(([, time]) => Number(time));
    if (times.length === 0) throw new Error(`${name} does not run: ${said}`);
    return times.reduce((sum, time) => sum + time, 0);
  }

  /** Sends to whatever listens as `name`, and to nobody; what is more is what the kernel did. */
  async #tapped(name: string, frames: number, alone: number): Promise<Omit<Tapped, "lost">> {
    const before = await this.#spent(name);
    const together = await this.#send("second", frames);
    const during = (await this.#spent(name)) - before;
    await this.#run("sleep 2");
    const process = (await this.#spent(name)) - before;
    return { process: process / frames, kernel: (together - alone - during) / frames };
  }

  async #ring(frames: number): Promise<Tapped> {
    await this.#send("second", frames); // the first time makes the socket's and the wire's memory
    const alone = await this.#send("second", frames);
    await this.#run(`/opt/ring wan > /tmp/ring & sleep 1`);
    const tapped = await this.#tapped("ring", frames, alone);
    const { dropped } = (await this.#json("killall ring; sleep 1; cat /tmp/ring")) as {
      dropped: number;
    };
    return { ...tapped, lost: dropped };
  }

  /** The watch has seen the first half before, so that it is compiled and its tables are filled. */
  async #watch(frames: number): Promise<Tapped> {
    const alone = await this.#send("second", frames);
    const watch = "/usr/sbin/striplight watch -i wan --json -c /opt/configuration";
    const watches = "while ! grep -q watching /tmp/watch; do sleep 1; done; sleep 2";
    await this.#run(`${watch} > /tmp/watch 2>&1 & ${watches}`);
    await this.#send("first", frames);
    await this.#run("sleep 2");
    const tapped = await this.#tapped("node", frames, alone);
    const said = await this.#run(
      "killall node; while pidof node; do sleep 1; done; cat /tmp/watch",
    );
    const [, lost] = /frames inspected, (\d+) lost/.exec(said) ?? [];
    if (lost === undefined) throw new Error(`the watch gave no account: ${said.slice(-500)}`);
    return { ...tapped, lost: Number(lost) };
  }
}
