// Does a replay's memory grow with what it has read? The small-packet capture again and again in one
// process, private memory looked at all the while: the table is full from the first turn on.
//   tsx test/bench/endurance.ts [--turns 20] [--every MILLISECONDS]

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { make } from "./traffic.ts";

const STRIPLIGHT = fileURLToPath(new URL("../../build/striplight.cjs", import.meta.url));
const MEBIOCTET_IN_KIB = 1024;

/** Anonymous memory of a process in MiB, or null when it has ended. */
function privateMiB(pid: number): number | null {
  try {
    const kib = /RssAnon:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kib === undefined ? null : Number(kib) / MEBIOCTET_IN_KIB;
  } catch {
    return null;
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      turns: { type: "string", default: "20" },
      every: { type: "string", default: "100" },
    },
  });
  const turns = Number(values.turns);
  const { capture, heading } = make("small");
  const files = Array.from({ length: turns }, () => capture);
  const replay = spawn(process.execPath, [STRIPLIGHT, "replay", "--json", ...files], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const samples: number[] = [];
  const timer = setInterval(() => {
    const now = privateMiB(replay.pid ?? 0);
    if (now !== null) samples.push(now);
  }, Number(values.every));
  const status = await new Promise((resolve) => replay.once("close", resolve));
  clearInterval(timer);
  // The first tenth is the start and the filling of the table.
  const tenths = Array.from({ length: 10 }, (_, part) =>
    samples.slice(
      Math.floor((part * samples.length) / 10),
      Math.floor(((part + 1) * samples.length) / 10),
    ),
  );
  const peaks = tenths.map((tenth) => Math.max(...tenth).toFixed(1));
  process.stdout.write(
    [
      `${heading.frames * turns} frames in ${turns} turns, ended with ${status}`,
      `private MiB, highest in each tenth of the time: ${peaks.join(" ")}`,
      "",
    ].join("\n"),
  );
}

await main();
