// Reads a capability list as it was seen and says what it probably was: which keyword a mask hides
// (by its length and its place in the server family's usual order) and the list without masks.
// An eight-letter mask proves a rewritten list, not a hidden STARTTLS.

import { KEYWORD_ORDERS } from "./keyword-order";

/** A family is believed when at least this many keywords stand unmasked in its order. */
const ANCHORS_MIN: i32 = 2;
/** A blank and the shortest parameter that real lists carry (AUTH NTLM, SIZE 1000). */
const PARAMETERS_MIN: i32 = 5;

/**
 * True when a token is a mask: at least 4 octets of one letter out of X x * #, the last of which may
 * be A-Z (some devices count the lines they masked).
 */
export function isMask(token: string): bool {
  if (token.length < 4) return false;
  const first = token.charCodeAt(0);
  if (first != 0x58 && first != 0x78 && first != 0x2a && first != 0x23) return false;
  for (let i = 1; i < token.length - 1; i++) {
    if (token.charCodeAt(i) != first) return false;
  }
  const last = token.charCodeAt(token.length - 1);
  return last == first || (last >= 0x41 && last <= 0x5a);
}

function takesParameters(entry: string): bool {
  return entry.endsWith("*");
}

function keywordOf(entry: string): string {
  return takesParameters(entry) ? entry.slice(0, entry.length - 1) : entry;
}

/** A mask of two or three letters cannot be told from a keyword by itself, but next to longer masks it can. */
function maskLike(token: string): bool {
  if (isMask(token)) return true;
  if (token.length < 2 || token.length > 3 || token.charCodeAt(0) != 0x58) return false;
  for (let i = 1; i < token.length - 1; i++) {
    if (token.charCodeAt(i) != 0x58) return false;
  }
  return true;
}

function fits(token: string, entry: string): bool {
  const keyword = keywordOf(entry);
  if (!maskLike(token)) return token == keyword;
  if (token.length == keyword.length) return true;
  return takesParameters(entry) && token.length >= keyword.length + PARAMETERS_MIN;
}

/**
 * For every place of the order at which `offered[mask]` can stand when the whole list is laid along the
 * order without crossing: the keyword there. Keywords the order does not know are stepped over.
 */
function candidates(offered: string[], mask: i32, order: string[]): string[] {
  const known = new Array<bool>(offered.length).fill(false);
  let anchors = 0;
  for (let i = 0; i < offered.length; i++) {
    for (let k = 1; k < order.length; k++) {
      if (fits(offered[i], order[k])) known[i] = true;
    }
    if (known[i] && !maskLike(offered[i])) anchors++;
    if (!known[i] && maskLike(offered[i])) return [];
  }
  if (anchors < ANCHORS_MIN) return [];
  // earliest[i] (latest[i]): first (last) place at which token i can stand with all before (after) it placed.
  const earliest = new Array<i32>(offered.length).fill(0);
  let place = 0;
  for (let i = 0; i < offered.length; i++) {
    if (!known[i]) continue;
    place++;
    while (place < order.length && !fits(offered[i], order[place])) place++;
    if (place >= order.length) return [];
    earliest[i] = place;
  }
  const latest = new Array<i32>(offered.length).fill(0);
  place = order.length;
  for (let i = offered.length - 1; i >= 0; i--) {
    if (!known[i]) continue;
    place--;
    while (place > 0 && !fits(offered[i], order[place])) place--;
    latest[i] = place;
  }
  const found: string[] = [];
  for (let k = earliest[mask]; k <= latest[mask]; k++) {
    const keyword = keywordOf(order[k]);
    if (fits(offered[mask], order[k]) && !offered.includes(keyword)) found.push(keyword);
  }
  return found;
}

/** How many keywords of the list, masks included, the order knows. */
function acquaintance(offered: string[], order: string[]): i32 {
  let count = 0;
  for (let i = 0; i < offered.length; i++) {
    for (let k = 1; k < order.length; k++) {
      if (!fits(offered[i], order[k])) continue;
      count++;
      break;
    }
  }
  return count;
}

/**
 * The keyword hidden by the mask at `mask`, by the usual order of the server families that know the list
 * best; empty when none fits or they disagree. Always an inference.
 */
function hiddenKeyword(offered: string[], mask: i32, dialect: string): string {
  if (mask < 0 || mask >= offered.length) return "";
  let best = 0;
  let answers: string[] = [];
  for (let f = 0; f < KEYWORD_ORDERS.length; f++) {
    const order = KEYWORD_ORDERS[f].split(" ");
    if (!order[0].startsWith(dialect + "/")) continue;
    const found = candidates(offered, mask, order);
    const known = acquaintance(offered, order);
    if (found.length == 0 || known < best) continue;
    if (known > best) answers = [];
    best = known;
    answers = answers.concat(found);
  }
  for (let i = 1; i < answers.length; i++) {
    if (answers[i] != answers[0]) return "";
  }
  return answers.length > 0 ? answers[0] : "";
}

/**
 * What the masks as long as `key`, the dialect's upgrade keyword, hide: the upgrade keyword when one of them does, another keyword when all
 * are known to hide others, empty when it cannot be told.
 */
export function hiddenUpgrade(offered: string[], dialect: string, key: string): string {
  let other = "";
  let open = false;
  for (let i = 0; i < offered.length; i++) {
    if (!isMask(offered[i]) || offered[i].length != key.length) continue;
    const hidden = hiddenKeyword(offered, i, dialect);
    if (hidden == key) return key;
    if (hidden == "") open = true;
    else if (other == "") other = hidden;
  }
  return open ? "" : other;
}

/**
 * The list as it is expected: the one this server offered before when there is one; else the list as
 * seen with its masks of key length replaced, when all of them can be told; else with the upgrade keyword
 * added when `missing` (it is known to be offered). Empty when nothing can be expected.
 */
export function expectedList(
  offered: string[], before: string[], dialect: string, missing: bool, key: string,
): string[] {
  if (before.length > 0) return before;
  const list: string[] = [];
  let replaced = false;
  for (let i = 0; i < offered.length; i++) {
    if (!isMask(offered[i])) {
      list.push(offered[i]);
      continue;
    }
    const hidden = hiddenKeyword(offered, i, dialect);
    if (hidden == "" && offered[i].length == key.length) return [];
    if (hidden != "") replaced = true;
    list.push(hidden == "" ? offered[i] : hidden);
  }
  if (replaced) return list;
  if (!missing) return [];
  list.push(key);
  return list;
}
