// Turns what can go wrong outside the program into one sentence and one exit status.
// Does not print and does not exit: host/main.ts does both, once.
// The statuses follow sysexits.h where it has a word for the case; 10 is our own, 130 the shell's for SIGINT.

/** Exit statuses of the command line, by name. */
export const EXIT = {
  done: 0,
  failOn: 10,
  usage: 64,
  damaged: 65,
  noInput: 66,
  unavailable: 69,
  trapped: 70,
  noPermission: 77,
  config: 78,
  interrupted: 130,
} as const;

/** One of the exit statuses above. */
export type ExitStatus = (typeof EXIT)[keyof typeof EXIT];

/**
 * An operating error: the world is not as we need it. `message` is one sentence that says
 * what failed, where, and what would be accepted; `status` is what the process exits with.
 */
export class HostError extends Error {
  readonly status: ExitStatus;

  constructor(status: ExitStatus, message: string) {
    super(message);
    this.name = "HostError";
    this.status = status;
  }
}

/** The code of a system error, such as ENOENT, or "failed" where it has none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "failed";
}
