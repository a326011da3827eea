#!/usr/bin/env node
// The command line: finds the command, runs it, turns its outcome into one sentence and one exit
// status. The only file with side effects at import. Decides nothing about traffic.

import { setFlagsFromString } from "node:v8";
import packageJson from "../package.json" with { type: "json" };
import { ABSENT } from "./command/absent.ts";
import { check } from "./command/check.ts";
import { type Command, usageError } from "./command/command.ts";
import { ack, status, testAlarm } from "./command/control.ts";
import { Output, READER_GONE } from "./command/output.ts";
import { replay } from "./command/replay.ts";
import { watch } from "./command/watch.ts";
import { EXIT, type ExitStatus, HostError } from "./ground/errors.ts";
import type { Streams } from "./ground/streams.ts";

const COMMANDS: readonly Command[] = [watch, replay, status, ack, testAlarm, check, ...ABSENT];

/**
 * What is hot is WebAssembly and gets there with the first few hundred thousand frames. Everything else
 * runs too briefly to repay V8 for optimising it: the compiler would cost more than all of the host.
 * What is allocated is short-lived: a nursery that never grows stays in the cache and takes no new pages.
 * Heap and modules are small: more threads at them take more than they give, on a router most of all.
 */
const TUNING = [
  "--wasm-tiering-budget=32000000",
  "--wasm-num-compilation-tasks=1",
  "--semi-space-growth-factor=1",
  "--no-parallel-scavenge",
  "--no-concurrent-marking",
];

/** By Node's major version: an engine complains on stderr, at every start, of a flag it does not have. */
const V8_FLAGS: Readonly<Record<string, readonly string[]>> = {
  "20": ["--interrupt-budget=1000000", ...TUNING],
  "22": TUNING,
};

// A reader that went away (| head) is no failure of ours.
const output = new Output((code) => {
  const full = new HostError(EXIT.unavailable, `standard output cannot be written (${code}).`);
  process.exit(READER_GONE.includes(code) ? EXIT.done : explain(full));
});

const streams: Streams = {
  result: (line) => output.write(line),
  onResultLost: (listener) => {
    output.onLost = listener;
  },
  diagnostic: (line) => void process.stderr.write(`striplight: ${line}\n`),
};

function generalHelp(): string {
  const width = Math.max(...COMMANDS.map((command) => command.name.length));
  const list = COMMANDS.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return [
    "Usage: striplight COMMAND [OPTIONS]",
    "",
    "Tells you when someone on your uplink strips STARTTLS from mail or forges TCP resets.",
    "",
    ...list,
    "",
    "striplight COMMAND --help says more; striplight --version prints the version.",
  ].join("\n");
}

function commandHelp(command: Command): string {
  const { name, usage, summary, help } = command;
  return `Usage: striplight ${name} ${usage}\n\n${summary}\n\n${help}`;
}

/** Whether help is asked for in front of a `--`. */
function wantsHelp(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  const before = end < 0 ? args : args.slice(0, end);
  return before.includes("--help") || before.includes("-h");
}

async function run(args: readonly string[]): Promise<ExitStatus> {
  const [first, ...rest] = args;
  if (first === undefined) throw usageError(null, "no command was given");
  if (first === "--version" || first === "-V") {
    streams.result(`striplight ${packageJson.version}`);
    return EXIT.done;
  }
  if (first === "--help" || first === "-h" || first === "help") {
    streams.result(generalHelp());
    return EXIT.done;
  }
  if (first.startsWith("-")) throw usageError(null, `unknown option '${first}'`);
  const command = COMMANDS.find((candidate) => candidate.name === first);
  if (command === undefined) {
    const names = COMMANDS.map((candidate) => candidate.name).join(", ");
    throw usageError(null, `there is no command "${first}", only ${names}`);
  }
  if (wantsHelp(rest)) {
    streams.result(commandHelp(command));
    return EXIT.done;
  }
  return command.run(rest, streams);
}

/** One sentence on stderr; a bug in this program is named as one, without its stack. */
function explain(error: unknown): ExitStatus {
  if (error instanceof HostError) {
    streams.diagnostic(error.message);
    return error.status;
  }
  const what = error instanceof Error ? error.message : String(error);
  streams.diagnostic(`this is a bug in striplight: ${what}`);
  return EXIT.trapped;
}

// Nobody hears a diagnostic any more: the watch goes on, its log and lamp still tell.
process.stderr.on("error", () => {});

const [major = ""] = process.versions.node.split(".");
for (const flag of V8_FLAGS[major] ?? []) setFlagsFromString(flag);
void run(process.argv.slice(2))
  .catch(explain)
  .then((status) => {
    process.exitCode = status;
  });
