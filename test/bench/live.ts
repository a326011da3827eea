// The live benchmark: one sender on one core, one tap on the other, a veth pair between them. First
// a sweep of rates, the C ring counter and striplight in turns on the same wire; then detection with
// many flows alive, against the truth file, with the delay of every alert. Needs root.
//   tsx test/bench/live.ts [--runs N] [--seconds N] [--rates 200000,…] [--flows N] [--json FILE]

import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { lineRate } from "./load.ts";
import { median } from "./measure.ts";
import { reference } from "./reference.ts";
import { describe, readAlerts, readTruth, score } from "./score.ts";
import { LiveTap, RING, type TapKind, WATCH, wait } from "./tap.ts";
import { FOLDER, make } from "./traffic.ts";
import { SENDER, Wire } from "./wire.ts";

const SENDER_CORE = 0;
const TAP_CORE = 1;
/** 1,488,095 is 1 Gbit/s of minimum-size frames; 0 is as fast as the sender goes. */
const RATES = "200000,500000,1000000,1250000,1488095,1750000,2000000,0";
/** Connections the bursts are of. */
const BURST_FLOWS = 10_000;
/** A full Ethernet frame without its check sequence. */
const FULL_SIZE = 1_514;
/** 1 Gbit/s of the mixed capture: 980 octets, 24 more on the wire. */
const MIXED_RATE = 124_500;
const SETTLE = 300;
/** Frames sent before those that count, and their rate: the engine has compiled what is hot by then. */
const WARM_UP_FRAMES = 400_000;
const WARM_UP = ["--count", String(WARM_UP_FRAMES), "--rate", "400000"];

/** What is sent: a sender of reference/ with its words, for the warm-up and for what counts. */
interface Traffic {
  readonly name: string;
  readonly warmUp: readonly string[];
  readonly sender: readonly string[];
}

/** Bursts of frames of one size. */
function bursts(name: string, ...words: readonly string[]): Traffic {
  const sender = ["burst", SENDER, "--flows", String(BURST_FLOWS), ...words];
  return { name, warmUp: sender, sender };
}

/** A capture goes on where the warm-up ended: sent again, its connections would be old ones. */
function captured(name: string, capture: string): Traffic {
  const warmUp = ["send", SENDER, "--file", capture];
  return { name, warmUp, sender: [...warmUp, "--skip", String(WARM_UP_FRAMES)] };
}

interface Sent {
  readonly sent: number;
  readonly rate: number;
  readonly seconds: number;
}

interface Trial extends Sent {
  readonly traffic: string;
  readonly asked: number;
  readonly tap: string;
  readonly seen: number;
  readonly lost: number;
  /** Share of one core while frames were sent. */
  readonly load: number;
  readonly anonymousKiB: number;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      runs: { type: "string", default: "3" },
      seconds: { type: "string", default: "2" },
      rates: { type: "string", default: RATES },
      flows: { type: "string", default: "50000" },
      json: { type: "string" },
    },
  });
  const wire = new Wire();
  const stop = () => wire.stop();
  process.once("exit", stop);
  wire.start();
  const trials: Trial[] = [];
  const seconds = Number(values.seconds);
  const rates = values.rates.split(",").map(Number);
  const smallest = bursts("64 octets");
  const full = bursts("1514 octets", "--size", String(FULL_SIZE));
  // A call a frame: every frame of another connection, but no faster than the sender's calls.
  const single = captured("64, single", make("minimum").capture);
  const mixed = captured("mixed", make("mixed").capture);
  const plan = [
    ...rates.map((rate) => ({ traffic: smallest, rate })),
    { traffic: full, rate: Math.round(lineRate(FULL_SIZE)) },
    { traffic: single, rate: 0 },
    { traffic: mixed, rate: MIXED_RATE },
  ];
  for (let run = 0; run < Number(values.runs); run++) {
    for (const { traffic, rate } of plan) {
      trials.push(...(await compare(wire, traffic, rate, seconds)));
    }
  }
  process.stdout.write(`${table(trials)}\n`);
  const found = existsSync(WATCH.command()[1] ?? "")
    ? await detect(wire, Number(values.flows))
    : "";
  process.stdout.write(`${found}\n`);
  if (values.json) writeFileSync(values.json, `${JSON.stringify({ trials, found }, null, 1)}\n`);
}

