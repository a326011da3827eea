// Turns the configuration file and what it names into a sentence: accepted, or what would stop a start of
// `watch`, with the same words and the same exit status.

import { CONFIG_PATH, loadConfig } from "../config/schema.ts";
import { EXIT } from "../ground/errors.ts";
import { type Command, parseOptions, refusePositionals } from "./command.ts";

export const check: Command = {
  name: "check",
  usage: "[-c CONFIG]",
  summary: "read the configuration and what it names, start nothing, say what is wrong",
  help: `  -c, --config CONFIG   the file to read (default ${CONFIG_PATH}, which need not exist)

Ask as the user who starts the watch. Exit status: that with which the watch would not start.`,
  run: async (args, streams) => {
    const { values, positionals } = parseOptions("check", args, {
      config: { type: "string", short: "c" },
    });
    refusePositionals("check", positionals);
    const { preflight } = await import("../run/preflight.ts");
    const { place } = preflight(loadConfig(values.config ?? null), []);
    const where = place.interfaces.join(", ");
    streams.result(`The configuration is accepted; watch would tap ${where}.`);
    return EXIT.done;
  },
};
