// The product's own pipeline for tests: the built modules, an inspector that repeats itself, the judge
// loaded once for all.

import { fileURLToPath } from "node:url";
import { HOME_DEFAULT } from "../host/ground/address.ts";
import { Inspector } from "../host/inspector.ts";
import type { Judge } from "../host/judge.ts";
import { judgeFor, Pipeline, type PipelineParts } from "../host/run/pipeline.ts";

const BUILD = fileURLToPath(new URL("../build/", import.meta.url));

let judge: Judge | null = null;

/** A desk inspector, or another module, with a fixed hash key and the private networks as home. */
export function openInspector(module = `${BUILD}inspector.wasm`): Inspector {
  const inspector = Inspector.load(module);
  inspector.seed(0, 0);
  inspector.setHome(HOME_DEFAULT);
  return inspector;
}

/** A pipeline; what is not given is the product's own, or empty. */
export function openPipeline(parts: Partial<PipelineParts> = {}): Pipeline {
  const inspector = parts.inspector ?? openInspector();
  judge ??= judgeFor(inspector, `${BUILD}judge.wasm`);
  const plain = { keepFlows: false, onAlerts: () => {}, vantage: { sensor: "test", uplink: null } };
  return new Pipeline({ ...plain, judge, ...parts, inspector });
}
