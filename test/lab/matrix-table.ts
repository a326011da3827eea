// What the watch must say in each cell of the matrix: mode → client and server → verdict and
// evidence, empty where it must stay silent. Derived from the rules for evidence and verdicts.

import type { Mode } from "./rewrite.ts";

/** `client@server`. */
export type Cell = string;

export const EXPECTED: Partial<Record<Mode, Record<Cell, string>>> = {};
