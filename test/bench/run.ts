// The replay benchmark: every contender over every capture, whole processes on one core, in turns
// (A B C A B C …), medians, one table.
//   tsx test/bench/run.ts [--runs N] [--core N] [--captures mixed,small,planted] [--growth]
//                         [--only NAME,…] [--peers] [--json FILE]
// --peers adds the other systems that are installed. Captures are made once and kept; they are read once before, so that the page cache has them.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { CONTENDERS, FLOOR } from "./contender.ts";
import { type Cost, cpu, measure, median } from "./measure.ts";
import type { Contender } from "./peer.ts";
import { reference } from "./reference.ts";
import { FOLDER, type Kind, type Made, make } from "./traffic.ts";

const GROWTH_FLOWS = [1_000, 10_000, 100_000, 1_000_000];
/** The other systems take minutes; this many runs of each must do. */
const PEER_RUNS = 3;
const COLUMNS = ["capture", "contender", "ns/frame", "× floor", "spread", "CPU s", "private MiB"];

export interface Row {
  readonly capture: string;
  readonly contender: string;
  readonly frames: number;
  readonly costs: readonly Cost[];
  /** Ratio of medians to the floor in the same rounds; null where there is no floor. */
  ratio: number | null;
  readonly report: string;
}

interface Plan {
  readonly runs: number;
  readonly core: number;
  readonly contenders: readonly Contender[];
}

function main(): void {
  const { values } = parseArgs({
    options: {
      runs: { type: "string", default: "5" },
      core: { type: "string", default: "1" },
      captures: { type: "string", default: "mixed,small,planted" },
      growth: { type: "boolean", default: false },
      peers: { type: "boolean", default: false },
      only: { type: "string", default: "" },
      json: { type: "string" },
    },
  });
  const wanted = values.only.split(",").filter((word) => word !== "");
  const plan: Plan = {
    runs: Number(values.runs),
    core: Number(values.core),
    contenders: CONTENDERS.filter(({ name, peer }) => {
      if (name === FLOOR) return true;
      return wanted.length === 0 ? values.peers || !peer : wanted.some((w) => name.startsWith(w));
    }),
  };
  const rows: Row[] = [];
  for (const word of values.captures.split(",").filter((name) => name !== "")) {
    rows.push(...race(word, make(kindOf(word)), plan));
  }
  if (values.growth) {
    const quick = { ...plan, contenders: plan.contenders.filter(({ peer }) => !peer) };
    for (const flows of GROWTH_FLOWS) {
      rows.push(...race(`growth ${flows}`, make("growth", { flows }), quick));
    }
  }
  process.stdout.write(`${table(rows)}\n`);
  if (values.json) writeFileSync(values.json, `${JSON.stringify(rows, null, 1)}\n`);
}

function kindOf(word: string): Kind {
  if (word === "mixed" || word === "small" || word === "planted") return word;
  throw new Error(`no such capture: ${word}; there are mixed, small and planted`);
}

/** All contenders over one capture, interleaved. */
function race(name: string, made: Made, plan: Plan): Row[] {
  const measurer = reference("measure");
  if (measurer === null) throw new Error("the bench needs a C compiler for measure.c");
  readFileSync(made.capture);
  const costs = new Map<Contender, Cost[]>(plan.contenders.map((one) => [one, []]));
  for (let run = 0; run < plan.runs; run++) {
    for (const [contender, before] of costs) {
      const command = contender.command(made.capture);
      if (command === null || (contender.peer && run >= PEER_RUNS)) continue;
      const cost = measure(measurer, plan.core, outputOf(contender), command);
      if (cost.status !== 0)
        process.stderr.write(`bench: ${contender.name} ended with ${cost.status}\n`);
      before.push(cost);
    }
  }
  const rows = [...costs].map(([contender, all]) => rowOf(name, made, contender, all));
  const floor = rows.find(({ contender }) => contender === FLOOR);
  for (const row of rows) {
    if (floor && row.costs.length > 0) row.ratio = centre(row) / centre(floor);
  }
  return rows;
}

function rowOf(capture: string, made: Made, contender: Contender, costs: readonly Cost[]): Row {
  const { frames } = made.heading;
  const failed = costs.some(({ status }) => status !== 0);
  let report = costs.length === 0 ? "not installed" : failed ? "failed" : "";
  if (report === "") report = contender.report(outputOf(contender), made.truth);
  return { capture, contender: contender.name, frames, costs, ratio: null, report };
}

function outputOf(contender: Contender): string {
  return join(FOLDER, `${contender.name.replace(/\W.*/, "")}.out`);
}

/** Median CPU seconds. */
function centre(row: Row): number {
  return median(row.costs.map(cpu));
}

function table(rows: readonly Row[]): string {
  const lines = [[...COLUMNS, "reported of the planted events"], ...rows.map(cells)];
  const widths = lines[0]?.map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  return lines
    .map((line) =>
      line
        .map((cell, column) => {
          const width = widths?.[column] ?? 0;
          return column < 2 || column === line.length - 1
            ? cell.padEnd(width)
            : cell.padStart(width);
        })
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function cells(row: Row): string[] {
  const { costs, frames } = row;
  if (costs.length === 0) return [row.capture, row.contender, "", "", "", "", "", row.report];
  const each = costs.map((cost) => (cpu(cost) / frames) * 1e9);
  return [
    row.capture,
    row.contender,
    median(each).toFixed(0),
    row.ratio?.toFixed(2) ?? "",
    `${Math.min(...each).toFixed(0)}–${Math.max(...each).toFixed(0)}`,
    centre(row).toFixed(3),
    (Math.max(...costs.map(({ anonymousKiB }) => anonymousKiB)) / 1024).toFixed(1),
    row.report,
  ];
}

main();
