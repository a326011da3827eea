// Runs a command inside a namespace of the lab: argument list in, exit status and transcript out.
// Knows nothing of addresses or protocols. Commands are bounded in time and end with their caller.
// Read: ip-netns(8).

import { type ChildProcess, spawn } from "node:child_process";

/** Debian's own interpreter: another one on the path may be a slow wrapper. */
export const PYTHON = "/usr/bin/python3";

/** What a finished command left behind. */
export interface Outcome {
  /** Exit status; null when it was ended by a signal (a timeout among them). */
  status: number | null;
  /** Standard output and standard error as they came, interleaved. */
  transcript: string;
  /** Wall-clock time, milliseconds. */
  elapsedMs: number;
}

/** Options of `run`. */
export interface RunOptions {
  input?: string;
  /** Standard input stays open until the command ends by itself (s_client needs that). */
  keepInput?: boolean;
  timeoutMs?: number;
  env?: Record<string, string>;
}

const TIMEOUT_MS = 20_000;

/** Starts `argv` in the network namespace `netns`; the child's process id is the command's. */
export function start(netns: string, argv: readonly string[], env = {}): ChildProcess {
  return spawn("ip", ["netns", "exec", netns, ...argv], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, LC_ALL: "C.UTF-8", ...env },
  });
}

/** Runs `argv` in `netns` to its end or for `timeoutMs`, whichever is first. Never rejects. */
export function run(
  netns: string,
  argv: readonly string[],
  options: RunOptions = {},
): Promise<Outcome> {
  const begin = performance.now();
  return new Promise((resolve) => {
    const child = start(netns, argv, options.env);
    const chunks: Buffer[] = [];
    const timer = setTimeout(() => child.kill("SIGKILL"), options.timeoutMs ?? TIMEOUT_MS);
    child.stdout?.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr?.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stdin?.on("error", () => {});
    if (options.input !== undefined) child.stdin?.write(options.input);
    if (!options.keepInput) child.stdin?.end();
    const settle = (status: number | null) => {
      clearTimeout(timer);
      const transcript = Buffer.concat(chunks).toString("utf8");
      resolve({ status, transcript, elapsedMs: performance.now() - begin });
    };
    child.on("error", () => settle(null));
    child.on("close", (status) => settle(status));
  });
}

/** Ends `child` with `signal`, then with SIGKILL after `graceMs`; resolves when it is gone. */
export function stop(
  child: ChildProcess,
  signal: NodeJS.Signals = "SIGTERM",
  graceMs = 3000,
): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill("SIGKILL"), graceMs);
    child.once("exit", () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill(signal);
  });
}

/**
 * Resolves with the first line of `child` (either stream) that matches `pattern`; rejects when the
 * child ends or `timeoutMs` passes before, with what it printed.
 */
export function lineFrom(
  child: ChildProcess,
  pattern: RegExp,
  timeoutMs = 30_000,
): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const done = (finish: () => void) => {
      clearTimeout(timer);
      child.stdout?.off("data", read);
      child.stderr?.off("data", read);
      child.off("exit", ended);
      finish();
    };
    const read = (chunk: Buffer) => {
      text += chunk.toString("utf8");
      const line = text.split("\n").find((candidate) => pattern.test(candidate));
      if (line !== undefined) done(() => resolve(line));
    };
    const ended = () =>
      done(() => reject(new Error(`ended before ${pattern} was printed: ${text}`)));
    const timer = setTimeout(
      () => done(() => reject(new Error(`${pattern} not printed within ${timeoutMs} ms: ${text}`))),
      timeoutMs,
    );
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    child.on("exit", ended);
  });
}

/** Polls `holds` every 20 ms until it is true; rejects after `timeoutMs` naming `what`. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  timeoutMs = 10_000,
): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`${what}: not within ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
