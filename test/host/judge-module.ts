// Loads the judge for a test; compiles it first when it has not been built.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type EvidenceNames, type Judge, loadJudge } from "../../host/judge.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

export function judgeForTests(names: EvidenceNames = { mail: [], segment: [] }): Judge {
  const wasm = `${ROOT}build/judge.wasm`;
  if (!existsSync(wasm)) {
    const source = "assembly/judge/index.ts";
    const target = ["--config", "asconfig.json", "--target", "judge"];
    execFileSync("node_modules/.bin/asc", [source, ...target], { cwd: ROOT });
  }
  return loadJudge(readFileSync(wasm), names);
}
