// Starts one of the lab's own TypeScript programs inside a namespace, through tsx.

import type { ChildProcess } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Network, Place } from "./namespace.ts";
import { start } from "./process.ts";

/** Starts `script` (a file of this folder) at `place`. */
export function startScript(
  network: Network,
  place: Place,
  script: string,
  words: readonly string[],
): ChildProcess {
  return start(network.netns(place), scriptWords(script, words));
}

/** The command that runs `script` with `words`. */
export function scriptWords(script: string, words: readonly string[]): string[] {
  const loader = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
  const file = fileURLToPath(new URL(script, import.meta.url));
  return [process.execPath, "--import", loader, file, ...words];
}
