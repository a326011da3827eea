// What one server was seen to offer, as a small record, and what a session changes in it. Trust on
// first use: RFC 3207 §6 lets a client remember that TLS was used and warn when it is not.
// Times are seconds since 1970, taken from the packets.

import type { Dialect } from "../ground/dialect.ts";
import { DAY_SECONDS } from "../ground/time.ts";

/** Distinct days with an offer that are kept; two are enough to trust, more tell a longer story. */
const OFFER_DAYS_MAX = 32;
/** Different capability lists kept: pools and upgrades have a few. */
const LISTS_MAX = 4;
const GREETINGS_MAX = 4;
/** Offers that make an absence strong evidence, and the days they must be spread over. */
const STRONG_OFFERS = 3;
const STRONG_DAYS = 2;
/** A lost offer looks like a settled change after this many plain sessions over this long. */
const SETTLED_SESSIONS = 5;
const SETTLED_SECONDS = 7 * DAY_SECONDS;

/** A capability list that was offered, normalised, and how often. */
export interface KnownList {
  readonly words: readonly string[];
  count: number;
}

/** The memory of one (dialect, server address, port). */
export interface Entry {
  readonly dialect: Dialect;
  readonly server: string;
  readonly port: number;
  operator: string;
  /** True when only a greeting named the operator. */
  operatorGreeted: boolean;
  readonly firstSeen: number;
  lastSeen: number;
  offers: number;
  noOffers: number;
  lastOffer: number;
  lastNoOffer: number;
  /** Sessions that were judged suspect or worse: they never count as plain. */
  tainted: number;
  /** Sessions without the offer while history was too thin to be sure; they count once it returns. */
  doubtful: number;
  /** Day numbers since 1970 with an offer, newest last. */
  offerDays: number[];
  tlsOk: number;
  /** Consecutive sessions whose only fault is the lost offer, and when they began. */
  lossRun: number;
  lossSince: number;
  lists: KnownList[];
  greetings: string[];
}

/** What a settled session means for its server. */
export interface Session {
  readonly seconds: number;
  readonly offered: boolean;
  readonly tlsOk: boolean;
  /** Judged suspect or worse. */
  readonly tainted: boolean;
  /** Its only fault is that the offer is gone. */
  readonly onlyVanished: boolean;
  /** History was too thin for a strong judgement of the lost offer. */
  readonly doubtful: boolean;
  readonly words: readonly string[];
  readonly greetingHost: string;
}

/** A capability as it is compared: parameters and mechanisms do not matter. */
export function normalised(words: readonly string[]): string[] {
  return [...new Set(words.map((word) => word.toUpperCase().replace(/=.*$/, "")))].sort();
}

/** True for lists word for word the same: the usual case, told without normalising either. */
export function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((word, index) => word === b[index]);
}

export function newEntry(
  dialect: Dialect,
  server: string,
  port: number,
  operator: string,
  seconds: number,
): Entry {
  return {
    dialect,
    server,
    port,
    operator,
    operatorGreeted: false,
    firstSeen: seconds,
    lastSeen: seconds,
    offers: 0,
    noOffers: 0,
    lastOffer: 0,
    lastNoOffer: 0,
    tainted: 0,
    doubtful: 0,
    offerDays: [],
    tlsOk: 0,
    lossRun: 0,
    lossSince: 0,
    lists: [],
    greetings: [],
  };
}

function rememberList(entry: Entry, words: readonly string[]): void {
  const key = (list: readonly string[]): string => normalised(list).join(" ");
  const known =
    entry.lists.find((list) => isSameList(list.words, words)) ??
    entry.lists.find((list) => key(list.words) === key(words));
  if (known !== undefined) {
    known.count++;
    // The newest list stands last: it is the one an alert expects.
    entry.lists = [...entry.lists.filter((list) => list !== known), known];
    return;
  }
  entry.lists = [...entry.lists, { words: [...words], count: 1 }].slice(-LISTS_MAX);
}

function rememberOffer(entry: Entry, session: Session): void {
  const day = Math.floor(session.seconds / DAY_SECONDS);
  entry.offers++;
  entry.lastOffer = session.seconds;
  entry.lossRun = 0;
  if (!entry.offerDays.includes(day)) {
    entry.offerDays = [...entry.offerDays, day].slice(-OFFER_DAYS_MAX);
  }
  // The offer came back by itself: a pool, whose earlier gaps were its own.
  entry.noOffers += entry.doubtful;
  entry.doubtful = 0;
  rememberList(entry, session.words);
  if (session.greetingHost !== "" && !entry.greetings.includes(session.greetingHost)) {
    entry.greetings = [...entry.greetings, session.greetingHost].slice(-GREETINGS_MAX);
  }
}

/** Counts one full-view session. */
export function remember(entry: Entry, session: Session): void {
  entry.lastSeen = Math.max(entry.lastSeen, session.seconds);
  if (session.tainted) {
    entry.tainted++;
    if (!session.onlyVanished) {
      entry.lossRun = 0;
      return;
    }
    if (session.doubtful) entry.doubtful++;
    if (entry.lossRun === 0) entry.lossSince = session.seconds;
    entry.lossRun++;
    return;
  }
  if (session.tlsOk) entry.tlsOk++;
  if (session.offered) {
    rememberOffer(entry, session);
    return;
  }
  entry.noOffers++;
  entry.lastNoOffer = session.seconds;
}

/** Forgets what was offered: the owner has accepted the change. */
export function acceptChange(entry: Entry): void {
  entry.offers = 0;
  entry.noOffers = 0;
  entry.doubtful = 0;
  entry.offerDays = [];
  entry.lists = [];
  entry.greetings = [];
  entry.lossRun = 0;
}

/** True when offers are many, spread over days, and never missing: an absence is then strong evidence. */
export function isSteady(offers: number, noOffers: number, days: number): boolean {
  return offers >= STRONG_OFFERS && noOffers === 0 && days >= STRONG_DAYS;
}

/** True when the offer has been gone so long, and with so little else, that the server itself changed. */
export function isSettledChange(entry: Entry, seconds: number): boolean {
  return entry.lossRun >= SETTLED_SESSIONS && seconds - entry.lossSince >= SETTLED_SECONDS;
}
