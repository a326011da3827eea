// What each evidence name is worth: the rows of the mail catalogue and the families of the segment
// rules, as data. Turns a name into its class; combines nothing (verdict.ts does).
// A name without a row has no class, and the host refuses an inspector that exports such a name.

/** Classes of mail evidence, strongest first. */
export const PROOF = "P";
export const STRONG = "S";
export const MODERATE = "M";
/** Weak, and enough for `suspect` all by itself. */
export const SUGGESTIVE = "w";
export const WEAK = "W";
/** What the owner lost: it raises the severity, never the verdict. */
export const CONSEQUENCE = "C";
/** Tells how much was seen, or that all is well. */
export const INFORMATION = "I";

const mail = new Map<string, string>();
mail.set("echo-masked", PROOF);
mail.set("cmd-masked", PROOF);
mail.set("cap-forked", PROOF);

mail.set("cap-masked", STRONG);
mail.set("cap-hole", STRONG);
mail.set("cap-missing-known", STRONG);
mail.set("cap-missing-policy", STRONG);
mail.set("tls-demanded", STRONG);
mail.set("starttls-unknown", STRONG);
mail.set("ehlo-nooped", STRONG);
mail.set("no-tls-after-go", STRONG);
mail.set("inject-c2s", STRONG);
mail.set("inject-s2c", STRONG);
mail.set("text-on-tls-port", STRONG);
mail.set("cap-vanished", STRONG);

mail.set("cap-mangled", MODERATE);
mail.set("cap-unterminated", MODERATE);
mail.set("cap-swapped", MODERATE);
mail.set("starttls-odd", MODERATE);
mail.set("banner-masked", MODERATE);
mail.set("rst-at-starttls", MODERATE);
mail.set("preauth", MODERATE);
mail.set("pretls-data", MODERATE);
mail.set("same-front", MODERATE);
mail.set("tls-lapsed", MODERATE);
mail.set("near-quit", MODERATE);

mail.set("starttls-temp", SUGGESTIVE);
mail.set("cap-masked-other", SUGGESTIVE);

mail.set("ehlo-denied", WEAK);
mail.set("banner-mismatch", WEAK);
mail.set("dialect-mismatch", WEAK);
mail.set("stall-at-hello", WEAK);
mail.set("referral", WEAK);

mail.set("clear-auth", CONSEQUENCE);
mail.set("clear-mail", CONSEQUENCE);
mail.set("clear-read", CONSEQUENCE);

mail.set("cmd-odd", INFORMATION);
mail.set("port-closed", INFORMATION);
mail.set("tls-unused", INFORMATION);
mail.set("never-offered", INFORMATION);
mail.set("cap-appeared", INFORMATION);
mail.set("tls-ok", INFORMATION);
mail.set("view-oneway", INFORMATION);
mail.set("view-gap", INFORMATION);
mail.set("line-long", INFORMATION);

/** Families of segment evidence: within one, only the strongest counts. */
const family = new Map<string, string>();
family.set("rst-then-synack", "state");
family.set("rst-ack-progress", "state");
family.set("rst-data-after", "state");
family.set("rst-alive-after", "state");
family.set("ack-seq-regress", "state");
family.set("synack-conflict", "state");

family.set("rst-seq-ladder", "sequence");
family.set("rst-ack-change", "sequence");
family.set("rst-ack-wrong", "sequence");
family.set("rst-data-before", "sequence");
family.set("rst-seq-ahead", "sequence");
family.set("rst-seq-zero", "sequence");

family.set("rst-ttl-implausible", "ttl");
family.set("rst-ttl-step", "ttl");
family.set("rst-ttl-diverse", "ttl");
family.set("seg-ttl-implausible", "ttl");
family.set("seg-ttl-step", "ttl");

family.set("rst-ipid-echo", "ipid");
family.set("rst-ipid-break", "ipid");
family.set("seg-ipid-echo", "ipid");

family.set("ts-missing", "option");
family.set("rst-ts-bogus", "option");

family.set("rst-early", "time");

family.set("seg-overlap-conflict", "content");

family.set("rst-win-ladder", "fingerprint");
family.set("rst-burst", "fingerprint");
family.set("rst-flags-odd", "fingerprint");
family.set("fp-sandvine-packetlogic", "fingerprint");
family.set("fp-rae", "fingerprint");
family.set("fp-henan", "fingerprint");
family.set("fp-perftech", "fingerprint");
family.set("fp-scapy-default", "fingerprint");
family.set("fp-unknown-constant", "fingerprint");
family.set("fp-constant-distance", "fingerprint");

// Said of several connections together; weighs nothing for one.
family.set("name-differential", "comparison");
family.set("near-proxy", "comparison");

// Silence is never an accusation by itself; only the name differential lifts it.
family.set("syn-silent", "silence");
family.set("ch-silent", "silence");
family.set("flow-freeze", "silence");

family.set("icmp-prohibited", "refusal");

/** Class of a mail evidence name (`P` `S` `M` `w` `W` `C` `I`), or the empty string when it has no row. */
export function mailClass(name: string): string {
  return mail.has(name) ? mail.get(name) : "";
}

/** Family of a segment evidence name, or the empty string when it has no row. */
export function segmentFamily(name: string): string {
  return family.has(name) ? family.get(name) : "";
}

/** The name of a term `name` or `name:CLASS`. */
export function termName(term: string): string {
  const colon = term.indexOf(":");
  return colon < 0 ? term : term.slice(0, colon);
}

/** The class of a term: its own where history or knowledge gave one, else the table's. */
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
