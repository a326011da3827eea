// What the product does not do yet, by case. A case that starts to pass must leave the list: the test
// says so.

/** Cases whose result is not the one they must get. */
export const UNCOVERED: readonly string[] = [];

/** Verdicts over IPv6, where identifications and Don't Fragment do not exist, when they differ. */
export const WITHOUT_IPID: Readonly<Record<string, string>> = {
  // The device is known by its constant identification and clear DF; what is left is one family.
  A6: "suspect",
  A22: "suspect",
};
