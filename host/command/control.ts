// The commands that ask a running watch: status, ack, test-alarm. Each sends one question to the
// control socket in run_dir and prints the answer.

import { loadConfig } from "../config/schema.ts";
import { EXIT, type ExitStatus } from "../ground/errors.ts";
import { ask } from "../run/control.ts";
import { describeStatus, describeTest } from "../text/status-text.ts";
import { type Command, parseOptions, refusePositionals, usageError } from "./command.ts";

const CONFIG = { config: { type: "string", short: "c" } } as const;
const CONFIG_HELP = "  -c, --config CONFIG   the configuration file, for its run_dir";

export const status: Command = {
  name: "status",
  usage: "[--json]",
  summary: "what the running watch sees",
  help: `  --json                as one JSON object\n${CONFIG_HELP}`,
  run: async (args, streams): Promise<ExitStatus> => {
    const { values, positionals } = parseOptions("status", args, {
      ...CONFIG,
      json: { type: "boolean" },
    });
    refusePositionals("status", positionals);
    const answer = await ask(loadConfig(values.config ?? null).runDir, { command: "status" });
    streams.result(values.json ? JSON.stringify(answer) : describeStatus(answer));
    return EXIT.done;
  },
};

export const ack: Command = {
  name: "ack",
  usage: "[ID]",
  summary: "acknowledge alerts: the lamp calms down",
  help: `  ID                    one alert's id, or as many of its digits as an alert shows; without it all\n${CONFIG_HELP}`,
  run: async (args, streams): Promise<ExitStatus> => {
    const { values, positionals } = parseOptions("ack", args, CONFIG);
    const [id, another] = positionals;
    if (another !== undefined) throw usageError("ack", `unexpected argument '${another}'`);
    const { runDir } = loadConfig(values.config ?? null);
    const { acknowledged } = await ask(runDir, { command: "ack", id: id ?? null });
    streams.result(`${acknowledged === 1 ? "1 alert" : `${acknowledged} alerts`} acknowledged.`);
    return EXIT.done;
  },
};

export const testAlarm: Command = {
  name: "test-alarm",
  usage: "",
  summary: "blink the lamp and send a marked test line to every collector",
  help: CONFIG_HELP,
  run: async (args, streams): Promise<ExitStatus> => {
    const { values, positionals } = parseOptions("test-alarm", args, CONFIG);
    refusePositionals("test-alarm", positionals);
    const answer = await ask(loadConfig(values.config ?? null).runDir, { command: "test-alarm" });
    streams.result(describeTest(answer));
    return EXIT.done;
  },
};
