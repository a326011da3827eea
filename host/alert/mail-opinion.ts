// Turns the mail part of a finding, with the terms history made of it, into an opinion: verdict,
// severity, side, likeness and the expected list. Asks the judge for every decision.

import type { History } from "../baseline/history.ts";
import { misfit } from "../ground/abi.ts";
import type { Scope, Severity } from "../ground/alert.ts";
import { type Dialect, isDialect, UPGRADE_KEYWORDS } from "../ground/dialect.ts";
import type { Finding, MailSeen } from "../ground/finding.ts";
import type { Exposure, Judge, MailAbout } from "../judge.ts";
import { type Opinion, sortedNames, termName } from "./opinion.ts";

/** About the capability list, so that an expected list makes sense. */
const ABOUT_LIST: readonly MailAbout[] = ["list", "mask", "offer"];
/** Leaves open which keyword was hidden. */
const ONLY_REWRITTEN: readonly MailAbout[] = ["mask", "banner"];

/** The dialect of a finding with a mail dialog, which says what it speaks. Throws HostError 70 when it does not. */
export function dialectOf({ application }: Finding): Dialect {
  if (!isDialect(application)) throw misfit(`a mail dialog that speaks ${application}`);
  return application;
}

function exposure(mail: MailSeen, names: ReadonlySet<string>): Exposure {
  if (names.has("tls-ok")) return "nothing";
  if (names.has("clear-auth") && mail.authLevel === "reusable") return "auth";
  if (names.has("clear-mail") || names.has("clear-read")) return "mail";
  return "nothing";
}

/** Whether the offer to encrypt was seen: 1, 0, or empty while no list was. */
function offerOf(mail: MailSeen): string {
  if (mail.tlsOffered) return "1";
  return mail.listState === "none" && mail.ehloReply === 0 ? "" : "0";
}

/** The list order says that the mask hides another keyword, and nothing else speaks for the upgrade. */
function hidesAnother(
  mail: MailSeen,
  hidden: string | null,
  evidence: readonly string[],
  before: readonly string[],
  judge: Judge,
): boolean {
  if (hidden === null || UPGRADE_KEYWORDS.includes(hidden)) return false;
  if (mail.tlsRequested || before.some((word) => UPGRADE_KEYWORDS.includes(word))) return false;
  const telling = evidence.filter((name) => judge.mailClass(name) !== "C");
  return telling.every((name) => ONLY_REWRITTEN.includes(judge.mailAbout(name)));
}

/** A lost offer, and nothing beside it but what it led to. */
export function isOnlyVanished(evidence: readonly string[], judge: Judge): boolean {
  const telling = evidence.filter((name) => judge.mailClass(name) !== "C");
  return telling.length === 1 && telling[0] === "cap-vanished";
}

/** The highest severity allowed for what was seen, or null. */
function severityCap(
  finding: Finding,
  evidence: readonly string[],
  history: History,
  judge: Judge,
  another: boolean,
  scope: Scope,
): Severity | null {
  if (another) return "notice";
  if (history.settledChange && isOnlyVanished(evidence, judge)) return "notice";
  // The remote site's own firewall is the common cause of a masked banner between mail servers.
  const relayed = finding.serverPort === 25 && !evidence.includes("clear-auth");
  if (relayed && evidence.includes("banner-masked") && scope !== "several-operators") {
    return "warning";
  }
  return null;
}

/** A dialog without a verdict: it only feeds the flow line. */
function quiet(
  mail: MailSeen,
  history: History,
  judge: Judge,
  evidence: readonly string[],
  exposed: Exposure,
): Opinion {
  return {
    kind: "capability-rewritten",
    verdict: "none",
    severity: judge.mailSeverity("none", exposed, null),
    evidence,
    side: "unknown",
    scope: "unknown",
    fingerprint: null,
    offered: mail.offered === null ? null : judge.keywords(mail.offered),
    expected: null,
    frames: mail.frames,
    facts: { exposed },
    terms: history.terms,
  };
}

/**
 * The opinion about a mail dialog. `scopeOf` is asked once the dialog is known to be tampered with.
 */
export function mailOpinion(
  finding: Finding,
  mail: MailSeen,
  history: History,
  judge: Judge,
  scopeOf: () => Scope,
): Opinion {
  const names = new Set(history.terms.map(termName));
  const evidence = sortedNames(names).filter((name) => judge.mailClass(name) !== "I");
  const verdict = judge.mailVerdict(history.terms);
  const exposed = exposure(mail, names);
  if (verdict === "none" || verdict === "withdrawn") {
    return quiet(mail, history, judge, evidence, exposed);
  }
  const dialect = dialectOf(finding);
  const counted = scopeOf();
  // One front for unrelated operators is never the affair of one of them.
  const scope = names.has("same-front") ? "several-operators" : counted;
  const words = judge.keywords(mail.offered ?? []);
  const hidden = names.has("cap-masked") ? judge.hiddenUpgrade(words, dialect) : null;
  const another = hidesAnother(mail, hidden, evidence, history.before, judge);
  const cap = severityCap(finding, evidence, history, judge, another, scope);
  const aboutList = evidence.some((name) => ABOUT_LIST.includes(judge.mailAbout(name)));
  const missing = evidence.some((name) => judge.mailAbout(name) === "offer");
  const fingerprint = judge.mailFingerprint(history.terms, words);
  const offeredBefore = history.before.some((word) => UPGRADE_KEYWORDS.includes(word));
  return {
    kind: "capability-rewritten",
    verdict,
    severity: judge.mailSeverity(verdict, exposed, cap),
    evidence,
    side: judge.mailSide(history.terms, finding.clientNear),
    scope,
    fingerprint,
    offered: mail.offered === null ? null : words,
    expected: aboutList ? judge.expectedList(words, history.before, dialect, missing) : null,
    frames: mail.frames,
    facts: {
      dialect,
      exposed,
      hidden: hidden ?? "",
      another: another ? "1" : "",
      mask: (mail.maskIndex === null ? words.find(judge.isMask) : words[mail.maskIndex]) ?? "",
      message: names.has("clear-mail") ? "1" : "",
      auth: mail.authAnswer,
      offer: offerOf(mail),
      before: offeredBefore ? "1" : "",
      tls: names.has("tls-ok") ? "1" : "",
      fingerprint: fingerprint ?? "",
    },
    terms: history.terms,
  };
}

/** The opinion about reusable credentials in clear, once the dialog is over and shows no tampering; else null. */
export function exposedOpinion(finding: Finding, mail: Opinion): Opinion | null {
  const seen = finding.mail;
  if (seen === null || mail.verdict !== "none" || mail.facts.exposed !== "auth") return null;
  if (!seen.dialogOver && finding.cause !== "ended") return null;
  return {
    ...mail,
    kind: "cleartext-exposed",
    verdict: "proven",
    severity: "notice",
    evidence: mail.evidence.filter((name) => name.startsWith("clear-")),
    facts: {
      dialect: dialectOf(finding),
      auth: seen.authAnswer,
      offer: seen.listState === "complete" ? offerOf(seen) : "",
    },
  };
}
