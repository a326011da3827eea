// The verdict that segment evidence adds up to. Within one family only the strongest member counts, so
// the rule asks for numbers of families. The judge's module is made with this file too: the rule stands
// once, whether the inspector asks which attempt is the strongest or the judge has the last word.

/** Weak families that make a suspicion together. */
const WEAK_FAMILIES_MIN: u32 = 3;

/** Ranks of a verdict. */
export const RANK_NONE: u32 = 0;
export const RANK_SUSPECT: u32 = 1;
export const RANK_LIKELY: u32 = 2;
export const RANK_PROVEN: u32 = 3;

/**
 * proven: two families of which one is conclusive · likely: one conclusive, or two strong · suspect: one
 * strong, or three weak. `heavy` counts families with a strong or conclusive member.
 */
export function rankOf(conclusive: u32, heavy: u32, weak: u32): u32 {
  if (conclusive > 0) return heavy >= 2 ? RANK_PROVEN : RANK_LIKELY;
  if (heavy >= 2) return RANK_LIKELY;
  return heavy == 1 || weak >= WEAK_FAMILIES_MIN ? RANK_SUSPECT : RANK_NONE;
}
