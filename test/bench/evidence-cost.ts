// What the search for forged segments costs: the inspector as it is against the same module with those
// calls compiled out by its constant EVIDENCE, over one capture, in turns, inspection time alone.
//   tsx test/bench/evidence-cost.ts [CAPTURE] [RUNS]

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { Inspector } from "../../host/inspector.ts";
import { compile, compilerFolder } from "../assembly.ts";
import { median } from "./measure.ts";
import { FOLDER, make } from "./traffic.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const HEADER_SIZE = 24;
const ETHERNET = { linkType: 1, resolution: 9, offsetSeconds: 0n };

/** The desk module without the evidence calls. */
async function without(): Promise<string> {
  const folder = compilerFolder("evidence-cost");
  const config = JSON.parse(readFileSync(join(ROOT, "asconfig.json"), "utf8"));
  const { desk } = config.targets;
  const uses = desk.use.map((use: string) => (use === "EVIDENCE=1" ? "EVIDENCE=0" : use));
  const module = join(FOLDER, "inspector-plain.wasm");
  const options = [
    ["--runtime", relative(folder, join(ROOT, desk.runtime))],
    ["--memoryBase", desk.memoryBase],
    ["--initialMemory", desk.initialMemory],
    ["--maximumMemory", desk.maximumMemory],
    ["--optimizeLevel", desk.optimizeLevel],
    ["--enable", desk.enable.join()],
    ["-b", relative(folder, module)],
    ...uses.map((use: string) => ["--use", use]),
  ].flat();
  const entry = relative(folder, join(ROOT, "assembly/inspector/index.ts"));
  const { status, said } = await compile(folder, [entry, ...options.map(String)]);
  if (status !== 0) throw new Error(said);
  return module;
}

/** Walks before the first that counts: by then the engine has compiled what is hot. */
const WARM_UP = 3;

function ready(path: string): Inspector {
  const inspector = Inspector.load(path);
  inspector.setTerse(true);
  inspector.seed(0, 0);
  inspector.setHome(["10.0.0.0/8", "192.168.0.0/16", "2001:db8::/32"]);
  return inspector;
}

/** Milliseconds of processor time for one walk over the capture. The last one's connections end first. */
function walk(inspector: Inspector, capture: Buffer): number {
  inspector.openInput("capture");
  inspector.setInterface(0, ETHERNET);
  const { octets, ringAt } = inspector;
  let spent = 0;
  let tail = 0;
  for (let at = HEADER_SIZE; at < capture.length; ) {
    const size = Math.min(524_288, capture.length - at);
    capture.copy(octets, ringAt + tail, at, at + size);
    at += size;
    const end = ringAt + tail + size;
    let next = ringAt;
    const before = process.cpuUsage();
    for (;;) {
      const step = inspector.inspectRecords(next, end, false);
      next = step.next;
      if (step.stop !== "drain") break;
      inspector.discard();
    }
    const used = process.cpuUsage(before);
    spent += (used.user + used.system) / 1_000;
    inspector.discard();
    tail = end - next;
    octets.copyWithin(ringAt, next, end);
  }
  return spent;
}

const [file, runs = "7"] = process.argv.slice(2);
mkdirSync(FOLDER, { recursive: true });
const capture = readFileSync(file ?? make("mixed").capture);
const modules = {
  "with evidence": ready(join(ROOT, "build/inspector.wasm")),
  without: ready(await without()),
};
const spent: Record<string, number[]> = {};
for (let run = -WARM_UP; run < Number(runs); run++) {
  for (const [name, inspector] of Object.entries(modules)) {
    const took = walk(inspector, capture);
    if (run >= 0) spent[name] = [...(spent[name] ?? []), took];
  }
}
const medians = Object.entries(spent).map(([name, values]) => {
  const middle = median(values);
  const range = `${Math.min(...values).toFixed(0)}–${Math.max(...values).toFixed(0)}`;
  process.stdout.write(`${name}: median ${middle.toFixed(0)} ms of processor time (${range})\n`);
  return middle;
});
const ratio = (medians[0] ?? 0) / (medians[1] ?? 1);
process.stdout.write(`ratio of medians ${ratio.toFixed(3)}\n`);
writeFileSync(join(FOLDER, "evidence-cost.json"), JSON.stringify({ spent, ratio }));
