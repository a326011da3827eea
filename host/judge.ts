// Loads the judge, a WebAssembly module whose functions take and give strings and lists, and gives its
// exports types. Refuses a module that lacks a row for an evidence name the inspector exports.
// Decides nothing itself. See assembly/judge/index.ts for what each function answers.

import { instantiateSync } from "as-bind/dist/as-bind.cjs.js";
import type { AlertKind, Severity, Side, Verdict } from "./ground/alert.ts";
import { type Dialect, isDialect, TRAITS } from "./ground/dialect.ts";
import { EXIT, HostError } from "./ground/errors.ts";

/** Calls between two collections: the module's memory stays at a few pages. */
const CALLS_PER_COLLECTION = 256;
/** Answers remembered per question: a house's servers say a few dozen different things. */
const ANSWERS_MAX = 256;

/** Evidence names an inspector can report, as it exports them. */
export interface EvidenceNames {
  readonly mail: readonly string[];
  readonly segment: readonly string[];
}

/** What a mail evidence name is about. */
export type MailAbout =
  | "list"
  | "mask"
  | "offer"
  | "banner"
  | "command"
  | "upgrade"
  | "clear"
  | "view"
  | "session"
  | "";

/** What a segment evidence name is about; `connection`: none of its segments. */
export type SegmentAbout = "reset" | "segment" | "either" | "connection" | "";

/** What left the house in clear. */
export type Exposure = "nothing" | "mail" | "auth";

/**
 * Facts a text is made of. All are optional:
 * client, server, port, dialect, side, clientNear (1/0), guessed (1: which end is home's is not known), scope,
 * hidden, another (1: what is hidden is not the offer), mask, before (1: the baseline offered the keyword),
 * offer (1: seen, 0: missing), exposed, message (1), auth (refused accepted), tls (1), fingerprint, uplink,
 * latency and rtt (ms), resetTtl, farTtl, sender, reason, signature (a header in words, or
 * `alike` where the fingerprint names it).
 */
export type Facts = Readonly<Record<string, string>>;

/** The judge. Mail terms are evidence names, or `name:CLASS` where history changed the class (S M W). */
export interface Judge {
  /** Class of a mail evidence name: P S M w W C I; empty without a row. */
  mailClass(name: string): string;
  /** What a mail evidence name is about; empty without a row. */
  mailAbout(name: string): MailAbout;
  /** Family of a segment evidence name; empty without a row. */
  segmentFamily(name: string): string;
  /** What a segment evidence name is about; empty without a row. */
  segmentAbout(name: string): SegmentAbout;
  mailVerdict(terms: readonly string[]): Verdict;
  segmentVerdict(
    weak: readonly string[],
    strong: readonly string[],
    conclusive: readonly string[],
  ): Verdict;
  mailSeverity(verdict: Verdict, exposed: Exposure, cap: Severity | null): Severity;
  segmentSeverity(verdict: Verdict, dataCut: boolean): Severity;
  mailSide(terms: readonly string[], clientNear: boolean): Side;
  mailFingerprint(terms: readonly string[], offered: readonly string[]): string | null;
  /** What masks of key length hide, by list order: a keyword, or null when it cannot be told. */
  hiddenUpgrade(offered: readonly string[], dialect: Dialect): string | null;
  isMask(token: string): boolean;
  /** The list expected instead of `offered`; null when nothing can be expected. */
  expectedList(
    offered: readonly string[],
    before: readonly string[],
    dialect: Dialect,
    missing: boolean,
  ): readonly string[] | null;
  /** Capability tokens, upper case, escaped, at most 64 octets each. */
  keywords(list: readonly string[]): readonly string[];
  /** A host token in lower case, or null when it is none. */
  hostToken(text: string): string | null;
  /** Text escaped outside 0x20-0x7E and cut at 64 octets. */
  printable(text: string): string;
  mailText(terms: readonly string[], facts: Facts): string;
  exposedText(facts: Facts): string;
  segmentText(kind: AlertKind, verdict: Verdict, evidence: readonly string[], facts: Facts): string;
  blockedText(facts: Facts): string;
  withdrawnText(facts: Facts): string;
  /** Frees what earlier calls left behind. Called by itself every few hundred calls. */
  collect(): void;
  /** Octets of linear memory in use. */
  memorySize(): number;
}

type Crossing = string | number | boolean | readonly string[];
type Call = (...values: readonly Crossing[]) => unknown;

/** `key=value` lines; what the judge's words need of the dialect is added. */
function lines(facts: Facts): string[] {
  const traits = isDialect(facts.dialect ?? "") ? TRAITS[facts.dialect as Dialect] : null;
  const words =
    traits === null ? {} : { key: traits.keyword, securePort: `${traits.tlsPorts[0] ?? ""}` };
  return Object.entries({ ...words, ...facts }).map(([key, value]) => `${key}=${value}`);
}

