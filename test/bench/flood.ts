// `make floods FRAMES=…`: a row for each flood; says below the table what is not as promised. Exit status 1
// when anything is not.

import { broken, floods, type Row, run } from "../fuzz/flood.ts";

const FRAMES_USUAL = 300_000;
const MEBI = 1_048_576;
const count = Number(process.argv[2] ?? FRAMES_USUAL);

const whole = (value: number): string => value.toLocaleString("en");
const mebi = ({ before, after }: Row["memory"]): string =>
  [before, after].map((octets) => (octets / MEBI).toFixed(1)).join(" → ");

/** Heading and cell of each column. */
const COLUMNS: readonly (readonly [string, (row: Row) => string])[] = [
  ["flood", ({ name }) => name],
  ["frames", ({ frames }) => whole(frames)],
  ["offered, frames/s", ({ framesPerSecond }) => whole(framesPerSecond)],
  ["bound", ({ bound, held, limit }) => `${bound}: ${whole(held)} of ${whole(limit)}`],
  ["counter", ({ counter, counted }) => `${counter} ${whole(counted)}`],
  ["inspector, MiB", ({ memory }) => mebi(memory)],
  ["process, MiB", ({ resident }) => mebi(resident)],
  ["lost", ({ lost }) => whole(lost)],
  ["others accused", ({ others }) => whole(others.length)],
  ["tampering found", ({ found }) => (found ? "yes" : "no")],
];

const line = (cells: readonly string[]): void =>
  void process.stdout.write(`| ${cells.join(" | ")} |\n`);

line(COLUMNS.map(([heading]) => heading));
line(COLUMNS.map(() => "---"));
const wrong: string[] = [];
for (const flood of floods()) {
  const row = run(flood, count);
  line(COLUMNS.map(([, cell]) => cell(row)));
  wrong.push(...broken(row).map((what) => `${row.name}: ${what}`));
}
process.stdout.write(wrong.length === 0 ? "all yes\n" : `${wrong.join("\n")}\n`);
process.exitCode = wrong.length === 0 ? 0 : 1;
