// The functions an inspector module exports, by name; a module that lacks one is refused.

import { EXIT, HostError } from "./errors.ts";

/** The functions the module exports; numbers only. */
export interface Calls {
  ringAt(): number;
  ringSize(): number;
  blockSize(): number;
  homeAt(): number;
  homeCapacity(): number;
  setHomeCount(count: number): void;
  seed(low: number, high: number): void;
  setTerse(terse: number): void;
  openInput(): void;
  openSection(): void;
  setInterface(index: number, linkType: number, resolution: number): void;
  setInterfaceOffset(index: number, secondsLow: number, secondsHigh: number): void;
  inspectRecords(at: number, end: number, swapped: number): number;
  inspectBlocks(at: number, end: number, swapped: number): number;
  inspectRing(block: number, frameOffset: number, interfaceIndex: number): number;
  pausedForDrain(): number;
  stopReason(): number;
  tick(secondsLow: number, secondsHigh: number, nanos: number): void;
  finish(): number;
  lostFrames(): void;
  setOffloaded(on: number): void;
  findingCount(): number;
  findingAt(index: number): number;
  releaseFindings(count: number): void;
  countersAt(): number;
  reasonsAt(): number;
  flowsAlive(): number;
  flowCapacity(): number;
}

const CALLS: readonly (keyof Calls)[] = [
  ...(["ringAt", "ringSize", "blockSize", "homeAt", "homeCapacity", "setHomeCount"] as const),
  ...(["setTerse", "setOffloaded"] as const),
  ...([
    "seed",
    "openInput",
    "openSection",
    "setInterface",
    "setInterfaceOffset",
    "inspectRecords",
  ] as const),
  ...(["inspectBlocks", "inspectRing", "pausedForDrain", "stopReason", "tick", "finish"] as const),
  ...(["lostFrames", "findingCount", "findingAt", "releaseFindings", "countersAt"] as const),
  ...(["reasonsAt", "flowsAlive", "flowCapacity"] as const),
];

/** What a module that cannot be used is refused with. */
export function unusable(path: string, cause: unknown): HostError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new HostError(EXIT.trapped, `the inspector module ${path} cannot be loaded: ${why}.`);
}

/** The module's functions, each known to be there. */
export function callsOf(exports: Record<string, unknown>, path: string): Calls {
  for (const name of CALLS) {
    if (typeof exports[name] !== "function") throw unusable(path, `it exports no function ${name}`);
  }
  return exports as unknown as Calls; // every member was looked at above
}
