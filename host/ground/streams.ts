// Where a command writes: results to stdout, diagnostics to stderr; host/main.ts has the two.

/** A line each, without its end. */
export interface Streams {
  readonly result: (line: string) => void;
  readonly diagnostic: (line: string) => void;
}
