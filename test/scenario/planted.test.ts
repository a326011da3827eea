// Would the tests of block boundaries notice? The inspector is compiled with a planted fault (a record
// cut by the end of a window is lost; the last frame of a ring block is skipped), and the very runs
// that must be green on the real module have to go red.

import assert from "node:assert/strict";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compile, compilerFolder } from "../assembly.ts";
import { readScenario } from "./language/library.ts";
import { ScenarioRunner } from "./language/runner.ts";
import { asWritten, TRANSFORMS } from "./language/transform.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const PATIENCE = 300_000;
const SCENARIO = "mail/mask-in-place-of-starttls-is-likely.scn";

interface Fault {
  readonly file: string;
  readonly sound: string;
  readonly faulty: string;
}

const FAULTS: Readonly<Record<string, Fault>> = {
  cuts: {
    file: "walk.ts",
    sound: "if (next > end) break;",
    faulty: "if (next > end) return Walk.stop(end, Stop.Octets);",
  },
  ring: { file: "walk.ts", sound: "while (left != 0 &&", faulty: "while (left > 1 &&" },
};

describe("a planted fault at block boundaries", function () {
  this.timeout(PATIENCE);
  const scenario = readScenario(SCENARIO);
  const base = asWritten(scenario);
  const module = join(compilerFolder("planted"), "build/inspector.wasm");

  before(async () => {
    const { status, said } = await plant(Object.values(FAULTS));
    assert.equal(status, 0, said);
  });

  it("leaves the untransformed run as it is", () => {
    const { flows } = new ScenarioRunner(module).run(scenario, base);
    assert.deepEqual(flows, scenario.expected?.flows);
  });

  for (const name of Object.keys(FAULTS)) {
    it(`turns the test "${name}" red`, () => {
      const transform = TRANSFORMS.find((one) => one.name === name);
      const variants = transform?.variants(base, scenario) ?? [];
      assert.ok(variants.length > 0, `there is no transform ${name}`);
      const red = variants.filter((variant) => {
        try {
          const { flows } = new ScenarioRunner(module).run(scenario, variant);
          return flows.join("\n") !== scenario.expected?.flows.join("\n");
        } catch {
          return true; // a walk that stops as if the records were damaged is red as well
        }
      });
      assert.ok(red.length > 0, "every run stayed green: the test would not notice");
    });
  }
});

/** Compiles the inspector with every fault, with as little optimisation as will do. */
function plant(faults: readonly Fault[]) {
  const folder = compilerFolder("planted");
  rmSync(join(folder, "assembly"), { recursive: true, force: true });
  cpSync(join(ROOT, "assembly"), join(folder, "assembly"), { recursive: true });
  for (const { file, sound, faulty } of faults) {
    const path = join(folder, "assembly/inspector", file);
    const text = readFileSync(path, "utf8");
    assert.equal(text.split(sound).length, 2, `${file} no longer has exactly one "${sound}"`);
    writeFileSync(path, text.replace(sound, faulty));
  }
  const config = JSON.parse(readFileSync(join(ROOT, "asconfig.json"), "utf8"));
  const desk = { ...config.targets.desk, optimizeLevel: 1, converge: false };
  writeFileSync(join(folder, "asconfig.json"), JSON.stringify({ targets: { desk } }));
  return compile(folder, ["assembly/inspector/index.ts", "--target", "desk"]);
}
