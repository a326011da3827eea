// Our own hop between router and provider as a running process: compiles forwarder/*.c, starts it
// on the wire of a network, and passes commands to it. See forwarder/rule.h for the rules' words.

import { type ChildProcess, execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Network } from "./namespace.ts";
import { lineFrom, start, stop, until } from "./process.ts";

const SOURCE = fileURLToPath(new URL("forwarder/", import.meta.url));
const BUILD = fileURLToPath(new URL("../../build/lab/", import.meta.url));

/** Words of one rule; see forwarder/rule.h. */
export type Rule = Record<string, string | number>;

/** One forged segment as the forwarder reports it. */
export interface Forged {
  to: "client" | "server";
  flags: number;
  seq: number;
  ack: number;
  ttl: number;
  ipid: number;
  window: number;
  size: number;
}

/** What has passed so far. */
export interface ForwarderCount {
  out: number;
  in: number;
  lost: number;
  dropped: number;
  injected: number;
  overflowed: number;
  oversized: number;
  /** Frames held back at this moment. */
  held: number;
}

/** Compiles the forwarder when a source is newer than the program; returns the program's path. */
export function compileForwarder(): string {
  const program = `${BUILD}forwarder`;
  const names = readdirSync(SOURCE).map((name) => SOURCE + name);
  const newest = Math.max(...names.map((name) => statSync(name).mtimeMs));
  const built = statSync(program, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (built > newest) return program;
  mkdirSync(BUILD, { recursive: true });
  const units = names.filter((name) => name.endsWith(".c"));
  execFileSync("cc", ["-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-o", program, ...units]);
  return program;
}

/** One running forwarder. The network must have been made with `wire: true`. */
export class Forwarder {
  readonly #network: Network;
  #child: ChildProcess | null = null;
  #text = "";
  #answers: ((line: string) => void)[] = [];
  #forged: Forged[] = [];

  constructor(network: Network) {
    this.#network = network;
  }

  /** Resolves when frames pass. */
  async start(): Promise<void> {
    const child = start(this.#network.netns("wire"), [compileForwarder(), "near", "far"]);
    this.#child = child;
    await lineFrom(child, /^ready/);
    child.stdout?.on("data", (octets: Buffer) => this.#read(octets.toString("latin1")));
  }

  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child !== null) await stop(child);
  }

  /** Holds frames back: `out` towards the server, `in` towards the home. */
  async delay(direction: "out" | "in" | "both", ms: number): Promise<void> {
    await this.#command(`delay ${direction} ${ms}`);
  }

  /** Loses one frame in `oneIn`, 0 for none; the same ones in every run. */
  async lose(direction: "out" | "in" | "both", oneIn: number): Promise<void> {
    await this.#command(`loss ${direction} ${oneIn}`);
  }

  /** Adds a rule. Several may act on one segment, in the order in which they were added. */
  async rule(rule: Rule): Promise<void> {
    const words = Object.entries(rule).map(([name, value]) => `${name}=${value}`);
    await this.#command(`rule ${words.join(" ")}`);
  }

  /** Forgets rules, flows and reported forgeries. */
  async clear(): Promise<void> {
    await this.#command("clear");
    this.#forged = [];
  }

  async count(): Promise<ForwarderCount> {
    return fields(await this.#command("count")) as unknown as ForwarderCount;
  }

  /** Resolves when nothing is held back any more. */
  async empty(): Promise<void> {
    await until("the forwarder to be empty", async () => (await this.count()).held === 0);
  }

  /** What was forged since the last `clear`. */
  get forged(): readonly Forged[] {
    return this.#forged;
  }

  #command(line: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const child = this.#child;
      if (child === null) return reject(new Error("the forwarder does not run"));
      this.#answers.push((answer) =>
        answer.startsWith("ok")
          ? resolve(answer)
          : reject(new Error(`forwarder: ${line}: ${answer}`)),
      );
      child.stdin?.write(`${line}\n`);
    });
  }

  #read(text: string): void {
    const lines = (this.#text + text).split("\n");
    this.#text = lines.pop() ?? "";
    for (const line of lines) {
      if (line.startsWith("injected")) this.#forged.push(fields(line) as unknown as Forged);
      else this.#answers.shift()?.(line);
    }
  }
}

/** `name=value` words as an object; values that are numbers become numbers. */
function fields(line: string): Record<string, string | number> {
  const entries = [...line.matchAll(/(\w+)=(\S+)/g)].map(([, name = "", value = ""]) => {
    return [name, value === "client" || value === "server" ? value : Number(value)] as const;
  });
  return Object.fromEntries(entries);
}
