// What the product does not do yet, by case. A case that starts to pass must leave the list: the test
// says so.

/** Cases whose result is not the one they must get. */
export const UNCOVERED: readonly string[] = [];
