// Turns the mail part of a finding, with the terms history made of it, into an opinion: verdict,
// severity, side, likeness and the expected list. Asks the judge for every decision.

import type { Finding, MailSeen } from "../finding.ts";
import type { Dialect, Exposure, Judge } from "../judge.ts";
import type { Severity } from "./alert.ts";
import { type Opinion, sortedNames, termName } from "./opinion.ts";

/** What history and knowledge say about a session. */
export interface MailHistory {
  /** Evidence as `name` or `name:CLASS`; replaces the finding's own list. */
  readonly terms: readonly string[];
  /** The list this server offered before; empty when there is none. */
  readonly before: readonly string[];
  /** True when the lost offer looks like a settled change of the server. */
  readonly settledChange: boolean;
}

/** Evidence that says something about the capability list, so that an expected list makes sense. */
const ABOUT_LIST = [
  "cap-masked",
  "cap-masked-other",
  "cap-mangled",
  "cap-hole",
  "cap-unterminated",
  "cap-vanished",
  "cap-missing-known",
  "cap-missing-policy",
  "cap-swapped",
  "cap-forked",
  "tls-demanded",
  "ehlo-denied",
  "ehlo-nooped",
];
/** Evidence that says STARTTLS is offered behind what was seen. */
const OFFER_IS_KNOWN = ["cap-missing-known", "cap-missing-policy", "tls-demanded"];
/** Evidence that leaves open which keyword was hidden. */
const ONLY_REWRITTEN = ["cap-masked", "cap-masked-other", "banner-masked", "banner-mismatch"];

/** The dialect of a finding with a mail dialog; what is none of the three is spoken like SMTP. */
export function dialectOf(finding: Finding): Dialect {
  return finding.application === "imap" || finding.application === "pop3"
    ? finding.application
    : "smtp";
}

function exposure(mail: MailSeen, names: ReadonlySet<string>): Exposure {
  if (names.has("tls-ok")) return "nothing";
  if (names.has("clear-auth") && mail.authLevel === "reusable") return "auth";
  if (names.has("clear-mail") || names.has("clear-read")) return "mail";
  return "nothing";
}

/** The list order says that the mask hides another keyword, and nothing else speaks for the upgrade. */
function hidesAnother(
  mail: MailSeen,
  hidden: string | null,
  telling: readonly string[],
  before: readonly string[],
): boolean {
  if (hidden === null || hidden === "STARTTLS" || hidden === "STLS") return false;
  if (mail.tlsRequested || before.includes("STARTTLS")) return false;
  return telling.every((name) => ONLY_REWRITTEN.includes(name));
}

/** The opinion about a mail dialog, or null when the finding has none. */
export function mailOpinion(finding: Finding, history: MailHistory, judge: Judge): Opinion | null {
  const mail = finding.mail;
  if (mail === null) return null;
  const dialect = dialectOf(finding);
  const offered = mail.offered === null ? null : judge.keywords(mail.offered);
  const names = new Set(history.terms.map(termName));
  const evidence = sortedNames(names).filter((name) => judge.mailClass(name) !== "I");
  const verdict = judge.mailVerdict(history.terms);
  const exposed = exposure(mail, names);
  if (verdict === "none" || verdict === "withdrawn") {
    return {
      kind: "capability-rewritten",
      verdict: "none",
      severity: judge.mailSeverity("none", exposed, null),
      evidence,
      side: "unknown",
      fingerprint: null,
      offered,
      expected: null,
      frames: mail.frames,
      facts: { exposed },
      terms: history.terms,
    };
  }
  const hidden = names.has("cap-masked") ? judge.hiddenUpgrade(offered ?? [], dialect) : null;
  const telling = evidence.filter((name) => judge.mailClass(name) !== "C");
  let cap: Severity | null = null;
  // The remote site's own firewall is the common cause of a masked banner between mail servers.
  if (names.has("banner-masked") && finding.serverPort === 25 && !names.has("clear-auth")) {
    cap = "warning";
  }
  if (names.has("cap-masked") && hidesAnother(mail, hidden, telling, history.before))
    cap = "notice";
  if (history.settledChange && telling.every((name) => name === "cap-vanished")) cap = "notice";
  const aboutList = telling.some((name) => ABOUT_LIST.includes(name));
  const missing = OFFER_IS_KNOWN.some((name) => names.has(name));
  const fingerprint = judge.mailFingerprint(history.terms, offered ?? []);
  const mask = mail.maskIndex === null ? undefined : offered?.[mail.maskIndex];
  return {
    kind: "capability-rewritten",
    verdict,
    severity: judge.mailSeverity(verdict, exposed, cap),
    evidence,
    side: judge.mailSide(history.terms, finding.clientNear),
    fingerprint,
    offered,
    expected: aboutList
      ? judge.expectedList(offered ?? [], history.before, dialect, missing)
      : null,
    frames: mail.frames,
    facts: {
      dialect,
      exposed,
      clientNear: finding.clientNear ? "1" : "0",
      hidden: hidden ?? "",
      mask: mask ?? "",
      before: history.before.some((word) => word === "STARTTLS" || word === "STLS") ? "1" : "",
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
      offered: seen.listState === "complete" ? (seen.tlsOffered ? "1" : "0") : "",
    },
  };
}
