// Turns a configuration into a running `striplight watch` inside a namespace, with a stand-in lamp, and a
// captured session into frames on its wire: what tests of a watch's life need. Judges nothing.

import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Namespace } from "./namespace.ts";
import { until } from "./outage.ts";

const ROOT = join(import.meta.dirname, "../..");
const PROGRAM = join(ROOT, "build/striplight.cjs");
const LED = "test:alarm";
const PCAP_HEADER = 24;
const RECORD_HEADER = 16;

/** Where standard output goes: read by the test, or a file. */
export type Standard = "pipe" | { readonly file: number };

export class LiveWatch {
  readonly #namespace: Namespace;
  readonly folder = mkdtempSync(join(tmpdir(), "striplight-life-"));
  child: ChildProcess | null = null;
  out = "";
  err = "";

  constructor(namespace: Namespace) {
    this.#namespace = namespace;
    chmodSync(this.folder, 0o755);
    mkdirSync(join(this.folder, "leds", LED), { recursive: true });
    const files = { trigger: "[none] timer", brightness: "0", delay_on: "5", delay_off: "5" };
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(this.folder, "leds", LED, name), `${text}\n`);
    }
  }

  /** Folders of its own and a lamp, unless `lines` say more; then collectors on the loopback by port. */
  configure(lines: readonly string[] = [], collectors: readonly number[] = [], lamp = true): void {
    const main = [
      `option run_dir ${this.folder}/run`,
      `option state_dir ${this.folder}/state`,
      ...(lamp ? [`option led ${LED}`, `option led_root ${this.folder}/leds`] : []),
      ...lines,
    ];
    const others = collectors.flatMap((port) => [
      "config collector",
      "option host 127.0.0.1",
      `option port ${port}`,
      "option proto tcp",
    ]);
    writeFileSync(this.configuration, ["config striplight 'main'", ...main, ...others].join("\n"));
  }

  get configuration(): string {
    return join(this.folder, "striplight");
  }

  /** Starts it; resolves when it watches. */
  async start(standard: Standard = "pipe"): Promise<void> {
    const words = ["watch", "-i", "far", "--json", "-c", this.configuration];
    const inside = ["netns", "exec", this.#namespace.name, process.execPath, PROGRAM, ...words];
    const stdout = standard === "pipe" ? "pipe" : standard.file;
    const child = spawn("ip", inside, { stdio: ["ignore", stdout, "pipe"] });
    this.child = child;
    this.err = "";
    child.stdout?.on("data", (octets) => {
      this.out += octets;
    });
    child.stderr?.on("data", (octets) => {
      this.err += octets;
    });
    await until(() => /watching far/.test(this.err) || child.exitCode !== null, "the watch");
    assert.match(this.err, /watching far/);
  }

  /** Sends a signal that ends it; resolves with the exit status, null when it was killed. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    const { child } = this;
    if (child === null || child.exitCode !== null || child.signalCode !== null) {
      return child?.exitCode ?? null;
    }
    const gone = once(child, "exit");
    child.kill(signal);
    const [status] = await gone;
    return status;
  }

  /** Runs another command against it: its output, both streams. */
  command(...words: string[]): string {
    const run = spawnSync(process.execPath, [PROGRAM, ...words, "-c", this.configuration]);
    return `${run.stdout}${run.stderr}`;
  }

  // biome-ignore lint/suspicious/noExplicitAny: a status is looked at by its reader
  status(): any {
    return JSON.parse(this.command("status", "--json"));
  }

  /** What the lamp shows: fast, slow, steady, or off while it is not ours. */
  lamp(): string {
    const read = (name: string): string =>
      readFileSync(join(this.folder, "leds", LED, name), "utf8").trim();
    if (!read("trigger").startsWith("timer")) return "off";
    return { "100": "fast", "1000": "slow", "0": "steady" }[read("delay_off")] ?? "?";
  }

  async shows(lamp: string): Promise<void> {
    await until(() => this.lamp() === lamp, `the lamp: ${lamp}`);
  }

  async stop(): Promise<void> {
    await this.end("SIGKILL");
    await this.shows("off"); // what puts the lamp back outlives the watch by a moment
    // What puts the lamp back writes the other files after the trigger: they may come anew meanwhile.
    await rm(this.folder, { recursive: true, force: true, maxRetries: 10 });
  }
}

/** The frames of a capture of ours in hexadecimal, one line for the frame sender. */
export function burstOf(capture: string): string {
  const octets = readFileSync(join(ROOT, "test/captures", capture));
  const frames: string[] = [];
  for (let at = PCAP_HEADER; at < octets.length; ) {
    const length = octets.readUInt32LE(at + 8);
    frames.push(octets.subarray(at + RECORD_HEADER, at + RECORD_HEADER + length).toString("hex"));
    at += RECORD_HEADER + length;
  }
  return `${frames.join(" ")}\n`;
}
