// Fills `{key}` in a sentence with facts.

import { Facts } from "./facts";

/** The sentence with every `{key}` replaced by the fact of that name. */
export function fill(sentence: string, facts: Facts): string {
  let out = "";
  let at = 0;
  while (at < sentence.length) {
    const open = sentence.indexOf("{", at);
    const close = open < 0 ? -1 : sentence.indexOf("}", open);
    if (close < 0) break;
    out += sentence.slice(at, open) + facts.get(sentence.slice(open + 1, close));
    at = close + 1;
  }
  return out + sentence.slice(at);
}
