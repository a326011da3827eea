// Turns text from the wire into text that may be printed anywhere: only 0x20-0x7E, at most 64
// octets, everything else escaped. Nothing leaves the judge without passing here.

/** Octets of a name or keyword that are kept. */
const PRINTABLE_MAX: i32 = 64;
const DIGITS = "0123456789abcdef";

function escape(code: i32): string {
  return "\\x" + DIGITS.charAt((code >> 4) & 15) + DIGITS.charAt(code & 15);
}

/** The text with everything outside 0x20-0x7E and the backslash escaped as \xNN, cut at 64 octets. */
export function printable(text: string): string {
  let out = "";
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const shown = code >= 0x20 && code <= 0x7e && code != 0x5c ? text.charAt(i) : escape(code);
    if (out.length + shown.length > PRINTABLE_MAX) break;
    out += shown;
  }
  return out;
}

/** A host token: letters, digits, dot, hyphen, colon, underscore and brackets; empty when it is anything else. */
export function hostToken(text: string): string {
  if (text.length == 0 || text.length > 255) return "";
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    const letter = (c | 0x20) >= 0x61 && (c | 0x20) <= 0x7a;
    const digit = c >= 0x30 && c <= 0x39;
    if (!letter && !digit && c != 0x2e && c != 0x2d && c != 0x3a && c != 0x5f && c != 0x5b && c != 0x5d) return "";
  }
  return text.toLowerCase();
}

/** Capability tokens, upper case, each printable and without blanks; empty ones are dropped. */
export function keywords(list: string[]): string[] {
  const out: string[] = [];
  for (let i = 0; i < list.length; i++) {
    const token = printable(list[i].toUpperCase());
    if (token.length > 0 && !token.includes(" ")) out.push(token);
  }
  return out;
}
