// Turns the state of the watch into one LED of the kernel's LED class: steady, slow, fast.
// The trigger is set to "timer" once, while privileged; afterwards only its two delays are
// written, through descriptors kept open. What was there before is put back at the end by a
// small process of the earlier rights, even when this one is killed.
// Read the kernel's leds/leds-class and the timer trigger's sysfs description.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  ftruncateSync,
  openSync,
  readFileSync,
  readSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { codeOf } from "../ground/errors.ts";

/** What the lamp says: all well, degraded, an alert not yet seen by the owner. */
export type LampState = "steady" | "slow" | "fast";

/** Milliseconds on and off. On is never 0: with both 0 the kernel picks its own rhythm. */
const DELAYS: Readonly<Record<LampState, readonly [on: number, off: number]>> = {
  steady: [1_000, 0],
  slow: [1_000, 1_000],
  fast: [100, 100],
};

const TRIGGER = "timer";

/** One page: what the kernel tells of its triggers at most through one read. */
const TRIGGERS_MAX = 4_096;

/** How long the end waits for the lamp to be put back. */
const RESTORE_MS = 300;

/**
 * Waits for its standard input to close, whatever else happens, then puts the lamp back:
 * $1 folder, $2 trigger, $3 brightness, $4 and $5 the delays. Without a trigger the brightness
 * comes last, because removing a trigger darkens the LED; with one it comes first, because
 * writing 0 removes the trigger.
 */
const KEEPER = `
trap '' INT TERM HUP
while read -r _; do :; done
cd "$1" || exit 1
[ "$2" = none ] || [ "$3" = 0 ] || echo "$3" > brightness
echo "$2" > trigger
[ -z "$4" ] || ! [ -w delay_on ] || echo "$4" > delay_on
[ -z "$5" ] || ! [ -w delay_off ] || echo "$5" > delay_off
[ "$2" != none ] || echo "$3" > brightness
`;

/** The word in brackets, as the kernel marks the trigger in force, or the only word. */
function selectedTrigger(text: string): string {
  return /\[([^\]]+)\]/.exec(text)?.[1] ?? text.trim();
}

/** The trigger in force, read again from its start: the kernel writes the text anew each time. */
function currentTrigger(descriptor: number): string {
  const text = Buffer.alloc(TRIGGERS_MAX);
  return selectedTrigger(text.toString("utf8", 0, readSync(descriptor, text, 0, text.length, 0)));
}

function readValue(folder: string, name: string): string {
  try {
    return readFileSync(join(folder, name), "utf8").trim();
  } catch {
    return ""; // the delays exist only while the timer trigger is in force
  }
}

export class Led {
  readonly #folder: string;
  #descriptors: readonly number[] = [];
  #keeper: ChildProcess | null = null;
  #state: LampState | null = null;
  #taken = false;
  #problem: string | null = null;

  /** `root` is the folder of all LEDs, `name` the LED's own. */
  constructor(root: string, name: string) {
    this.#folder = join(root, name);
  }

  /** Whether somebody else has changed the trigger since; then the lamp is left alone. */
  get taken(): boolean {
    return this.#taken;
  }

  /** Why there is no lamp, in words; null while it shows what it is told. */
  get problem(): string | null {
    if (this.#taken) return `something else uses the LED ${this.#folder} now`;
    return this.#problem;
  }

  get state(): LampState | null {
    return this.#state;
  }

  /**
   * Takes the LED over and lights it steadily. Returns null, or one sentence saying why there
   * is no lamp: a warning, for the watch goes on without one.
   */
  start(): string | null {
    try {
      const before = {
        trigger: selectedTrigger(readFileSync(join(this.#folder, "trigger"), "utf8")) || "none",
        brightness: readValue(this.#folder, "brightness") || "0",
        on: readValue(this.#folder, "delay_on"),
        off: readValue(this.#folder, "delay_off"),
      };
      writeFileSync(join(this.#folder, "trigger"), `${TRIGGER}\n`);
      const { trigger, brightness, on, off } = before;
      const values = [this.#folder, trigger, brightness, on, off];
      this.#keeper = spawn("/bin/sh", ["-c", KEEPER, "striplight-lamp", ...values], {
        stdio: ["pipe", "ignore", "ignore"],
        detached: true, // a terminal's interrupt is not meant for it
      });
      this.#keeper.on("error", () => {
        this.#keeper = null;
      });
      this.#keeper.stdin?.on("error", () => {});
      this.#keeper.unref();
      this.#descriptors = ["delay_on", "delay_off", "trigger"].map((name) =>
        openSync(join(this.#folder, name), name === "trigger" ? "r" : "r+"),
      );
    } catch (error) {
      void this.stop();
      this.#problem = `the LED ${this.#folder} cannot be used (${codeOf(error)})`;
      return `${this.#problem}; watching without a lamp.`;
    }
    this.set("steady");
    return null;
  }

  /** Shows a state. Needs no privilege. */
  set(state: LampState): void {
    const [on, off, trigger] = this.#descriptors;
    if (on === undefined || off === undefined || trigger === undefined) return;
    if (this.#taken || state === this.#state) return;
    const [onMs, offMs] = DELAYS[state];
    try {
      if (currentTrigger(trigger) !== TRIGGER) {
        this.#taken = true; // somebody else's lamp now: do not fight
        return;
      }
      writeDelay(on, onMs);
      writeDelay(off, offMs);
      this.#state = state;
    } catch {
      this.#taken = true; // the descriptors die with the trigger they belong to
    }
  }

  /** Puts everything back as it was before start(). Safe to call twice. */
  async stop(): Promise<void> {
    for (const descriptor of this.#descriptors) closeSync(descriptor);
    this.#descriptors = [];
    this.#state = null;
    const keeper = this.#keeper;
    this.#keeper = null;
    if (keeper === null || keeper.exitCode !== null) return;
    const restored = once(keeper, "exit", { signal: AbortSignal.timeout(RESTORE_MS) });
    keeper.ref();
    keeper.stdin?.end();
    await restored.catch(() => {});
    keeper.unref(); // it still ends by itself; the end of the watch does not wait
  }
}

/** A stand-in folder holds plain files, where an earlier, longer number would show through. */
function writeDelay(descriptor: number, milliseconds: number): void {
  try {
    ftruncateSync(descriptor, 0);
  } catch {
    // sysfs has no length to cut
  }
  writeSync(descriptor, `${milliseconds}\n`, 0);
}
