// Turns states into the files of a stand-in LED folder, and looks at what is left afterwards, even
// when the process with the lamp is killed. Real LEDs are not in a test machine.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Led } from "../../host/sink/led.ts";

const NAMES = ["trigger", "brightness", "max_brightness", "delay_on", "delay_off"] as const;
type Folder = Readonly<Record<(typeof NAMES)[number], string>>;

const QUIET: Folder = {
  trigger: "[none] timer heartbeat\n",
  brightness: "1\n",
  max_brightness: "255\n",
  delay_on: "500\n",
  delay_off: "250\n",
};

describe("the lamp", () => {
  let root = "";

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "striplight-led-"));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  function makeLed(name: string, files: Folder = QUIET): Led {
    mkdirSync(join(root, name));
    for (const file of NAMES) writeFileSync(join(root, name, file), files[file]);
    return new Led(root, name);
  }

  const read = (led: string, file: string): string =>
    readFileSync(join(root, led, file), "utf8").trim();
  const all = (led: string): string[] => NAMES.map((file) => read(led, file));
  const delays = (led: string): string[] => [read(led, "delay_on"), read(led, "delay_off")];

  it("shows steady, slow and fast, in any order", async () => {
    const led = makeLed("status");
    assert.equal(led.start(), null);
    assert.equal(read("status", "trigger"), "timer");
    assert.equal(led.state, "steady");
    assert.equal(read("status", "delay_off"), "0");
    for (const [state, shown] of [
      ["slow", ["1000", "1000"]],
      ["fast", ["100", "100"]],
      ["steady", ["1000", "0"]],
      ["fast", ["100", "100"]],
    ] as const) {
      led.set(state);
      assert.deepEqual(delays("status"), shown);
    }
    await led.stop();
  });

  const befores: readonly (readonly [string, Partial<Folder>, string])[] = [
    ["no trigger", {}, "none"],
    ["no trigger, dark", { brightness: "0\n" }, "none"],
    ["another trigger", { trigger: "none timer [heartbeat]\n", brightness: "0\n" }, "heartbeat"],
    ["the same trigger", { trigger: "none [timer]\n", brightness: "255\n" }, "timer"],
    ["a trigger without brackets", { trigger: "netdev\n" }, "netdev"],
  ];
  for (const [what, files, trigger] of befores) {
    it(`puts back ${what}`, async () => {
      const before = { ...QUIET, ...files };
      const led = makeLed("wan", before);
      assert.equal(led.start(), null);
      led.set("fast");
      await led.stop();
      await led.stop();
      const rest = NAMES.slice(1).map((file) => before[file].trim());
      assert.deepEqual(all("wan"), [trigger, ...rest]);
    });
  }

  it("puts back when its process is killed", async () => {
    makeLed("killed");
    const script = [
      'import { Led } from "./host/sink/led.ts";',
      `const led = new Led(${JSON.stringify(root)}, "killed");`,
      'led.start(); led.set("fast"); console.log("lit"); setInterval(() => {}, 1000);',
    ].join("\n");
    const args = ["--import", "tsx", "--input-type=module", "-e", script];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    assert.ok(child.stdout);
    await once(child.stdout, "data");
    assert.deepEqual(delays("killed"), ["100", "100"]);
    child.kill("SIGKILL");
    await once(child, "exit");
    // The keeper writes one file after the other: all of them must come to rest, not only the first.
    const before = ["none", "1", "255", "500", "250"];
    for (let turn = 0; turn < 100 && all("killed").join() !== before.join(); turn++)
      await pause(20);
    assert.deepEqual(all("killed"), before);
  });

  it("leaves the lamp to whoever takes it", async () => {
    const led = makeLed("taken");
    led.start();
    writeFileSync(join(root, "taken", "trigger"), "none [heartbeat] timer\n");
    led.set("fast");
    assert.equal(led.taken, true);
    assert.deepEqual(delays("taken"), ["1000", "0"]);
    await led.stop();
  });

  it("is a warning where there is none", async () => {
    const led = new Led(root, "absent");
    assert.match(led.start() ?? "", /absent cannot be used \(ENOENT\); watching without a lamp\.$/);
    led.set("fast");
    assert.equal(led.state, null);
    await led.stop();
  });
});
