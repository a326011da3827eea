// The rows of the dialects: the host's are the module's, and what is told to people follows them.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CLEAR_PORTS, DIALECTS, TRAITS } from "../../host/ground/dialect.ts";
import { Inspector } from "../../host/inspector.ts";
import { filterProgram } from "../../host/tap/filter.ts";
import { judgeForTests } from "./judge-module.ts";

const BUILT = fileURLToPath(new URL("../../build/", import.meta.url));

describe("the rows of the dialects", () => {
  for (const name of ["inspector.wasm", "inspector-board.wasm", "inspector-scalar.wasm"]) {
    it(`are those of ${name}`, () => {
      const { abi } = Inspector.load(join(BUILT, name)); // refuses a module whose rows differ
      assert.deepEqual(abi.names.Dialect, ["undecided", ...DIALECTS]);
    });
  }

  it("refuse a module with another keyword", () => {
    const folder = mkdtempSync(join(tmpdir(), "striplight-dialect-"));
    const path = join(folder, "inspector.wasm");
    const wasm = readFileSync(join(BUILT, "inspector.wasm"));
    const keyword = Buffer.from("STARTTLS");
    assert.notEqual(wasm.indexOf(keyword), -1);
    for (let at = wasm.indexOf(keyword); at >= 0; at = wasm.indexOf(keyword, at)) {
      wasm.write("STARTTLZ", at, "latin1");
    }
    writeFileSync(path, wasm);
    try {
      assert.throws(() => Inspector.load(path), /does not fit this program \(of smtp it says/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  for (const dialect of DIALECTS) {
    it(`lead an owner of ${dialect} to its port for TLS and name its keyword`, () => {
      const judge = judgeForTests();
      const { tlsPorts, keyword } = TRAITS[dialect];
      const facts = { dialect, server: "192.0.2.1", port: `${TRAITS[dialect].clearPorts[0]}` };
      assert.match(judge.exposedText(facts), new RegExp(`to port ${tlsPorts[0]} with TLS`));
      const mask = "X".repeat(keyword.length);
      assert.deepEqual(judge.expectedList(["SIZE"], [], dialect, true), ["SIZE", keyword]);
      assert.match(
        judge.mailText(["cap-masked"], { ...facts, before: "1", mask }),
        RegExp(keyword),
      );
    });
  }

  it("give the kernel filter every port in the clear", () => {
    const program = Buffer.from(filterProgram({ framing: "ip", blockSize: 65_536 }));
    const compared = new Set<number>();
    for (let at = 0; at < program.length; at += 8) {
      if (program.readUInt16LE(at) === 0x15) compared.add(program.readUInt32LE(at + 4)); // jeq
    }
    for (const port of CLEAR_PORTS) assert.ok(compared.has(port), `port ${port}`);
  });
});
