// What one judged family of a connection says: the common shape of mail, reset, segment and refusal
// opinions before they become alerts. Holds no state.

import type { AlertKind, Scope, Severity, Side, Verdict } from "../ground/alert.ts";
import type { Facts } from "../judge.ts";

/** One judged family. `verdict` may be none: then it only feeds the flow line. */
export interface Opinion {
  readonly kind: AlertKind;
  readonly verdict: Exclude<Verdict, "withdrawn">;
  readonly severity: Severity;
  /** Evidence names that carry the verdict, sorted; names that only inform are left out. */
  readonly evidence: readonly string[];
  readonly side: Side;
  readonly scope: Scope;
  readonly fingerprint: string | null;
  readonly offered: readonly string[] | null;
  readonly expected: readonly string[] | null;
  readonly frames: readonly number[];
  /** What the text is made of, without side and scope. */
  readonly facts: Facts;
  /** Terms with the class history gave them; mail only. */
  readonly terms: readonly string[];
}

/** Names without doubles, sorted by code unit. */
export function sortedNames(names: Iterable<string>): string[] {
  return [...new Set(names)].sort();
}

/** The name of a term `name` or `name:CLASS`. */
export function termName(term: string): string {
  const colon = term.indexOf(":");
  return colon < 0 ? term : term.slice(0, colon);
}
