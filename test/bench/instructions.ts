// make bench-arm: instructions for each frame on emulated machines, the C programs beside the
// inspector; on the architecture of this machine held against time and against valgrind's count; and
// from the aarch64 ones an estimate of the load on routers with Cortex-A53 at 1 Gbit/s.
//   tsx test/bench/instructions.ts [--runs N] [--core N] [--families aarch64,x86_64]

import { parseArgs } from "node:util";
import { machineOf } from "../../board/package/machine.ts";
import { MACHINES, type Machine } from "../board/router.ts";
import { installPackages } from "../lab/package.ts";
import { type Counted, Counting } from "./counting.ts";
import { type Cut, cut } from "./cut.ts";
import { BEST, cores, lineRate, type Pace, SMALLEST_RATE, speed, WORST } from "./load.ts";
import { type Checked, Native, type Timed } from "./native.ts";

/**
 * Half of what is walked. Mixed: a third of the capture, which costs per frame what the whole does.
 * Small: by the second million its flows open and close as they do from then on.
 */
const FRAMES = { mixed: 300_000, small: 1_000_000 } as const;
const CROSS = ["gcc", "gcc-aarch64-linux-gnu", "libc6-dev-arm64-cross"];
const VALGRIND = ["valgrind"];
const ROUTERS = [2, 4];

interface Result {
  readonly cut: Cut;
  readonly counted: Counted;
  /** null on another architecture than this machine's. */
  readonly timed: Timed | null;
  readonly checked: Checked | null;
}

const print = (line = "") => void process.stdout.write(`${line}\n`);

const ROWS: readonly { readonly name: string; readonly field: keyof Counted & keyof Timed }[] = [
  { name: "walk.c (limit)", field: "walk" },
  { name: "count.c (libpcap)", field: "count" },
  { name: "inspector, board tables", field: "inspectorBoard" },
  { name: "inspector, desk tables", field: "inspectorDesk" },
  { name: "replay --json", field: "replay" },
];

const columns = (name: string, values: readonly string[]): string =>
  [name.padEnd(28), ...values.map((value) => value.padStart(14))].join("").trimEnd();

function table(family: string, { cut: { kind, frames }, counted, timed, checked }: Result): void {
  print(`${family}, ${kind}: frames ${frames + 1} to ${2 * frames}`);
  const native = timed === null ? [] : ["ns here", "× count.c", "instr/ns"];
  const outside = checked === null ? [] : ["valgrind"];
  print(columns("", ["instr/frame", "× count.c", ...native, ...outside]));
  for (const { name, field } of ROWS) {
    const values = [counted[field].toFixed(0), (counted[field] / counted.count).toFixed(2)];
    if (timed !== null) {
      values.push(timed[field].toFixed(1), (timed[field] / timed.count).toFixed(2));
      values.push((counted[field] / timed[field]).toFixed(2));
    }
    const seen = checked?.[field as keyof Checked];
    print(columns(name, [...values, ...(seen === undefined ? [] : [seen.toFixed(0)])]));
  }
  for (const [name, tap] of [
    ["ring.c", counted.ring],
    ["watch", counted.watch],
  ] as const) {
    const lost = tap.lost === 0 ? "" : `  (${tap.lost} lost)`;
    print(columns(`live: ${name}, process`, [tap.process.toFixed(0)]));
    print(columns(`live: ${name}, its kernel`, [tap.kernel.toFixed(0)]) + lost);
  }
  print();
}

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

function range(instructions: number, rate: number, among = 1): string {
  const shares = [BEST, WORST].map((pace) => cores(instructions, rate, pace) / among);
  return shares.map(percent).join(" – ");
}

/** Every product and quotient of the estimate, so that it can be checked by hand. */
function estimate({ cut: { kind, meanSize }, counted }: Result): void {
  const rate = kind === "mixed" ? lineRate(meanSize) : SMALLEST_RATE;
  const { inspectorBoard, watch } = counted;
  const size = kind === "mixed" ? `${meanSize.toFixed(0)} octets` : "smallest";
  print(`Cortex-A53, 1 Gbit/s of ${kind} traffic, ${size}: ${rate.toFixed(0)} frames/s`);
  const row = (name: string, instructions: number) => {
    const perSecond = (instructions * rate) / 1e6;
    const sum = `${instructions.toFixed(0)} × ${rate.toFixed(0)} = ${perSecond.toFixed(0)} M/s`;
    print(`  ${name.padEnd(26)}${sum.padEnd(34)}${range(instructions, rate)} of one core`);
  };
  row("inspector alone", inspectorBoard);
  row("watch, all its threads", watch.process);
  row("kernel, for the tap", watch.kernel);
  const both = watch.process + watch.kernel;
  for (const count of ROUTERS) {
    print(`  both, of ${count} cores: ${range(both, rate, count)}`);
  }
  const most = (pace: Pace) => (speed(pace) / watch.process / 1e3).toFixed(0);
  print(`  the watch alone fills one core at ${most(WORST)} – ${most(BEST)} thousand frames/s`);
  print();
}

async function counts(machine: Machine, cuts: readonly Cut[]): Promise<Counted[]> {
  const counting = new Counting(machine, cuts);
  try {
    await counting.start();
    const all: Counted[] = [];
    for (const each of cuts) all.push(await counting.count(each));
    return all;
  } finally {
    await counting.stop();
  }
}

/** The machine's own time is taken when the emulator has ended, which would take its share. */
async function results(
  machine: Machine,
  cuts: readonly Cut[],
  runs: number,
  core: number,
): Promise<Result[]> {
  const all = await counts(machine, cuts);
  const own = machineOf(machine.architecture).npm === process.arch;
  const native = own ? new Native(machine, core) : null;
  const checks = own && installPackages(VALGRIND).length === 0;
  return cuts.flatMap((each, at) => {
    const counted = all[at];
    if (counted === undefined) return [];
    const timed = native?.time(each, runs) ?? null;
    const checked = checks ? (native?.check(each) ?? null) : null;
    return [{ cut: each, counted, timed, checked }];
  });
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      runs: { type: "string", default: "5" },
      core: { type: "string", default: "0" },
      families: { type: "string", default: "x86_64,aarch64" },
    },
  });
  const machines = MACHINES.filter(({ family }) => values.families.split(",").includes(family));
  const missing = installPackages([...CROSS, ...machines.flatMap(({ packages }) => packages)]);
  if (missing.length > 0) throw new Error(`these packages are missing: ${missing.join(" ")}.`);
  const cuts = [cut("mixed", FRAMES.mixed), cut("small", FRAMES.small)];
  for (const machine of machines) {
    const found = await results(machine, cuts, Number(values.runs), Number(values.core));
    for (const result of found) table(machine.family, result);
    if (machine.family === "aarch64") for (const result of found) estimate(result);
  }
  const pace = ({ clock, instructionsPerCycle }: Pace) =>
    `${(clock / 1e9).toFixed(1)} GHz × ${instructionsPerCycle} instructions a cycle`;
  print(`From ${pace(BEST)} to ${pace(WORST)}; emulation knows no caches.`);
}

await main();
