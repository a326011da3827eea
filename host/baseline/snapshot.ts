// The part of the baseline that is kept over a restart, and the check that what was read back has its
// shape: a state file is input like any other. What a newer version wrote and this one does not understand,
// a dialect it never heard of or one more field, stays as it is and is written back.

import { isDialect } from "../ground/dialect.ts";
import { type Entry, newEntry } from "./entry.ts";

/** How a domain's policy to require TLS was learnt: its file was fetched, or it was seen in DNS only. */
export type PolicySource = "fetched" | "dns";

/** The parts of the book that are kept. */
export interface BaselineSnapshot {
  readonly entries: readonly Entry[];
  /** Hashes of client and server pairs, with their sessions under TLS. */
  readonly pairs: readonly (readonly [string, number])[];
  /** Mail exchangers, with the seconds since 1970 of the last hint. */
  readonly policies: readonly (readonly [string, PolicySource, number])[];
}

/** Rows of the same three lists that are not understood, as they were read. */
export type ForeignRows = Readonly<Record<keyof BaselineSnapshot, readonly unknown[]>>;

export const NOTHING_FOREIGN: ForeignRows = { entries: [], pairs: [], policies: [] };

/** Foreign rows kept of a list: a file is never the larger for what nobody reads. */
const FOREIGN_MAX = 1_024;

function fail(what: string): never {
  throw new Error(`its ${what} does not have the expected shape`);
}

function asList(value: unknown, what: string): readonly unknown[] {
  return Array.isArray(value) ? value : fail(what);
}

function asMap(value: unknown, what: string): ReadonlyMap<string, unknown> {
  if (typeof value !== "object" || value === null) return fail(what);
  return new Map(Object.entries(value));
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.length <= 255;
}

function texts(value: unknown, what: string): string[] {
  return asList(value, what).map((item) => (isText(item) ? item : fail(what)));
}

function count(value: unknown, what: string): number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0
    ? value
    : fail(what);
}

function readEntry(value: unknown): Entry {
  if (typeof value !== "object" || value === null) return fail("entry");
  const fields = asMap(value, "entry");
  const dialect = fields.get("dialect");
  const [server, operator] = [fields.get("server"), fields.get("operator")];
  if (typeof dialect !== "string" || !isDialect(dialect)) return fail("dialect");
  if (!isText(server) || !isText(operator)) return fail("server");
  const number = (name: string): number => count(fields.get(name), name);
  return {
    ...value, // a newer version's fields go back into the file with the others
    ...newEntry(dialect, server, number("port"), operator, number("firstSeen")),
    operatorGreeted: fields.get("operatorGreeted") === true,
    lastSeen: number("lastSeen"),
    offers: number("offers"),
    noOffers: number("noOffers"),
    lastOffer: number("lastOffer"),
    lastNoOffer: number("lastNoOffer"),
    tainted: number("tainted"),
    doubtful: number("doubtful"),
    offerDays: asList(fields.get("offerDays"), "offerDays").map((day) => count(day, "offerDays")),
    tlsOk: number("tlsOk"),
    lossRun: number("lossRun"),
    lossSince: number("lossSince"),
    lists: asList(fields.get("lists"), "lists").map((list) => {
      const parts = asMap(list, "lists");
      return {
        words: texts(parts.get("words"), "lists"),
        count: count(parts.get("count"), "lists"),
      };
    }),
    greetings: texts(fields.get("greetings"), "greetings"),
  };
}

function readPair(value: unknown): readonly [string, number] {
  const [key, sessions] = asList(value, "pairs");
  return [isText(key) ? key : fail("pairs"), count(sessions, "pairs")];
}

function readPolicy(value: unknown): readonly [string, PolicySource, number] {
  const [name, source, seconds] = asList(value, "policies");
  if (!isText(name) || (source !== "fetched" && source !== "dns")) return fail("policies");
  return [name, source, count(seconds, "policies")];
}

/** A list's rows that can be read, and those that cannot. */
function sifted<T>(value: unknown, what: string, read: (row: unknown) => T) {
  const known: T[] = [];
  const foreign: unknown[] = [];
  for (const row of asList(value, what)) {
    try {
      known.push(read(row));
    } catch {
      if (foreign.length < FOREIGN_MAX) foreign.push(row);
    }
  }
  return { known, foreign };
}

/**
 * The snapshot in a value read from a file whose checksum was right: a row with another shape is another
 * version's. @throws Error with what is wrong where even the lists are not there.
 */
export function readSnapshot(value: unknown): {
  readonly snapshot: BaselineSnapshot;
  readonly foreign: ForeignRows;
} {
  const parts = asMap(value, "baseline");
  const entries = sifted(parts.get("entries"), "entries", readEntry);
  const pairs = sifted(parts.get("pairs"), "pairs", readPair);
  const policies = sifted(parts.get("policies"), "policies", readPolicy);
  return {
    snapshot: { entries: entries.known, pairs: pairs.known, policies: policies.known },
    foreign: { entries: entries.foreign, pairs: pairs.foreign, policies: policies.foreign },
  };
}
