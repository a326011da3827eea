// What every mail server offered before: one entry per (dialect, address, port), tied to operators by
// name. Answers what history says about a session, and learns from sessions seen in full. Bounded;
// time is the finding's. Does not judge: host/baseline/history.ts turns views into evidence.

import { createHash } from "node:crypto";
import { type Dialect, TRAITS } from "../ground/dialect.ts";
import type { Finding } from "../ground/finding.ts";
import { keepNewest } from "../ground/newest.ts";
import { DAY_SECONDS } from "../ground/time.ts";
import {
  acceptChange,
  type Entry,
  isSettledChange,
  isSteady,
  newEntry,
  remember,
  type Session,
} from "./entry.ts";
import { type Operator, operatorOf, ownedName } from "./operator.ts";
import { PolicyBook } from "./policy.ts";
import { type ForeignRows, NOTHING_FOREIGN, type PolicySource, readSnapshot } from "./snapshot.ts";

/** Servers remembered: four addresses for each of 1,024 operators. */
const ENTRIES_MAX = 4096;
const OPERATORS_MAX = 1024;
/** Servers kept of one operator: the largest pools answer with a few dozen addresses. */
const POOL_MAX = 64;
/** Client and server pairs that were seen to encrypt. */
const PAIRS_MAX = 2048;
const AGE_SECONDS = 180 * DAY_SECONDS;
const NANOSECONDS = 1_000_000_000n;
const PAIR_DIGITS = 16;

/** What history says about a server when a session with it begins. Does not change afterwards. */
export interface View {
  readonly operator: Operator;
  readonly offers: number;
  readonly noOffers: number;
  /** Offers are many, on several days, never missing, and of this server or several of its pool. */
  readonly steady: boolean;
  readonly settledChange: boolean;
  readonly tlsOk: number;
  readonly pairTlsOk: number;
  /** Lists that were offered, newest last. */
  readonly lists: readonly (readonly string[])[];
  readonly greetings: readonly string[];
  /** The operator was seen with implicit TLS and never with an offer in this dialect. */
  readonly implicitOnly: boolean;
  readonly policy: PolicySource | null;
}

export function secondsOf(time: bigint): number {
  return Number(time / NANOSECONDS);
}

function entryKey(dialect: Dialect, server: string, port: number): string {
  return `${dialect} ${server} ${port}`;
}

function pairKey(client: string, key: string): string {
  // Addresses of the house's machines stay out of the state file.
  return createHash("sha256").update(`${client} ${key}`).digest("hex").slice(0, PAIR_DIGITS);
}

function hasSteadyOffer({ offers, noOffers, offerDays }: Entry): boolean {
  return isSteady(offers, noOffers, offerDays.length);
}

/** The book of baselines. */
export class BaselineBook {
  private readonly entries = new Map<string, Entry>();
  /** Keys of an operator's entries, operators not heard of for longest first. */
  private readonly operators = new Map<string, Set<string>>();
  private readonly pairs = new Map<string, number>();
  private readonly policies = new PolicyBook();
  private changed = false;
  /** Rows of the state file that this version does not understand. */
  private foreign = NOTHING_FOREIGN;

  /** What history says about the server of this finding. `client` is the LAN address when known. */
  view(finding: Finding, dialect: Dialect, client: string): View {
    const { server, serverPort, serverName } = finding;
    const key = entryKey(dialect, server, serverPort);
    const seconds = secondsOf(finding.time);
    const entry = this.fresh(key, seconds);
    const operator = this.operatorOf(entry, finding);
    const own = entry !== null && entry.offers + entry.noOffers > 0;
    const pool = own ? [] : this.pool(operator, dialect, finding, seconds);
    const members = own && entry !== null ? [entry] : pool;
    const offers = members.reduce((sum, member) => sum + member.offers, 0);
    const noOffers = members.reduce((sum, member) => sum + member.noOffers, 0);
    const days = new Set(members.flatMap((member) => member.offerDays)).size;
    const trusted = own || (pool.length >= 2 && pool.every((member) => !member.operatorGreeted));
    return {
      operator,
      offers,
      noOffers,
      steady: trusted && isSteady(offers, noOffers, days),
      settledChange: entry !== null && isSettledChange(entry, seconds),
      tlsOk: entry?.tlsOk ?? 0,
      pairTlsOk: this.pairs.get(pairKey(client, key)) ?? 0,
      lists: members.flatMap((member) => member.lists.map((list) => list.words)),
      greetings: own ? (entry?.greetings ?? []) : [],
      implicitOnly: offers === 0 && this.usesImplicitTls(operator, dialect),
      policy: this.policies.of(serverName, seconds),
    };
  }

  /** Counts a session that was seen in full. */
  settle(finding: Finding, dialect: Dialect, client: string, session: Session): void {
    const { server, serverPort } = finding;
    const key = entryKey(dialect, server, serverPort);
    const known = this.fresh(key, session.seconds);
    const operator = this.operatorOf(known, finding);
    const entry = known ?? newEntry(dialect, server, serverPort, operator.name, session.seconds);
    if (entry.operator !== operator.name) this.operators.get(entry.operator)?.delete(key);
    entry.operator = operator.name;
    entry.operatorGreeted = operator.source !== "name";
    remember(entry, session);
    this.entries.delete(key);
    this.entries.set(key, entry);
    if (this.entries.size > ENTRIES_MAX) this.entries.delete(this.leastKept(this.entries.keys()));
    this.touchOperator(operator.name, key);
    if (session.tlsOk && !session.tainted) {
      const pair = pairKey(client, key);
      keepNewest(this.pairs, pair, (this.pairs.get(pair) ?? 0) + 1, PAIRS_MAX);
    }
    this.changed = true;
  }

