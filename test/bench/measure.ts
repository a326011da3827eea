// A command → what it cost as a whole process on one core: CPU, wall, memory. Through measure.c,
// because only the parent that waits for a child learns its exact CPU time.

import { spawnSync } from "node:child_process";

export interface Cost {
  /** Seconds. */
  readonly user: number;
  readonly sys: number;
  readonly wall: number;
  readonly residentKiB: number;
  /** Peak RssAnon, sampled. */
  readonly anonymousKiB: number;
  readonly status: number;
}

/**
 * What every contender finds around it: a shell's settings (certificates to load, a proxy, options for
 * Node) would count as its cost.
 */
const ENVIRONMENT = { PATH: process.env.PATH ?? "/usr/bin:/bin", LANG: "C.UTF-8" };

/** Runs `command` on `core`; its standard output goes to the file `output`. */
export function measure(
  measurer: string,
  core: number,
  output: string,
  command: readonly string[],
): Cost {
  const result = spawnSync(measurer, [String(core), output, ...command], {
    encoding: "utf8",
    env: ENVIRONMENT,
  });
  if (result.status !== 0) throw new Error(`${command[0]} could not be run: ${result.stderr}`);
  return JSON.parse(result.stdout);
}

/** User and system seconds together. */
export function cpu(cost: Cost): number {
  return cost.user + cost.sys;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}
