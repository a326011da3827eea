// Turns a finding, what its server did before and what is known of it into evidence terms: adds what
// only comparison can see, replaces "never offered" by what it really is, and gives names the class that
// history lends them. Holds no state and decides no verdict. Absence counts only when all was seen.

import { isLocalAddress } from "../ground/address.ts";
import type { Dialect } from "../ground/dialect.ts";
import type { Finding, MailSeen } from "../ground/finding.ts";
import type { View } from "./book.ts";
import { isSameList, normalised } from "./entry.ts";
import { type Knowledge, namesOf } from "./knowledge.ts";

/** Lists that share less than this part of their keywords come from different servers. */
const SWAPPED_BELOW = 0.4;
const SWAPPED_WORDS_MIN = 2;
/** Sessions with TLS after which a pair, or a server, is expected to use it. */
const LAPSED_TLS_OK = 3;
const NEAR_QUIT_TLS_OK = 1;
const RESET_TLS_OK = 3;

/** What comparison made of a mail dialog. */
export interface History {
  /** `name` or `name:CLASS`. */
  readonly terms: readonly string[];
  /** The list to expect; empty when none is known. */
  readonly before: readonly string[];
  readonly settledChange: boolean;
  /** The lost offer was judged on thin history. */
  readonly doubtful: boolean;
}

/** What a session is compared with, beside its server's history. */
export interface Comparison {
  readonly view: View;
  readonly knowledge: Knowledge;
  readonly dialect: Dialect;
  /** The segments of this connection look forged. */
  readonly resetForged: boolean;
  /** The client's address is of one machine, not of all that share the line. */
  readonly isOneMachine: boolean;
  /** Its greeting and list are one front for unrelated operators. */
  readonly sameFront: boolean;
}

/** True when command and whole answer were seen without a gap: only then absence is evidence. */
export function isFullView(mail: MailSeen): boolean {
  const blind = mail.evidence.includes("view-oneway") || mail.evidence.includes("view-gap");
  return !blind && mail.listState === "complete";
}

/** True when the offer is missing where it would have been seen. A denied EHLO lists nothing at all. */
function isAbsent(mail: MailSeen): boolean {
  const blind = mail.evidence.includes("view-oneway") || mail.evidence.includes("view-gap");
  const listed = mail.listState === "complete" || mail.evidence.includes("ehlo-denied");
  const elsewhere = mail.tlsState === "implicit" || mail.evidence.includes("text-on-tls-port");
  return listed && !blind && !elsewhere && !mail.tlsOffered;
}

function similarity(a: readonly string[], b: readonly string[]): number {
  if (isSameList(a, b)) return 1;
  const left = new Set(normalised(a));
  const right = new Set(normalised(b));
  const shared = [...left].filter((word) => right.has(word)).length;
  return shared / (left.size + right.size - shared);
}

/** True when the list has hardly anything in common with any earlier one. Masked lists are judged by their masks. */
function isSwapped(mail: MailSeen, view: View): boolean {
  const offered = mail.offered ?? [];
  if (!isFullView(mail) || mail.maskCount > 0 || offered.length < SWAPPED_WORDS_MIN) return false;
  const lists = view.lists.filter((list) => list.length >= SWAPPED_WORDS_MIN);
  return lists.length > 0 && lists.every((list) => similarity(list, offered) < SWAPPED_BELOW);
}

/** True where history says little: unsteady, and of a private address, which another house's machine may have. */
function isThin(finding: Finding, view: View): boolean {
  return !view.steady && isLocalAddress(finding.server);
}

/** The class of a lost offer: strong on steady history, else moderate; null when nothing was lost. */
function vanishedClass(finding: Finding, view: View): "S" | "M" | "W" | null {
  if (view.offers === 0) return null;
  if (view.steady && !view.settledChange) return "S";
  return isThin(finding, view) ? "W" : "M";
}

function absenceTerms(finding: Finding, comparison: Comparison): string[] {
  const { view, knowledge, dialect } = comparison;
  const names = namesOf(finding);
  if (knowledge.isPlain(names, finding.serverPort, dialect)) return [];
  const terms: string[] = [];
  const vanished = vanishedClass(finding, view);
  if (vanished !== null) terms.push(`cap-vanished:${vanished}`);
  const known = knowledge.offerWeight(names, finding.serverPort, dialect, finding.time);
  if (known !== null) terms.push(`cap-missing-known:${known}`);
  if (finding.serverPort === 25 && view.policy !== null) {
    terms.push(`cap-missing-policy:${view.policy === "fetched" ? "S" : "M"}`);
  }
  return terms;
}