function callable(exports: Record<string, unknown>, name: string): Call {
  const entry = exports[name];
  if (typeof entry !== "function") {
    throw new HostError(EXIT.trapped, `The judge module has no function ${name}; rebuild it.`);
  }
  // The seam: as-bind gives untyped functions.
  return entry as Call;
}

function assertRows(judge: Judge, names: EvidenceNames): void {
  for (const name of names.mail) {
    if (judge.mailClass(name) === "") {
      throw new HostError(EXIT.trapped, `The judge has no row for mail evidence ${name}; rebuild.`);
    }
  }
  for (const name of names.segment) {
    if (judge.segmentFamily(name) === "") {
      throw new HostError(
        EXIT.trapped,
        `The judge has no row for segment evidence ${name}; rebuild.`,
      );
    }
  }
}

/**
 * The judge's answers depend on nothing but the question, and honest sessions ask the same ones all
 * day: a bounded memory of answers spares the way over the seam.
 */
function remembered(call: Call): Call {
  const answers = new Map<string, unknown>();
  return (...values) => {
    const key = JSON.stringify(values);
    if (answers.has(key)) return answers.get(key);
    const answer = call(...values);
    if (answers.size >= ANSWERS_MAX) answers.clear();
    answers.set(key, Array.isArray(answer) ? Object.freeze(answer) : answer);
    return answer;
  };
}

/**
 * Loads the judge from the octets of its module.
 * @throws HostError when a function is missing or an evidence name has no row.
 */
export function loadJudge(wasm: Uint8Array, names: EvidenceNames): Judge {
  const { exports } = instantiateSync(wasm, {});
  const memory = exports.memory as WebAssembly.Memory;
  const collect = callable(exports, "__collect");
  let calls = 0;
  const question = (name: string): Call => {
    const call = callable(exports, name);
    return (...values) => {
      if (++calls % CALLS_PER_COLLECTION === 0) collect();
      return call(...values);
    };
  };
  const ask = (name: string): Call => remembered(question(name));
  const text = (name: string) => {
    const call = ask(name);
    return (...values: readonly Crossing[]): string => String(call(...values));
  };
  const orNull = (answer: string): string | null => (answer === "" ? null : answer);
  const mailClass = text("mailClass");
  const mailAbout = text("mailAbout");
  const segmentFamily = text("segmentFamily");
  const segmentAbout = text("segmentAbout");
  const mailVerdict = text("mailVerdict");
  const segmentVerdict = text("segmentVerdict");
  const mailSeverity = text("mailSeverity");
  const segmentSeverity = text("segmentSeverity");
  const mailSide = text("mailSide");
  const mailFingerprint = text("mailFingerprint");
  const hiddenUpgrade = text("hiddenUpgrade");
  const isMask = ask("isMask");
  const expectedList = ask("expectedList");
  const keywords = ask("keywords");
  const hostToken = text("hostToken");
  const printable = text("printable");
  const mailText = text("mailText");
  const exposedText = text("exposedText");
  const segmentText = text("segmentText");
  const blockedText = text("blockedText");
  const withdrawnText = text("withdrawnText");
  const judge: Judge = {
    mailClass: (name) => mailClass(name),
    mailAbout: (name) => mailAbout(name) as MailAbout,
    segmentFamily: (name) => segmentFamily(name),
    segmentAbout: (name) => segmentAbout(name) as SegmentAbout,
    mailVerdict: (terms) => mailVerdict(terms) as Verdict,
    segmentVerdict: (weak, strong, conclusive) =>
      segmentVerdict(weak, strong, conclusive) as Verdict,
    mailSeverity: (verdict, exposed, cap) => mailSeverity(verdict, exposed, cap ?? "") as Severity,
    segmentSeverity: (verdict, dataCut) => segmentSeverity(verdict, dataCut) as Severity,
    mailSide: (terms, clientNear) => mailSide(terms, clientNear) as Side,
    mailFingerprint: (terms, offered) => orNull(mailFingerprint(terms, offered)),
    hiddenUpgrade: (offered, dialect) =>
      orNull(hiddenUpgrade(offered, dialect, TRAITS[dialect].keyword)),
    isMask: (token) => Boolean(isMask(token)),
    expectedList: (offered, before, dialect, missing) => {
      const { keyword } = TRAITS[dialect];
      const list = expectedList(offered, before, dialect, missing, keyword) as string[];
      return list.length === 0 ? null : list;
    },
    keywords: (list) => keywords(list) as string[],
    hostToken: (token) => orNull(hostToken(token)),
    printable: (value) => printable(value),
    mailText: (terms, facts) => mailText(terms, lines(facts)),
    exposedText: (facts) => exposedText(lines(facts)),
    segmentText: (kind, verdict, evidence, facts) =>
      segmentText(kind, verdict, evidence, lines(facts)),
    blockedText: (facts) => blockedText(lines(facts)),
    withdrawnText: (facts) => withdrawnText(lines(facts)),
    collect: () => {
      collect();
    },
    memorySize: () => memory.buffer.byteLength,
  };
  assertRows(judge, names);
  return judge;
}
