// The inspector's runtime refuses allocation when it is compiled, not when it runs: five sources that
// must not compile, and one that must, so that a change of compiler cannot quietly disarm it.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Compilation, compile, compilerFolder } from "./assembly.ts";

const RUNTIME = fileURLToPath(new URL("../assembly/inspector/rt/forbid", import.meta.url));
const PATIENCE = 120_000;

const FORBIDDEN: Readonly<Record<string, string>> = {
  "an array": "export function f(n: i32): i32 { return new Array<i32>(n).length; }",
  "an array that grows":
    "export function f(n: i32): i32 { const a: i32[] = []; a.push(n); return a.length; }",
  "an unmanaged object made with new":
    "@unmanaged class V { x: i32; }\nexport function f(): i32 { return new V().x; }",
  "a managed object": "class M { x: i32 = 1; }\nexport function f(): i32 { return new M().x; }",
  "a string put together": 'export function f(n: i32): i32 { return ("a" + n.toString()).length; }',
};

const ALLOWED = `
@final @unmanaged class Row { at: u32; @inline static of(at: usize): Row { return changetype<Row>(at); } }
const TABLE: usize = memory.data(64, 8);
export function f(): u32 { return Row.of(TABLE).at + load<u32>(TABLE); }`;

describe("the forbidding runtime", function () {
  this.timeout(PATIENCE);

  async function probe(name: string, source: string): Promise<Compilation> {
    const folder = compilerFolder(`forbid-${name.replaceAll(" ", "-")}`);
    writeFileSync(join(folder, "probe.ts"), source);
    const flags = ["--runtime", RUNTIME, "--use", "abort=", "-O1", "--binaryFile", "probe.wasm"];
    return compile(folder, ["probe.ts", ...flags]);
  }

  for (const [what, source] of Object.entries(FORBIDDEN)) {
    it(`refuses ${what}`, async () => {
      const { status, said } = await probe(what, source);
      assert.notEqual(status, 0, "it compiled");
      assert.match(said, /in the inspector: /);
    });
  }

  it("takes rows in a table", async () => {
    const { status, said } = await probe("rows", ALLOWED);
    assert.equal(status, 0, said);
  });
});
