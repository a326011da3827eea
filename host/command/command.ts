// What every command of the command line has in common: a name, a help text, a way to read its
// arguments and two streams to write to. Does not know which commands there are (host/main.ts does).

import { type ParseArgsConfig, parseArgs } from "node:util";
import { EXIT, type ExitStatus, HostError } from "../ground/errors.ts";
import type { Streams } from "../ground/streams.ts";

export interface Command {
  readonly name: string;
  /** Arguments and options, as the first line of its help shows them. */
  readonly usage: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** What `COMMAND --help` says below the usage. */
  readonly help: string;
  /** Runs it with the arguments behind its name. Throws HostError when it cannot be done. */
  run(args: readonly string[], streams: Streams): Promise<ExitStatus>;
}

type Options = NonNullable<ParseArgsConfig["options"]>;
type Parsed<T extends Options> = ReturnType<
  typeof parseArgs<{ options: T; allowPositionals: true; strict: true }>
>;

/** A command line that is not understood: exit status 64, and where to read more. */
export function usageError(command: string | null, what: string): HostError {
  const where = command === null ? "striplight --help" : `striplight ${command} --help`;
  return new HostError(EXIT.usage, `${what}; see "${where}".`);
}

/** Reads a command's options and positional arguments. Throws HostError 64 on what it does not know. */
export function parseOptions<T extends Options>(
  command: string,
  args: readonly string[],
  options: T,
): Parsed<T> {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const sentence = error.message.split(/\. |\n/)[0] ?? "the options are not understood";
    throw usageError(command, sentence.charAt(0).toLowerCase() + sentence.slice(1));
  }
}

/** Refuses arguments of a command that takes none. */
export function refusePositionals(command: string, positionals: readonly string[]): void {
  const first = positionals[0];
  if (first !== undefined) throw usageError(command, `unexpected argument '${first}'`);
}
