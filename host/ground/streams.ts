// Where a command writes: results to stdout, diagnostics to stderr; host/main.ts has the two.

/** A line each, without its end. */
export interface Streams {
  readonly result: (line: string) => void;
  readonly diagnostic: (line: string) => void;
  /** From now on this is told, with an error's code, when a result cannot be written. */
  readonly onResultLost: (listener: (code: string) => void) => void;
}
