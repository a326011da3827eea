// A scenario's path → a pcap file, for a look with other tools: `make pcap SCENARIO=…`.
// Writes beside nothing in the tree: the file goes to build/pcap/ unless a second argument names it.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { converse } from "./conversation.ts";
import { encodeFrames } from "./encode.ts";
import { linkType } from "./link.ts";
import { parseScenario } from "./parse.ts";
import { encodePcap } from "./pcap.ts";

const [path, target] = process.argv.slice(2);
if (path === undefined) {
  process.stderr.write("name a scenario: make pcap SCENARIO=test/scenario/…/….scn\n");
  process.exitCode = 64;
} else {
  const scenario = parseScenario(path, readFileSync(path, "utf8"));
  const frames = encodeFrames(converse(scenario).packets, scenario.layers);
  const file = target ?? join("build/pcap", `${basename(path, ".scn")}.pcap`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, encodePcap(frames, { linkType: linkType(scenario.layers) }));
  process.stdout.write(`${file}: ${frames.length} frames\n`);
}
