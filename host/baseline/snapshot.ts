// The part of the baseline that is kept over a restart, and the check that what was read back has its
// shape: a state file is input like any other.

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
  const fields = asMap(value, "entry");
  const dialect = fields.get("dialect");
  const [server, operator] = [fields.get("server"), fields.get("operator")];
  if (typeof dialect !== "string" || !isDialect(dialect)) return fail("dialect");
  if (!isText(server) || !isText(operator)) return fail("server");
  const number = (name: string): number => count(fields.get(name), name);
  return {
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

/** The snapshot in a value read from a file. @throws Error with what is wrong. */
export function readSnapshot(value: unknown): BaselineSnapshot {
  const parts = asMap(value, "baseline");
  return {
    entries: asList(parts.get("entries"), "entries").map(readEntry),
    pairs: asList(parts.get("pairs"), "pairs").map(readPair),
    policies: asList(parts.get("policies"), "policies").map(readPolicy),
  };
}
