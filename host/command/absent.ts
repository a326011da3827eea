// Commands that are part of the published command line but that this version does not have: each says
// so in one sentence (exit status 64), so that a script fails loudly and not by an unknown name.

import { type Command, usageError } from "./command.ts";

function absent(name: string, usage: string, summary: string): Command {
  return {
    name,
    usage,
    summary: `${summary} (not in this version)`,
    help: "This version does not have this command.",
    run: async () => {
      throw usageError(null, `this version does not have the command "${name}"`);
    },
  };
}

export const ABSENT: readonly Command[] = [
  absent(
    "report",
    "[--since WHEN] [--format text|html|json]",
    "the account a person would hand to a provider",
  ),
  absent("compare", "NEAR FAR", "two captures of the same traffic from two vantage points"),
  absent("forget", "[--before WHEN]", "delete what is kept"),
];
