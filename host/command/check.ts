// Turns the configuration file into a sentence: accepted, or what is wrong where (exit status 78).
// Opens nothing but that file.

import { CONFIG_PATH, loadConfig } from "../config/schema.ts";
import { EXIT } from "../ground/errors.ts";
import { type Command, parseOptions, refusePositionals } from "./command.ts";

export const check: Command = {
  name: "check",
  usage: "[-c CONFIG]",
  summary: "read the configuration, open nothing, say what is wrong",
  help: `  -c, --config CONFIG   the file to read (default ${CONFIG_PATH}, which need not exist)`,
  run: async (args, streams) => {
    const { values, positionals } = parseOptions("check", args, {
      config: { type: "string", short: "c" },
    });
    refusePositionals("check", positionals);
    const config = loadConfig(values.config ?? null);
    const where = config.interfaces.join(", ") || "the interface of the default route";
    streams.result(`The configuration is accepted; watch would tap ${where}.`);
    return EXIT.done;
  },
};