  /** Learns that mail for this exchanger must be encrypted: its policy was fetched, or seen in DNS only. */
  learnPolicy(exchanger: string, source: PolicySource, seconds: number): void {
    if (this.policies.learn(exchanger, source, seconds)) this.changed = true;
  }

  /** The owner has accepted what this server offers now. Returns false when it is not known. */
  acknowledge(dialect: Dialect, server: string, port: number): boolean {
    const entry = this.entries.get(entryKey(dialect, server, port));
    if (entry === undefined) return false;
    acceptChange(entry);
    this.changed = true;
    return true;
  }

  /** Servers known. */
  get size(): number {
    return this.entries.size;
  }

  /** True when there is something to write since the last snapshot. */
  get isChanged(): boolean {
    return this.changed;
  }

  /** What is known, behind what another version knew. */
  snapshot(): ForeignRows {
    this.changed = false;
    return {
      entries: [...this.foreign.entries, ...this.entries.values()],
      pairs: [...this.foreign.pairs, ...this.pairs],
      policies: [...this.foreign.policies, ...this.policies.snapshot()],
    };
  }

  /** @throws Error when the value is not a snapshot. */
  restore(value: unknown): void {
    const { snapshot, foreign } = readSnapshot(value);
    this.foreign = foreign;
    for (const entry of snapshot.entries.slice(-ENTRIES_MAX)) {
      const key = entryKey(entry.dialect, entry.server, entry.port);
      this.entries.set(key, entry);
      this.touchOperator(entry.operator, key);
    }
    for (const [pair, count] of snapshot.pairs.slice(-PAIRS_MAX)) this.pairs.set(pair, count);
    this.policies.restore(snapshot.policies);
    this.changed = false;
  }

  /** Forgets entries last seen before a time in seconds, or all. Returns how many went. */
  forget(before: number | null): number {
    let count = 0;
    for (const [key, entry] of this.entries) {
      if (before !== null && entry.lastSeen >= before) continue;
      this.entries.delete(key);
      count++;
    }
    if (before === null) {
      this.pairs.clear();
      this.policies.clear();
      this.operators.clear();
      this.foreign = NOTHING_FOREIGN;
    }
    this.changed = true;
    return count;
  }

  private fresh(key: string, seconds: number): Entry | null {
    const entry = this.entries.get(key);
    if (entry === undefined) return null;
    if (seconds - entry.lastSeen <= AGE_SECONDS) return entry;
    this.entries.delete(key);
    return null;
  }

  /** A name learnt earlier for this address stays better than a greeting. */
  private operatorOf(entry: Entry | null, finding: Finding): Operator {
    const name = ownedName(finding);
    if (name === null && entry !== null && !entry.operatorGreeted) {
      return { name: entry.operator, source: "name" };
    }
    return operatorOf(finding.server, name, finding.mail?.greetingHost ?? "");
  }

  private pool(operator: Operator, dialect: Dialect, finding: Finding, seconds: number): Entry[] {
    if (operator.source === "address") return [];
    const version = finding.server.includes(":");
    return this.entriesOf(operator.name).filter(
      (entry) =>
        entry.dialect === dialect &&
        entry.port === finding.serverPort &&
        entry.server.includes(":") === version &&
        entry.offers > 0 &&
        seconds - entry.lastSeen <= AGE_SECONDS,
    );
  }

  private usesImplicitTls(operator: Operator, dialect: Dialect): boolean {
    return this.entriesOf(operator.name).some(
      (entry) =>
        entry.dialect === dialect &&
        TRAITS[dialect].tlsPorts.includes(entry.port) &&
        entry.tlsOk > 0,
    );
  }

  private entriesOf(operator: string): Entry[] {
    const keys = this.operators.get(operator) ?? [];
    return [...keys].flatMap((key) => this.entries.get(key) ?? []);
  }

  /**
   * The key not heard of for longest among those without a steady history, or among all: whoever opens
   * sessions with thousands of servers must not make us forget the ones that were always honest.
   */
  private leastKept(keys: Iterable<string>, entriesOf = this.entryOf): string {
    let longest: string | null = null;
    for (const key of keys) {
      longest ??= key;
      if (!entriesOf(key).some(hasSteadyOffer)) return key;
    }
    return longest ?? "";
  }

  private readonly entryOf = (key: string): Entry[] => {
    const entry = this.entries.get(key);
    return entry === undefined ? [] : [entry];
  };

  /** Past the limit, an operator not heard of for longest goes with all its servers. */
  private touchOperator(name: string, key: string): void {
    const keys = this.operators.get(name) ?? new Set();
    keys.delete(key);
    keys.add(key);
    this.operators.delete(name);
    this.operators.set(name, keys);
    const [longest] = keys;
    if (keys.size > POOL_MAX && longest !== undefined) {
      keys.delete(longest);
      this.entries.delete(longest);
    }
    if (this.operators.size <= OPERATORS_MAX) return;
    const operator = this.leastKept(this.operators.keys(), (one) => this.entriesOf(one));
    const gone = this.operators.get(operator) ?? [];
    this.operators.delete(operator);
    for (const entry of gone) this.entries.delete(entry);
  }
}
