// What is known of mail servers without having seen them: bundled lists with a source and a month, and
// the owner's own lines from the configuration. Turns (name, port, dialect, time) into a weight.

import type { Dialect } from "../ground/dialect.ts";
import type { Family, Finding } from "../ground/finding.ts";
import { EXCHANGER, SHARED_FRONTS } from "./knowledge/exchanger.ts";
import { FAMILY } from "./knowledge/family.ts";
import { MAILBOX } from "./knowledge/mailbox.ts";
import { PLAIN } from "./knowledge/plain.ts";
import { SUBMISSION } from "./knowledge/submission.ts";

/** A source older than this counts half. */
const FRESH_MONTHS = 24;
const MILLISECONDS_PER_NANOSECOND = 1_000_000n;

/** One server, or all below a suffix. */
interface Row {
  readonly host: string;
  readonly port: number;
  readonly dialect: string;
  /** Months since year 0; null for the owner's own lines, which do not age. */
  readonly month: number | null;
}

/** What the owner states: lines `host|port|dialect`. A host may be a name, `*.suffix` or an address. */
export interface OwnKnowledge {
  readonly knownHosts: readonly string[];
  readonly knownPlain: readonly string[];
}

/** How a server is named: by DNS or handshake, by its own greeting only, and by address. */
export interface ServerNames {
  readonly serverName: string | null;
  /** What its name is an alias of. */
  readonly canonicalName: string | null;
  readonly greetingHost: string;
  readonly address: string;
}

function bundledRow(line: string): Row {
  const [host = "", port = "", dialect = "", , month = ""] = line.split(" ");
  const [year = "", number = ""] = month.split("-");
  return { host, port: Number(port), dialect, month: Number(year) * 12 + Number(number) - 1 };
}

function ownRow(line: string): Row {
  const [host = "", port = "", dialect = ""] = line.split("|");
  return { host: host.toLowerCase(), port: Number(port), dialect, month: null };
}

/** What never differs between a server and its row. */
const serviceOf = (port: number, dialect: string): string => `${dialect} ${port}`;

function byService(rows: readonly Row[]): ReadonlyMap<string, readonly Row[]> {
  const services = new Map<string, Row[]>();
  for (const row of rows) {
    const service = serviceOf(row.port, row.dialect);
    services.set(service, [...(services.get(service) ?? []), row]);
  }
  return services;
}

/** The host or suffix of a line of FAMILY, and the family its words are of. */
function familyRow(line: string): { readonly host: string; readonly family: string } {
  const [host = "", family = ""] = line.split(" ");
  return { host, family };
}

function matches(pattern: string, host: string): boolean {
  const name = host.toLowerCase();
  return pattern.startsWith("*.") ? name.endsWith(pattern.slice(1)) : name === pattern;
}

export function namesOf(finding: Finding): ServerNames {
  const { serverName, canonicalName, server, mail } = finding;
  return { serverName, canonicalName, greetingHost: mail?.greetingHost ?? "", address: server };
}

/** True when one of the names that DNS or a handshake gave a server matches. */
function isNamed(pattern: string, { serverName, canonicalName }: ServerNames): boolean {
  return [serverName, canonicalName].some((name) => name !== null && matches(pattern, name));
}

function monthOf(time: bigint): number {
  const date = new Date(Number(time / MILLISECONDS_PER_NANOSECOND));
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

/** True for a greeting host that many operators share. */
export function isSharedFront(greetingHost: string): boolean {
  return SHARED_FRONTS.some((pattern) => matches(pattern, greetingHost));
}

/** The lists, bundled and own. */
export class Knowledge {
  private readonly offers: ReadonlyMap<string, readonly Row[]>;
  private readonly plain: ReadonlyMap<string, readonly Row[]>;
  private readonly families = FAMILY.map(familyRow);

  constructor(own: OwnKnowledge) {
    this.offers = byService([
      ...own.knownHosts.map(ownRow),
      ...[...SUBMISSION, ...MAILBOX, ...EXCHANGER].map(bundledRow),
    ]);
    this.plain = byService([...own.knownPlain.map(ownRow), ...PLAIN.map(bundledRow)]);
  }

  /**
   * Weight of "this server is known to offer encryption": S, M when only the greeting names it or the
   * source is old, null when it is not known. The owner's own lines always weigh S.
   */
  offerWeight(names: ServerNames, port: number, dialect: Dialect, time: bigint): "S" | "M" | null {
    let weight: "S" | "M" | null = null;
    for (const row of this.offers.get(serviceOf(port, dialect)) ?? []) {
      const byName = isNamed(row.host, names);
      const byGreeting = matches(row.host, names.greetingHost);
      if (row.month === null && (byName || byGreeting || row.host === names.address)) return "S";
      if (row.month === null || (!byName && !byGreeting)) continue;
      if (byName && monthOf(time) - row.month <= FRESH_MONTHS) return "S";
      weight = "M";
    }
    return weight;
  }

  /** True for a server that is known to do without encryption. */
  isPlain(names: ServerNames, port: number, dialect: Dialect): boolean {
    const rows = this.plain.get(serviceOf(port, dialect)) ?? [];
    return rows.some(
      ({ host }) =>
        isNamed(host, names) || matches(host, names.greetingHost) || host === names.address,
    );
  }

  /**
   * How a server whose words are those of `family` is known to be another: by name, by its greeting only,
   * or not at all (null).
   */
  alien(names: ServerNames, family: Family): "name" | "greeting" | null {
    if (family === "none") return null;
    const others = this.families.filter((row) => row.family !== family);
    if (others.some(({ host }) => isNamed(host, names))) return "name";
    return others.some(({ host }) => matches(host, names.greetingHost)) ? "greeting" : null;
  }
}
