// The replay command: what its arguments and options ask for. The replay itself is run/replay.ts.

import { loadConfig } from "../config/schema.ts";
import { network } from "../config/value.ts";
import { HOME_DEFAULT } from "../ground/address.ts";
import { FAIL_ON, Replay, type ReplayForm, type ReplayRequest } from "../run/replay.ts";
import { type Command, parseOptions, usageError } from "./command.ts";
import type { Progress } from "./progress.ts";

const OPTIONS = {
  json: { type: "boolean" },
  flows: { type: "boolean" },
  home: { type: "string", multiple: true },
  state: { type: "string" },
  evidence: { type: "string" },
  "fail-on": { type: "string" },
  config: { type: "string", short: "c" },
} as const;

const HELP = `  FILE                  pcap or pcapng, also gzip of these; - is standard input
  --json                one alert a line, as JSON
  --flows               one line for each connection with mail, a reset or evidence, as JSON
  --home NET            what is home, such as 192.168.1.0/24; repeatable (default: private addresses)
  --state DIR           keep what was learnt about servers in this folder, which is created
  --evidence DIR        keep the frames of alerts (not in this version)
  --fail-on VERDICT     exit with 10 when an alert reaches suspect, likely or proven; with ",exposed"
                        behind it also when credentials went in clear
  -c, --config CONFIG   the configuration file

Exit status: 0 done, 10 --fail-on reached, 65 damaged, no capture or\nof a link type that is not read, 66 not readable, 130 interrupted.`;

function readHome(texts: readonly string[]): string[] {
  return texts.map((text) => {
    const read = network(text);
    if (typeof read === "string") return read;
    throw usageError("replay", `--home '${text}' is not accepted, expected ${read.accepts}`);
  });
}

function readFailOn(text: string | undefined): ReplayRequest["failOn"] {
  if (text === undefined) return null;
  const [first, second, ...more] = text.split(",");
  const verdict = FAIL_ON.find((word) => word === first);
  const exposed = second === "exposed";
  if (verdict !== undefined && more.length === 0 && (exposed || second === undefined)) {
    return { verdict, exposed };
  }
  const accepted = `one of ${FAIL_ON.join(", ")}, or one of them and ",exposed"`;
  throw usageError("replay", `--fail-on '${text}' is not accepted, expected ${accepted}`);
}

function readRequest(args: readonly string[]): ReplayRequest {
  const { values, positionals } = parseOptions("replay", args, OPTIONS);
  if (positionals.length === 0) throw usageError("replay", "no file was given");
  if (values.json && values.flows) throw usageError("replay", "--json and --flows exclude another");
  if (values.evidence !== undefined) {
    throw usageError("replay", "this version does not have the option --evidence");
  }
  const home = readHome(values.home ?? []);
  const failOn = readFailOn(values["fail-on"]);
  const config = loadConfig(values.config ?? null);
  const form: ReplayForm = values.json ? "json" : values.flows ? "flows" : "sentences";
  const networks = home.length > 0 ? home : config.home.length > 0 ? config.home : HOME_DEFAULT;
  const state = values.state ?? null;
  return { files: positionals, form, home: networks, state, failOn, config };
}

/** Where nobody watches, what draws the bar is not even loaded. */
async function progressBar(): Promise<Progress | null> {
  if (!process.stderr.isTTY) return null;
  const { Progress } = await import("./progress.ts");
  return new Progress();
}

export const replay: Command = {
  name: "replay",
  usage: "FILE... [--json | --flows] [OPTIONS]",
  summary: "inspect capture files",
  help: HELP,
  run: async (args, streams) => {
    const request = readRequest(args);
    const replay = new Replay(request, streams, await progressBar());
    const interrupt = new AbortController();
    // Only the first: whoever insists ends the program at once.
    process.once("SIGINT", () => interrupt.abort());
    return replay.run(interrupt.signal);
  },
};
