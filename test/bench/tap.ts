// The two taps that are compared live: the C ring counter and striplight's watch, each started on
// the same wire and core, asked for its own account when it is stopped. What a tap used of its core
// is read from /proc between two moments, so that start-up does not count.

import type { ChildProcess } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { reference } from "./reference.ts";
import { FOLDER } from "./traffic.ts";
import { TAP, type Wire } from "./wire.ts";

const STRIPLIGHT = fileURLToPath(new URL("../../build/striplight.cjs", import.meta.url));
/** Clock ticks a second in /proc/PID/stat; the same on every Linux there is. */
const TICKS = 100;
const START_TIMEOUT = 10_000;

/** What a tap says of itself at the end. */
export interface Account {
  readonly frames: number;
  readonly lost: number;
}

export interface TapKind {
  readonly name: string;
  command(): readonly string[];
  /** A line on either stream that says it listens. */
  readonly ready: RegExp;
  account(output: string): Account;
}

export const RING: TapKind = {
  name: "ring.c",
  command: () => [reference("ring") ?? "ring", TAP],
  ready: /^ready/m,
  account: (output) => {
    const { frames, dropped } = JSON.parse(output.slice(output.indexOf("{")));
    return { frames, lost: dropped };
  },
};

export const WATCH: TapKind = {
  name: "striplight",
  command: () => [
    process.execPath,
    STRIPLIGHT,
    "watch",
    "-i",
    TAP,
    "--json",
    "-c",
    configuration(),
  ],
  ready: /^(striplight: )?watching/m,
  account: (output) => {
    const said = /(\d+) frames inspected, (\d+) lost/.exec(output);
    return { frames: Number(said?.[1] ?? Number.NaN), lost: Number(said?.[2] ?? Number.NaN) };
  },
};

/** A running tap. `stop` ends it and returns its account. */
export class LiveTap {
  readonly #kind: TapKind;
  readonly #process: ChildProcess;
  #output = "";
  #onLine: (line: string, arrived: number) => void;

  constructor(
    kind: TapKind,
    wire: Wire,
    core: number,
    onLine = (_line: string, _at: number) => {},
  ) {
    this.#kind = kind;
    this.#onLine = onLine;
    this.#process = wire.spawn(core, kind.command());
  }

  async start(): Promise<void> {
    let rest = "";
    this.#process.stderr?.on("data", (chunk) => {
      this.#output += chunk;
    });
    this.#process.stdout?.on("data", (chunk) => {
      const arrived = Date.now();
      const lines = `${rest}${chunk}`.split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        this.#onLine(line, arrived);
        if (!line.startsWith('{"id"')) this.#output += `${line}\n`;
      }
    });
    const deadline = Date.now() + START_TIMEOUT;
    while (!this.#kind.ready.test(this.#output)) {
      if (Date.now() > deadline || this.#process.exitCode !== null) {
        throw new Error(`${this.#kind.name} does not listen: ${this.#output.trim()}`);
      }
      await wait(20);
    }
  }

  /** CPU seconds used so far, all threads. */
  cpu(): number {
    const stat = readFileSync(`/proc/${this.#process.pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / TICKS;
  }

  /** Anonymous memory now, in KiB. */
  anonymousKiB(): number {
    const status = readFileSync(`/proc/${this.#process.pid}/status`, "utf8");
    return Number(/RssAnon:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN);
  }

  async stop(): Promise<Account> {
    const ended = new Promise((resolve) => this.#process.once("close", resolve));
    this.#process.kill("SIGTERM");
    await ended;
    return this.#kind.account(this.#output);
  }
}

export function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** A configuration that keeps everything a run writes inside the bench's own folder; nothing is known yet. */
function configuration(): string {
  const path = join(FOLDER, "watch.config");
  const options = { run_dir: join(FOLDER, "run"), state_dir: join(FOLDER, "state") };
  rmSync(options.state_dir, { recursive: true, force: true });
  const lines = Object.entries(options).map(([name, value]) => `\toption ${name} '${value}'`);
  writeFileSync(path, ["config striplight 'main'", ...lines, ""].join("\n"));
  return path;
}
