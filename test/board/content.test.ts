// What the packages hold, and what that weighs, against the budgets of the boards they are for.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { apk } from "../../board/package/apk.ts";
import { installedSize } from "../../board/package/entry.ts";
import { ipk } from "../../board/package/ipk.ts";
import { ARCHITECTURES, MACHINES, machineOf } from "../../board/package/machine.ts";
import { service } from "../../board/package/service.ts";
import { readConfig } from "../../host/config/schema.ts";

const ROOT = join(import.meta.dirname, "../..");
const STORE = join(ROOT, "build/board/source");
const PROFILES = join(ROOT, "board/profiles");
const TIME = 1_764_000_000;
const MEBIOCTET = 1_048_576;

interface Profile {
  readonly board: string;
  readonly tested: boolean;
  readonly architecture: string | null;
  readonly memoryMiB: number;
  readonly led: string | null;
  readonly tables: "desk" | "board";
  readonly flows: number;
  readonly budget: { readonly serviceMiB: number; readonly runtimeSquashfsMiB: number | null };
}

const profiles = (): Profile[] =>
  readdirSync(PROFILES).map((name) => JSON.parse(readFileSync(join(PROFILES, name), "utf8")));

describe("board: profiles", () => {
  it("name a board we build for and the tables it is given", () => {
    for (const { board, architecture, tables, flows, memoryMiB } of profiles()) {
      if (architecture !== null) assert.ok(ARCHITECTURES.includes(architecture), board);
      assert.equal(flows, tables === "desk" ? 65_536 : 16_384, board);
      assert.ok(memoryMiB >= 256, `${board}: Node needs 256 MiB`);
    }
  });

  it("mark every board nobody has held in hand", () => {
    const tested = profiles().filter((profile) => profile.tested);
    assert.deepEqual(
      tested.map(({ architecture }) => architecture),
      [null],
    );
  });
});

describe("board: the service's package", function () {
  this.timeout(300_000);

  for (const architecture of ARCHITECTURES) {
    it(`is the same twice, within every board's budget (${architecture})`, async () => {
      const sums = await Promise.all(
        [1, 2].map(async () => {
          const recipe = service(ROOT, STORE, architecture, TIME);
          const contents = [apk(recipe).content, (await ipk(recipe)).content];
          return contents.map((content) => createHash("sha256").update(content).digest("hex"));
        }),
      );
      assert.deepEqual(sums[0], sums[1]);
      const size = installedSize(service(ROOT, STORE, architecture, TIME).entries) / MEBIOCTET;
      for (const { board, budget } of profiles()) {
        assert.ok(size <= budget.serviceMiB, `${board}: ${size} MiB`);
      }
    });

    it(`holds all a router needs, koffi for musl and for glibc (${architecture})`, () => {
      const { npm } = machineOf(architecture);
      const held = service(ROOT, STORE, architecture, TIME).entries.map(({ path }) => path);
      for (const path of [
        "etc/config/striplight",
        "etc/init.d/striplight",
        "etc/capabilities/striplight.json",
        "etc/hotplug.d/button/50-striplight",
        "etc/uci-defaults/90_striplight",
        "lib/upgrade/keep.d/striplight",
        "usr/libexec/led-trigger/striplight",
        "usr/sbin/striplight",
        "usr/lib/striplight/striplight.cjs",
        "usr/lib/striplight/inspector-board.wasm",
        "usr/lib/striplight/judge.wasm",
        `usr/lib/striplight/node_modules/@koromix/koffi-linux-${npm}/musl_${npm}/koffi.node`,
        `usr/lib/striplight/node_modules/@koromix/koffi-linux-${npm}/linux_${npm}/koffi.node`,
      ]) {
        assert.ok(held.includes(path), path);
      }
    });
  }
});

describe("board: the service's files", () => {
  it("are all that the watch needs, koffi included", () => {
    const machine = MACHINES.find(({ npm }) => npm === process.arch);
    assert.ok(machine, `${process.arch} runs no package`);
    const folder = mkdtempSync(join(tmpdir(), "striplight-package-"));
    try {
      for (const { path, content } of service(ROOT, STORE, machine.family, TIME).entries) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), content);
      }
      const program = join(folder, "usr/lib/striplight/striplight.cjs");
      const words = [
        program,
        "watch",
        "-i",
        "nowhere0",
        "-c",
        join(folder, "etc/config/striplight"),
      ];
      const { status, stderr } = spawnSync(process.execPath, words, { encoding: "utf8" });
      assert.match(stderr, /nowhere0|not permitted|privilege/);
      assert.ok(status === 69 || status === 77, `status ${status}: ${stderr}`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe("board: the configuration a router begins with", () => {
  const path = join(ROOT, "board/openwrt/striplight/files/etc/config/striplight");
  const text = readFileSync(path, "utf8");

  it("is accepted as it is", () => {
    const config = readConfig(text, "striplight");
    assert.equal(config.profile, "board");
    assert.equal(config.stateDir, "/etc/striplight");
    assert.deepEqual(config.collectors, []);
  });

  it("is accepted with every commented option in force", () => {
    const config = readConfig(text.replace(/^(\t?)#((?:option|list|config) )/gm, "$1$2"), "all");
    assert.equal(config.collectors.length, 1);
    assert.equal(config.led, "red:alarm");
    assert.equal(config.knownHosts.length, 1);
  });
});
