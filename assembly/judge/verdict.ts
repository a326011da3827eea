// Turns evidence into one of the verdict words. Mail evidence is counted by class, segment evidence
// by the strongest member of each family. Knows no text, no history and no addresses.

import {
  MODERATE, PROOF, STRONG, SUGGESTIVE, segmentFamily, termClass, termName,
} from "./evidence-table";

/** Points of segment evidence by strength: conclusive, strong, weak. */
const CONCLUSIVE_POINTS: i32 = 6;
const STRONG_POINTS: i32 = 3;
const WEAK_POINTS: i32 = 1;
/** Families that score nothing: unknown, silence, refusals by ICMP, comparison of connections. */
const WEIGHTLESS: string[] = ["", "silence", "refusal", "comparison"];

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

function award(scores: Map<string, i32>, names: string[], points: i32): void {
  for (let i = 0; i < names.length; i++) {
    const family = segmentFamily(names[i]);
    if (WEIGHTLESS.includes(family)) continue;
    const before = scores.has(family) ? scores.get(family) : 0;
    if (points > before) scores.set(family, points);
  }
}

/**
 * Verdict of what the segments showed: `proven` `likely` `suspect`, or `none`.
 * Silence and comparisons score nothing, a refusal by ICMP is judged by itself.
 */
export function segmentVerdict(weak: string[], strong: string[], conclusive: string[]): string {
  const scores = new Map<string, i32>();
  award(scores, weak, WEAK_POINTS);
  award(scores, strong, STRONG_POINTS);
  award(scores, conclusive, CONCLUSIVE_POINTS);
  const points = scores.values();
  let sum = 0;
  let families = 0;
  let hasConclusive = false;
  for (let i = 0; i < points.length; i++) {
    sum += points[i];
    if (points[i] >= STRONG_POINTS) families++;
    if (points[i] >= CONCLUSIVE_POINTS) hasConclusive = true;
  }
  if (hasConclusive && families >= 2) return "proven";
  if (hasConclusive || families >= 2) return "likely";
  if (families == 1 || sum >= STRONG_POINTS) return "suspect";
  return "none";
}
