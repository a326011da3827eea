// A term is what stands in a mail dialog's evidence: a name, or `name:CLASS` where history or knowledge
// gave the name another class than its row.

import { mailClass } from "./catalogue";

/** The name of a term. */
export function termName(term: string): string {
  const colon = term.indexOf(":");
  return colon < 0 ? term : term.slice(0, colon);
}

/** The class of a term: its own, else that of its row. */
export function termClass(term: string): string {
  const colon = term.indexOf(":");
  return colon < 0 ? mailClass(term) : term.slice(colon + 1);
}

/** True when the term's name is in the list. */
export function hasTerm(terms: string[], name: string): bool {
  for (let i = 0; i < terms.length; i++) {
    if (termName(terms[i]) == name) return true;
  }
  return false;
}
