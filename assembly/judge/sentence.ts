// Fills `{key}` in a sentence with facts, and picks the sentence of the first evidence that is present.

import { hasTerm } from "./evidence-table";
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

/** Of rows (name, sentence, name, sentence …) the sentence of the first name among the terms; else empty. */
export function firstSentence(rows: string[], terms: string[]): string {
  for (let i = 0; i + 1 < rows.length; i += 2) {
    if (hasTerm(terms, rows[i])) return rows[i + 1];
  }
  return "";
}
