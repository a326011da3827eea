// make board-memory: an emulated router with 256 MiB, mixed traffic put on its wire from outside at a
// modest rate, and what the watch holds at intervals and at the end, against its budget. Needs root
// and qemu. MINUTES=10, RATE=1000 frames a second, FAMILY=x86_64 or aarch64. Exit status 1 when over.
//
// Private is what nobody else has mapped: written pages, and clean pages of files, most of them Node's
// own program, which the kernel takes back whenever it needs them. Read proc(5): smaps_rollup.

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { guest, guestImage, MACHINES, type Machine } from "../board/router.ts";
import { reference } from "./reference.ts";
import { make } from "./traffic.ts";

const MEMORY_MIB = 256;
const PROFILES = join(import.meta.dirname, "../../board/profiles");
const KIBIOCTETS = 1_024;
const TAP = "tap-wan";
const SAMPLES = 10;
const BOOT_MS = 180_000;
const COMMAND_MS = 120_000;

interface Sample {
  readonly minute: number;
  readonly [field: string]: number;
}

const FIELDS = ["Rss", "Private_Clean", "Private_Dirty", "Anonymous", "Ring", "Text"];

/** What one reading of smaps adds up to, in KiB. */
function weigh(smaps: string, minute: number): Sample {
  const sums: Record<string, number> = Object.fromEntries(FIELDS.map((name) => [name, 0]));
  let part = "";
  for (const line of smaps.split("\n")) {
    const [, mapped] = /^[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ \d+\s*(.*)$/.exec(line) ?? [];
    if (mapped !== undefined) part = mapped;
    const [, name = "", value] = /^(\w+):\s+(\d+) kB$/.exec(line) ?? [];
    if (name in sums) sums[name] = (sums[name] ?? 0) + Number(value);
    if (name !== "Rss") continue;
    if (part.startsWith("socket:")) sums.Ring = (sums.Ring ?? 0) + Number(value);
    if (part.endsWith("/node")) sums.Text = (sums.Text ?? 0) + Number(value);
  }
  return { minute, ...sums };
}

const mib = (kibioctets: number | undefined): string => ((kibioctets ?? 0) / KIBIOCTETS).toFixed(1);

function row(sample: Sample): string {
  const { minute, Private_Clean: clean = 0, Private_Dirty: dirty = 0 } = sample;
  const values = [sample.Rss, clean + dirty, dirty, clean, sample.Ring, sample.Text].map(mib);
  return [minute.toFixed(1), ...values].map((value) => value.padStart(10)).join("");
}

function place(name: string): () => void {
  const ip = (...words: string[]) => spawnSync("ip", words);
  ip("netns", "add", name);
  ip("-n", name, "tuntap", "add", "dev", TAP, "mode", "tap");
  ip("-n", name, "link", "set", TAP, "addrgenmode", "none");
  ip("-n", name, "link", "set", TAP, "up");
  return () => spawnSync("ip", ["netns", "delete", name]);
}

/** Runs one machine for so many minutes; the last sample. */
async function measure(
  machine: Machine,
  minutes: number,
  rate: number,
  print: (line: string) => void,
): Promise<Sample> {
  const sender = reference("send");
  if (sender === null) throw new Error("the sender needs a C compiler.");
  const { capture } = make("mixed");
  const netns = `sl-memory-${process.pid}`;
  const clear = place(netns);
  const router = guest(machine, guestImage(machine), MEMORY_MIB, [], { netns, taps: [TAP] });
  const sample = async (minute: number): Promise<Sample> => {
    const smaps = await router.run("cat /proc/$(pidof node | cut -d' ' -f1)/smaps", COMMAND_MS);
    const found = weigh(smaps, minute);
    print(row(found));
    return found;
  };
  try {
    await router.start();
    await router.expect(/striplight: watching eth0/, BOOT_MS);
    const titles = ["minute", "resident", "private", "dirty", "clean", "ring", "program"];
    print(titles.map((title) => title.padStart(10)).join(""));
    let last = await sample(0);
    const count = Math.round(rate * minutes * 60);
    const words = [TAP, "--file", capture, "--rate", String(rate), "--count", String(count)];
    const sending = spawn("ip", ["netns", "exec", netns, sender, ...words], { stdio: "inherit" });
    const sent = once(sending, "close");
    for (let turn = 1; turn < SAMPLES; turn++) {
      await new Promise((resolve) => setTimeout(resolve, (minutes * 60_000) / SAMPLES));
      await sample((minutes * turn) / SAMPLES);
    }
    await sent;
    last = await sample(minutes);
    print(await router.run("free; striplight status", COMMAND_MS));
    return last;
  } finally {
    await router.stop();
    clear();
  }
}

/** The smallest budget of all boards. */
function budget(): number {
  const boards = readdirSync(PROFILES).map((name) =>
    JSON.parse(readFileSync(join(PROFILES, name), "utf8")),
  );
  return Math.min(...boards.map((board) => Number(board.budget.privateMiB)));
}

async function main(): Promise<void> {
  const { MINUTES = "10", RATE = "1000", FAMILY = "x86_64" } = process.env;
  const machine = MACHINES.find(({ family }) => family === FAMILY);
  if (machine === undefined) throw new Error(`FAMILY ${FAMILY} is not emulated.`);
  const print = (line: string) => process.stdout.write(`${line}\n`);
  const last = await measure(machine, Number(MINUTES), Number(RATE), print);
  const total = ((last.Private_Clean ?? 0) + (last.Private_Dirty ?? 0)) / KIBIOCTETS;
  const limit = budget();
  const verdict = total > limit ? "OVER BUDGET" : "within budget";
  print(`private ${total.toFixed(1)} MiB of ${limit} MiB after ${MINUTES} minutes: ${verdict}`);
  process.exitCode = total > limit ? 1 : 0;
}

if (import.meta.filename === process.argv[1]) await main();
