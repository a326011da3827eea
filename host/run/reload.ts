// Turns a new configuration into that of a running watch. What the rights that are left allow is taken over
// at once; what only a start can do is named and waits for one. A configuration that would stop a start
// changes nothing.

import type { Config } from "../config/schema.ts";
import { HostError } from "../ground/errors.ts";
import { preflight } from "./preflight.ts";
import type { Watch } from "./watch.ts";

/** Options whose change needs rights that are given up, or tables that are in use. */
function atStart(config: Config) {
  const { interfaces, profile, runDir, stateDir, led, ledRoot, user, knownHosts, knownPlain } =
    config;
  return { interfaces, profile, runDir, stateDir, led, ledRoot, user, knownHosts, knownPlain };
}

/** The same as they are called in the file. */
const OPTION: Readonly<Record<keyof ReturnType<typeof atStart>, string>> = {
  interfaces: "interface",
  profile: "profile",
  runDir: "run_dir",
  stateDir: "state_dir",
  led: "led",
  ledRoot: "led_root",
  user: "user",
  knownHosts: "known_host",
  knownPlain: "known_plain",
};

/** The options that both name differently and that a running watch cannot change. */
function waitingFor(running: Config, next: Config): string[] {
  const [now, then] = [atStart(running), atStart(next)];
  const keys = Object.keys(OPTION) as (keyof typeof OPTION)[];
  const differs = keys.filter((key) => JSON.stringify(now[key]) !== JSON.stringify(then[key]));
  return differs.map((key) => OPTION[key]);
}

/** Reads the configuration again and takes it over; `named` are the interfaces of the command line. */
export function reload(watch: Watch, read: () => Config, named: readonly string[]): void {
  let next: Config;
  try {
    next = read();
    preflight(next, named, watch.config);
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    watch.sinks.open();
    watch.sinks.warn(
      "configuration",
      `the new configuration is not taken over, the running one stays: ${error.message}`,
    );
    return;
  }
  const waiting = waitingFor(watch.config, next);
  watch.reload(Object.freeze({ ...next, ...atStart(watch.config) }));
  const later =
    waiting.length === 0 ? "" : `; a change of ${waiting.join(", ")} waits for the next start`;
  watch.sinks.warn("configuration", `the configuration was read again${later}.`);
}