/** Both taps, one after the other, at one rate. */
async function compare(wire: Wire, traffic: Traffic, rate: number, seconds: number) {
  const trials: Trial[] = [];
  const count = Math.round((rate || 1_500_000) * seconds);
  const words = ["--rate", String(rate), "--count", String(count)];
  for (const kind of [RING, WATCH]) {
    if (kind === WATCH && !existsSync(WATCH.command()[1] ?? "")) continue;
    const trial = await attempt(wire, kind, traffic, words);
    trials.push({ traffic: traffic.name, asked: rate, ...trial });
  }
  return trials;
}

async function attempt(
  wire: Wire,
  kind: TapKind,
  { warmUp, sender }: Traffic,
  words: readonly string[],
) {
  const tap = new LiveTap(kind, wire, TAP_CORE);
  await tap.start();
  await wait(SETTLE);
  const warm = await send(wire, [...warmUp, ...WARM_UP]);
  await wait(SETTLE);
  const before = tap.cpu();
  const sent = await send(wire, [...sender, ...words]);
  await wait(SETTLE);
  const load = (tap.cpu() - before) / sent.seconds;
  const anonymousKiB = tap.anonymousKiB();
  const { frames, lost } = await tap.stop();
  return { ...sent, tap: kind.name, seen: frames - warm.sent, lost, load, anonymousKiB };
}

/** Runs a sender of reference/ with its words. */
function send(wire: Wire, [name = "send", ...words]: readonly string[]): Promise<Sent> {
  const program = reference(name);
  if (program === null) throw new Error(`the live bench needs a C compiler for ${name}.c`);
  return new Promise((resolve, reject) => {
    const sender = wire.spawn(SENDER_CORE, [program, ...words]);
    let output = "";
    sender.stdout?.on("data", (chunk) => {
      output += chunk;
    });
    sender.once("close", (status) => {
      if (status === 0) resolve(JSON.parse(output));
      else reject(new Error(`${name} ended with ${status}`));
    });
  });
}

/** Many flows alive, attacks among them, in the capture's own time. */
async function detect(wire: Wire, flows: number): Promise<string> {
  const { capture, truth, heading } = make("growth", { flows });
  const lines: string[] = [];
  const delays: number[] = [];
  const tap = new LiveTap(WATCH, wire, TAP_CORE, (line, arrived) => {
    if (!line.startsWith("{")) return;
    lines.push(line);
    delays.push(arrived - Date.parse(JSON.parse(line).time));
  });
  await tap.start();
  await wait(SETTLE);
  const words = ["--file", capture, "--speed", "1", "--count", `${heading.frames}`];
  const sent = await send(wire, ["send", SENDER, ...words]);
  await wait(2_000);
  const account = await tap.stop();
  const output = join(FOLDER, "live.out");
  writeFileSync(output, `${lines.join("\n")}\n`);
  const result = score(readTruth(truth), readAlerts(output));
  return [
    `${flows} flows alive, ${sent.sent} frames at ${sent.rate}/s:`,
    `${account.frames} inspected, ${account.lost} lost; ${describe(result)};`,
    `alert delay median ${median(delays)} ms, at most ${Math.max(...delays)} ms`,
  ].join(" ");
}

function table(trials: readonly Trial[]): string {
  const groups = new Map<string, Trial[]>();
  for (const trial of trials) {
    const key = `${trial.traffic}|${trial.asked}|${trial.tap}`;
    groups.set(key, [...(groups.get(key) ?? []), trial]);
  }
  const lines = [
    "traffic     asked/s     sent/s  tap         lost (each run)   not inspected   core %   ns/frame",
  ];
  for (const group of groups.values()) {
    const [first] = group;
    if (!first) continue;
    const load = median(group.map((trial) => trial.load));
    const rate = median(group.map((trial) => trial.rate));
    lines.push(
      [
        first.traffic.padEnd(10),
        (first.asked === 0 ? "max" : String(first.asked)).padStart(8),
        rate.toFixed(0).padStart(10),
        ` ${first.tap.padEnd(10)}`,
        each(group, ({ lost }) => lost).padEnd(16),
        each(group, ({ sent, seen }) => sent - seen).padStart(14),
        (100 * load).toFixed(1).padStart(8),
        ((load / rate) * 1e9).toFixed(0).padStart(10),
      ].join(" "),
    );
  }
  return lines.join("\n");
}

function each(group: readonly Trial[], figure: (trial: Trial) => number): string {
  return group.map(figure).join(" ");
}

if (spawnSync("id", ["-u"], { encoding: "utf8" }).stdout.trim() !== "0") {
  process.stderr.write("live.ts: raw sockets and a network namespace need root\n");
  process.exitCode = 77;
} else {
  await main();
}
