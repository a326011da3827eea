// The README shows what `make run` prints: the sample is the built program's own output, word for word.

import { strictEqual } from "node:assert";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");
const TIMEOUT_MS = 30_000;

describe("README", () => {
  it("shows what make run prints", () => {
    const text = readFileSync(join(ROOT, "README.md"), "utf8");
    const sample = /This is what `make run` printed:\n\n```\n(.*?)```\n/s.exec(text)?.[1];
    const args = ["build/striplight.cjs", "replay", "test/captures/uplink-story.pcap"];
    const options = { cwd: ROOT, encoding: "utf8", timeout: TIMEOUT_MS } as const;
    strictEqual(sample, spawnSync(process.execPath, args, options).stdout);
  });
});
