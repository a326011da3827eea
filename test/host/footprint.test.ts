// What of the program in memory is given back: the parts nobody wrote to, and nothing else.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { cleanMappings } from "../../host/run/footprint.ts";

const SMAPS = `00400000-00800000 r--p 00000000 08:01 77      /usr/bin/node
Size:               4096 kB
Private_Clean:      2048 kB
Private_Dirty:         0 kB
00800000-00c00000 r-xp 00400000 08:01 77      /usr/bin/node
Private_Dirty:         0 kB
00c00000-00d00000 r--p 00800000 08:01 77      /usr/bin/node
Private_Dirty:        64 kB
00d00000-00e00000 rw-p 00900000 08:01 77      /usr/bin/node
Private_Dirty:         0 kB
7f0000000000-7f0000100000 r-xp 00000000 08:01 78      /lib/libc.so.6
Private_Dirty:         0 kB
7f0000200000-7f0000300000 rw-p 00000000 00:00 0
Private_Dirty:         0 kB
`;
const MODULE = fileURLToPath(new URL("../../host/run/footprint.ts", import.meta.url));
/** A program that says how much of itself is resident, before and after. */
const CHILD = `
import { readFileSync } from "node:fs";
import { releaseProgram } from ${JSON.stringify(MODULE)};
const resident = () => Number(/RssFile:\\s+(\\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]);
const before = resident();
releaseProgram();
console.log(before, resident(), [1, 2, 3].map((n) => n * n).join(""));
`;

describe("footprint", () => {
  it("takes the program's own mappings that are neither writable nor written", () => {
    assert.deepEqual(cleanMappings(SMAPS, "/usr/bin/node"), [
      { at: 0x400000n, size: 0x400000 },
      { at: 0x800000n, size: 0x400000 },
    ]);
    assert.deepEqual(cleanMappings(SMAPS, "/opt/node"), []);
  });

  it("leaves a process that goes on, with less of its program in memory", () => {
    const args = ["--import", "tsx", "--input-type=module", "-e", CHILD];
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
    const [before = 0, after = 0, works] = stdout.trim().split(" ").map(Number);
    assert.equal(works, 149, stderr);
    assert.ok(after < before / 2, `${before} KiB before, ${after} KiB after`);
  });
});
