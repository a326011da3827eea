// Prints a row for each flood: node --import tsx test/bench/flood.ts [FRAMES].

import { floods, run } from "../fuzz/flood.ts";

const FRAMES_USUAL = 300_000;
const MEBI = 1_048_576;
const count = Number(process.argv[2] ?? FRAMES_USUAL);
const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |\n`;

process.stdout.write(
  line(["flood", "frames", "inspected", "bound", "flows", "memory", "RSS", "frames/s", "found"]),
);
process.stdout.write(line(Array.from({ length: 9 }, () => "---")));
for (const flood of floods()) {
  const row = run(flood, count);
  process.stdout.write(
    line([
      row.name,
      ...[row.frames, row.inspected, row.bound, row.flows].map(String),
      `+${row.memory}`,
      `+${Math.round(row.resident / MEBI)} MiB`,
      String(row.framesPerSecond),
      row.found ? "yes" : "no",
    ]),
  );
}
