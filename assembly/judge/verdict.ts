// Turns evidence into one of the verdict words. Mail evidence is counted by class, segment evidence
// by the strongest member of each family. Knows no text, no history and no addresses.

import { RANK_LIKELY, RANK_PROVEN, RANK_SUSPECT, rankOf } from "../inspector/finding/rank";
import { segmentFamily } from "./catalogue";
import { COMPARISON, MODERATE, PROOF, REFUSAL, SILENCE, STRONG, SUGGESTIVE } from "./row";
import { termClass, termName } from "./term";

/** Families that score nothing: unknown names, silence, refusals by ICMP, comparison of connections. */
const WEIGHTLESS: string[] = ["", SILENCE, REFUSAL, COMPARISON];

/**
 * Verdict of a mail dialog. Terms are `name` or `name:CLASS` where history or knowledge changed the class.
 * proven: any proof, or two distinct strong · likely: one strong, or two moderate · suspect: one moderate,
 * or one weak that is suggestive by itself.
 */
export function mailVerdict(terms: string[]): string {
  const seen = new Set<string>();
  let strong = 0;
  let moderate = 0;
  let suggestive = 0;
  for (let i = 0; i < terms.length; i++) {
    const name = termName(terms[i]);
    if (seen.has(name)) continue;
    seen.add(name);
    const strength = termClass(terms[i]);
    if (strength == PROOF) return "proven";
    if (strength == STRONG) strong++;
    else if (strength == MODERATE) moderate++;
    else if (strength == SUGGESTIVE) suggestive++;
  }
  if (strong >= 2) return "proven";
  if (strong == 1 || moderate >= 2) return "likely";
  if (moderate == 1 || suggestive > 0) return "suspect";
  return "none";
}

/** The families of the names that weigh something. */
function families(names: string[]): Set<string> {
  const found = new Set<string>();
  for (let i = 0; i < names.length; i++) {
    const family = segmentFamily(names[i]);
    if (!WEIGHTLESS.includes(family)) found.add(family);
  }
  return found;
}

/**
 * Verdict of what the segments showed: `proven` `likely` `suspect`, or `none`.
 * Silence and comparisons score nothing, a refusal by ICMP is judged by itself.
 */
export function segmentVerdict(weak: string[], strong: string[], conclusive: string[]): string {
  const rank = rankOf(families(conclusive).size, families(strong.concat(conclusive)).size, families(weak).size);
  if (rank == RANK_PROVEN) return "proven";
  if (rank == RANK_LIKELY) return "likely";
  return rank == RANK_SUSPECT ? "suspect" : "none";
}
