// What the build weighs and takes, against its budgets: module and bundle sizes, private memory of a
// replay larger than the window, time from start to the first result. `make size`; exit status 1 when
// a budget is broken. Measures whole processes from outside.

import { spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installedSize } from "../../board/package/entry.ts";
import { ARCHITECTURES } from "../../board/package/machine.ts";
import { service } from "../../board/package/service.ts";

const ROOT = join(import.meta.dirname, "../..");
const BUILD = join(ROOT, "build");
const PROFILES = join(ROOT, "board/profiles");
const STORY = join(ROOT, "test/captures/uplink-story.pcap");
const KIBIOCTET = 1_024;
const MEBIOCTET = 1_048_576;
const FILE_HEADER_SIZE = 24;
/** Twice the window, so that all of it is touched. */
const LARGE_SIZE = 32 * MEBIOCTET;
const SAMPLE_MS = 5;
const STARTS = 5;

interface Measure {
  readonly what: string;
  readonly value: number;
  readonly budget: number | null;
  readonly unit: "KiB" | "MiB" | "ms";
}

const fileSize = (...path: string[]): number => statSync(join(...path)).size;

/** Octets of the koffi binary for this machine: the only one a board is given. */
function koffiSize(): number {
  const folder = join(ROOT, "node_modules/@koromix");
  const platform = `koffi-${process.platform}-${process.arch}`;
  const files = readdirSync(join(folder, platform), { recursive: true, encoding: "utf8" });
  return Math.max(...files.map((file) => fileSize(folder, platform, file)));
}

function sizes(): Measure[] {
  const modules = ["inspector.wasm", "inspector-board.wasm", "judge.wasm"];
  const bundle = fileSize(BUILD, "striplight.cjs");
  const installed = modules.reduce(
    (sum, name) => sum + fileSize(BUILD, name),
    bundle + koffiSize(),
  );
  return [
    ...["inspector.wasm", "inspector-board.wasm", "inspector-scalar.wasm"].map((name) => ({
      what: name,
      value: fileSize(BUILD, name) / KIBIOCTET,
      budget: 96,
      unit: "KiB" as const,
    })),
    {
      what: "judge.wasm",
      value: fileSize(BUILD, "judge.wasm") / KIBIOCTET,
      budget: null,
      unit: "KiB",
    },
    { what: "striplight.cjs", value: bundle / KIBIOCTET, budget: 400, unit: "KiB" },
    { what: "installed, without Node", value: installed / MEBIOCTET, budget: 3, unit: "MiB" },
  ];
}

/** The smallest budget of that name among the boards of an architecture. */
function boardBudget(family: string, name: "serviceMiB" | "runtimeSquashfsMiB"): number {
  const boards = readdirSync(PROFILES).map((file) =>
    JSON.parse(readFileSync(join(PROFILES, file), "utf8")),
  );
  const fitting = boards.filter(({ architecture }) => architecture?.startsWith(family));
  return Math.min(...fitting.map(({ budget }) => Number(budget[name])));
}

/** The package of each architecture, koffi for musl and glibc included, against its boards. */
function packages(): Measure[] {
  return ARCHITECTURES.map((architecture) => {
    const { entries } = service(ROOT, join(BUILD, "board/source"), architecture, 0);
    return {
      what: `package for ${architecture}`,
      value: installedSize(entries) / MEBIOCTET,
      budget: boardBudget(architecture, "serviceMiB"),
      unit: "MiB",
    };
  });
}

/** The runtime's files in a squashfs image, once `make package` has written them. */
function runtimes(): Measure[] {
  const root = join(BUILD, "board/root");
  const folders = existsSync(root)
    ? readdirSync(root).filter((name) => name.startsWith("striplight-runtime-"))
    : [];
  return folders.flatMap((name) => {
    const scratch = mkdtempSync(join(tmpdir(), "striplight-squashfs-"));
    try {
      const image = join(scratch, "image");
      const options = ["-comp", "xz", "-b", "256K", "-noappend", "-quiet", "-no-progress"];
      const made = spawnSync("mksquashfs", [join(root, name), image, ...options]);
      if (made.status !== 0) return [];
      const value = fileSize(image) / MEBIOCTET;
      const budget = boardBudget(name.replace("striplight-runtime-", ""), "runtimeSquashfsMiB");
      return [{ what: `${name} in squashfs`, value, budget, unit: "MiB" as const }];
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  });
}

/** The bundled capture's records over and over. */
function writeLarge(folder: string): string {
  const story = readFileSync(STORY);
  const records = story.subarray(FILE_HEADER_SIZE);
  const copies = Array.from({ length: Math.ceil(LARGE_SIZE / records.length) }, () => records);
  const path = join(folder, "large.pcap");
  writeFileSync(path, Buffer.concat([story.subarray(0, FILE_HEADER_SIZE), ...copies]));
  return path;
}

/** Anonymous resident memory in octets now, 0 when the process is gone. */
function anonymous(pid: number): number {
  try {
    const [, kibioctets] =
      /RssAnon:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return Number(kibioctets ?? 0) * KIBIOCTET;
  } catch {
    return 0;
  }
}

/** Peak of RssAnon; in a replay the window is part of it. */
async function peakMemory(path: string): Promise<number> {
  const args = [join(BUILD, "striplight.cjs"), "replay", "--json", path];
  const child = spawn(process.execPath, args, { stdio: "ignore" });
  let peak = 0;
  const timer = setInterval(() => {
    peak = Math.max(peak, anonymous(child.pid ?? 0));
  }, SAMPLE_MS);
  await new Promise((resolve) => child.once("exit", resolve));
  clearInterval(timer);
  return peak;
}

/** Milliseconds from the start of a process to its first alert: no less than to its first frame. */
async function firstResult(): Promise<number> {
  const began = performance.now();
  const args = [join(BUILD, "striplight.cjs"), "replay", "--json", STORY];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const told = new Promise<number>((resolve) => {
    child.stdout.once("data", () => resolve(performance.now() - began));
  });
  child.stdout.resume();
  await new Promise((resolve) => child.once("exit", resolve));
  return told;
}

async function figures(): Promise<Measure[]> {
  const folder = mkdtempSync(join(tmpdir(), "striplight-size-"));
  try {
    const memory = await peakMemory(writeLarge(folder));
    const times: number[] = [];
    for (let start = 0; start < STARTS; start++) times.push(await firstResult());
    const best = Math.min(...times); // what else the machine does only adds to it
    const replay = "private memory of a replay of 32 MiB";
    return [
      { what: replay, value: memory / MEBIOCTET, budget: 64, unit: "MiB" },
      { what: "start to first alert, best of 5", value: best, budget: 1_000, unit: "ms" },
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function line({ what, value, budget, unit }: Measure): string {
  const limit =
    budget === null ? "" : `of ${budget} ${unit}${value > budget ? "  OVER BUDGET" : ""}`;
  return `${what.padEnd(38)}${value.toFixed(1).padStart(8)} ${unit} ${limit}`.trimEnd();
}

const measures = [...sizes(), ...packages(), ...runtimes(), ...(await figures())];
process.stdout.write(`${measures.map(line).join("\n")}\n`);
process.exitCode = measures.some(({ value, budget }) => budget !== null && value > budget) ? 1 : 0;