/** Answers in another program's words than the server is known to speak: more when its offer is missing, too. */
function alienTerms(
  finding: Finding,
  mail: MailSeen,
  knowledge: Knowledge,
  compared: readonly string[],
): string[] {
  const how = knowledge.alien(namesOf(finding), mail.family);
  if (how === null) return [];
  const missing = compared.some((term) => term.startsWith("cap-missing-known"));
  return [missing && how === "name" ? "dialect-mismatch:M" : "dialect-mismatch"];
}

/** The class history lends to a name the inspector reported, or null when its own class stands. */
function lentClass(
  name: string,
  comparison: Comparison,
  finding: Finding,
  mail: MailSeen,
): "S" | "M" | null {
  const { view, dialect, resetForged } = comparison;
  if (name === "ehlo-denied") return view.offers > 0 ? "M" : null;
  if (name === "stall-at-hello") return view.tlsOk > 0 ? "M" : null;
  // Of one connection alone, or of a list whose words some servers part by two blanks.
  if (name === "cap-vanished" || (name === "cap-hole" && dialect === "imap")) return "M";
  // A stranger who writes XXXX to the house's own server may be a scanner.
  if (name === "cmd-masked") return !finding.clientNear && mail.listState === "none" ? "M" : null;
  if (name === "preauth") return view.offers > 0 ? "S" : null;
  if (name === "rst-at-starttls") {
    return view.tlsOk >= RESET_TLS_OK || resetForged ? "S" : null;
  }
  // "Use port 995" is a lawful meaning of a refusal where the operator is known for that port only.
  if (name === "tls-demanded") return dialect === "pop3" && view.implicitOnly ? "M" : null;
  return null;
}

function behaviourTerms(mail: MailSeen, view: View, isOneMachine: boolean): string[] {
  const terms: string[] = [];
  if (isOneMachine && mail.evidence.includes("tls-unused") && view.pairTlsOk >= LAPSED_TLS_OK) {
    terms.push("tls-lapsed");
  }
  const quit = mail.quitAfterList && mail.tlsOffered && !mail.tlsRequested;
  if (isOneMachine && quit && view.pairTlsOk >= NEAR_QUIT_TLS_OK) terms.push("near-quit");
  if (mail.tlsOffered && isFullView(mail) && view.offers === 0 && view.noOffers > 0) {
    terms.push("cap-appeared");
  }
  return terms;
}

/** True while an offer may still be used, and once it was: it explains a list or a front unlike earlier ones. */
function isExplained({ cause }: Finding, mail: MailSeen): boolean {
  if (!mail.tlsOffered) return false;
  if (mail.evidence.includes("tls-ok")) return true;
  const clear = mail.evidence.some((name) => name.startsWith("clear-"));
  return !clear && !mail.dialogOver && cause !== "ended" && mail.starttlsReply < 400;
}

/** Compares a mail dialog with history and knowledge. */
export function compare(finding: Finding, mail: MailSeen, comparison: Comparison): History {
  const { view } = comparison;
  const compared = isAbsent(mail) ? absenceTerms(finding, comparison) : [];
  const other = !isExplained(finding, mail);
  if (other && isSwapped(mail, view)) {
    compared.push(isThin(finding, view) ? "cap-swapped:W" : "cap-swapped");
  }
  if (other && comparison.sameFront) compared.push("same-front");
  compared.push(...alienTerms(finding, mail, comparison.knowledge, compared));
  const lost = compared.some((term) => term.startsWith("cap-vanished"));
  const terms = mail.evidence
    .filter((name) => name !== "never-offered" || compared.length === 0)
    .filter((name) => name !== "cap-vanished" || !lost)
    // A greeting host that differs from the list's own is only told where it also differs from before.
    .filter(
      (name) =>
        name !== "banner-mismatch" ||
        (view.greetings.length > 0 && !view.greetings.includes(mail.greetingHost)),
    )
    .map((name) => {
      const lent = lentClass(name, comparison, finding, mail);
      return lent === null ? name : `${name}:${lent}`;
    });
  terms.push(...compared, ...behaviourTerms(mail, view, comparison.isOneMachine));
  return {
    terms,
    before: [...view.lists].reverse().find((list) => list.length > 0) ?? [],
    settledChange: view.settledChange,
    doubtful: view.offers > 0 && !view.steady,
  };
}
