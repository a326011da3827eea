// Every script that goes onto the router, run by the router's shell against stand-ins for OpenWrt's
// commands: one text file a case. And the scripts as shellcheck sees them.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { needs } from "../lab/package.ts";
import { readCase, runCase } from "./shell-case.ts";

const CASES = join(import.meta.dirname, "cases");
const FILES = join(import.meta.dirname, "../../board/openwrt/striplight/files");
/** "local" and sourced files of the system are part of every router. */
const EXCUSED = "SC3043,SC1091";

function scripts(): string[] {
  return readdirSync(FILES, { recursive: true, encoding: "utf8" })
    .map((path) => join(FILES, path))
    .filter((path) => statSync(path).isFile())
    .filter((path) => /^#!\/bin\/sh|shellcheck shell=sh/m.test(readFileSync(path, "utf8")));
}

describe("board: scripts on the router", () => {
  before(function () {
    this.timeout(700_000);
    needs(this, { packages: ["busybox-static"] });
  });

  for (const name of readdirSync(CASES).sort()) {
    it(name.replace(".txt", "").replaceAll("-", " "), () => {
      const shellCase = readCase(readFileSync(join(CASES, name), "utf8"));
      assert.ok(shellCase.prose.trim().length > 0, "a case says what it is about");
      assert.equal(runCase(shellCase), shellCase.expect);
    });
  }
});

describe("board: scripts under shellcheck", () => {
  before(function () {
    this.timeout(700_000);
    needs(this, { packages: ["shellcheck"] });
  });

  it("are clean", () => {
    const found = scripts();
    assert.ok(found.length >= 5, `only ${found.length} scripts found`);
    const excused = `${EXCUSED},SC2034`; // START and STOP are read by rc.common
    const run = spawnSync("shellcheck", ["-s", "sh", "-e", excused, ...found], {
      encoding: "utf8",
    });
    assert.equal(run.stdout, "");
    assert.equal(run.status, 0);
  });
});
