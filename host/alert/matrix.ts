// Who is affected: sessions counted per client, operator, port and IP version, tampered and clean, over
// 24 hours. Answers the scope of an alert and the owner's question whether it is always the same client.
// Claims nothing below its thresholds. Bounded; time is the finding's.

import { createHash } from "node:crypto";
import { widePrefix } from "../ground/address.ts";
import type { Scope } from "../ground/alert.ts";
import { keepNewest } from "../ground/newest.ts";
import {
  beganAt,
  type Cell,
  type Count,
  countOf,
  markCell,
  readCell,
  writtenCell,
} from "./cell.ts";

const CELLS_MAX = 4096;
/** What of them is written down. */
const KEPT_CELLS_MAX = 512;
/** Addresses of our own that stand for several machines: one or two uplinks, renumbered now and then. */
const TRANSLATED_MAX = 16;
/** Sessions that make a difference between two clients a claim. */
const DIFFERENCE_MIN = 3;
const CLIENTS_MIN = 2;
const TAMPERED_EACH_MIN = 2;
const OPERATORS_MIN = 2;
const CLIENT_DIGITS = 16;
const MAIL_RELAY_PORT = 25;
const SUBMISSION_PORT = 587;

/** What a session belongs to. */
export interface Place {
  /** LAN address, or the client's address as seen. */
  readonly client: string;
  /** The server's address. */
  readonly server: string;
  /** Whose it is, as far as that is known: see host/baseline/operator.ts. */
  readonly operator: string;
  readonly port: number;
  readonly ipVersion: 4 | 6;
}

/** An operator's mail port, whichever of its servers and whoever the client. */
export type OperatorPort = Omit<Place, "client" | "server">;

/** The answer to "are the same clients always affected?". */
export type AffectedAnswer =
  | { readonly kind: "only-client"; readonly client: string; readonly text: string }
  | { readonly kind: "all-clients"; readonly text: string }
  | { readonly kind: "intermittent"; readonly text: string }
  | { readonly kind: "not-enough"; readonly text: string };

/** The answer for one operator, port and IP version, as status shows it. */
export interface AffectedPlace extends OperatorPort {
  readonly answer: AffectedAnswer["kind"];
  readonly text: string;
}

function cellKey({ client, server, port }: Cell | Place): string {
  const id = createHash("sha256").update(client).digest("hex").slice(0, CLIENT_DIGITS);
  return `${id} ${server} ${port}`;
}

/** The matrix. */
export class Matrix {
  private readonly cells = new Map<string, Cell>();
  private readonly owners = new Map<string, string>();
  private readonly translated = new Map<string, null>();
  private uplinkChange: bigint | null = null;
  private changed = false;

  /** Counts one session. */
  mark(place: Place, time: bigint, tampered: boolean): void {
    const { client, server, operator, port, ipVersion } = place;
    const known = this.cells.get(cellKey(place));
    const cell = known ?? { client, server, port, ipVersion, hours: [] };
    markCell(cell, time, tampered);
    this.keep(cell, operator);
    this.changed = true;
  }

  private keep(cell: Cell, operator: string): void {
    keepNewest(this.cells, cellKey(cell), cell, CELLS_MAX);
    // One server is one operator's: a name learnt now holds for what was counted before.
    if (operator !== cell.server) keepNewest(this.owners, cell.server, operator, CELLS_MAX);
  }

  /** The place with what its server is known by from other sessions, where this one named nobody. */
  private known(place: Place): Place {
    const { server, operator } = place;
    return operator === server ? { ...place, operator: this.ownerOf(server) } : place;
  }

  /** What a server is known by, whenever that was learnt: a name, else its address. */
  private ownerOf(server: string): string {
    return this.owners.get(server) ?? server;
  }

  /**
   * Several machines are seen by this address. A session of which only it is known is nobody's: it counts
   * for its operator and in no comparison of clients, before and after.
   */
  translates(address: string): void {
    keepNewest(this.translated, address, null, TRANSLATED_MAX);
  }

  /** Cells held. */
  get size(): number {
    return this.cells.size;
  }

  /** True when there is something to write since the last snapshot. */
  get isChanged(): boolean {
    return this.changed;
  }

  /** The newest cells, times in seconds: what a day's answers need. */
  snapshot(): unknown {
    this.changed = false;
    const kept = [...this.cells.values()].slice(-KEPT_CELLS_MAX);
    return kept.map((cell) => writtenCell(cell, this.ownerOf(cell.server)));
  }

  /** @throws Error when the value is not a snapshot. */
  restore(value: unknown): void {
    const rows = Array.isArray(value) ? value : [null];
    for (const row of rows.slice(-KEPT_CELLS_MAX)) {
      const read = readCell(row);
      if (read === null) throw new Error("its sessions do not have the expected shape");
      this.keep(read.cell, read.operator);
    }
    this.changed = false;
  }

  /** The uplink's address or gateway changed, or the modem came back. */
  uplinkChanged(time: bigint): void {
    this.uplinkChange = time;
  }

  /** The scope of tampering at this place, from the last 24 hours: the first answer that fits. */
  scope(told: Place, time: bigint): Scope {
    const place = this.known(told);
    const clients = this.clients(place, time);
    const all = [...clients.values()];
    const tampered = all.filter((count) => count.tampered > 0);
    const clean = all.reduce((sum, count) => sum + count.clean, 0);
    const twice = tampered.filter((count) => count.tampered >= TAMPERED_EACH_MIN);
    if (clean === 0 && tampered.length >= CLIENTS_MIN && twice.length === tampered.length) {
      return "all-clients";
    }
    if (this.onlyClient(clients) !== null) return "one-client";
    if (place.port === MAIL_RELAY_PORT && this.submissionClean(place, time)) return "port-25-only";
    const { affected, untouched } = this.operators(place, time);
    if (affected >= OPERATORS_MIN && untouched < OPERATORS_MIN) return "several-operators";
    if (affected === 1 && untouched >= 1) return "one-operator";
    return "unknown";
  }

  /** The answer for one operator, port and IP version, in words. */
  answer(place: OperatorPort, time: bigint): AffectedAnswer {
    const clients = this.clients(place, time);
    const counts = [...clients.entries()];
    const total = counts.reduce((sum, [, count]) => sum + count.tampered + count.clean, 0);
    const only = this.onlyClient(clients);
    if (only !== null) {
      return { kind: "only-client", client: only, text: `Only client ${only} is affected.` };
    }
    const affected = counts.filter(([, count]) => count.tampered > 0);
    const all = affected.filter(([, count]) => count.tampered >= TAMPERED_EACH_MIN);
    const noneClean = counts.every(([, count]) => count.clean === 0);
    if (noneClean && all.length >= CLIENTS_MIN && all.length === affected.length) {
      return { kind: "all-clients", text: `All ${all.length} clients are affected.` };
    }
    const mixed = affected.find(([, count]) => count.clean > 0);
    if (mixed !== undefined) {
      const [, { tampered, clean }] = mixed;
      const text = `Intermittent: ${tampered} of ${tampered + clean} sessions of one client.`;
      return { kind: "intermittent", text };
    }
    return { kind: "not-enough", text: `Not enough to compare (n=${total}).` };
  }

  /** The answers for every operator, port and IP version with tampering in the last 24 hours. */
  answers(time: bigint): AffectedPlace[] {
    const places = new Map<string, AffectedPlace>();
    for (const { server, port, ipVersion, ...cell } of this.cells.values()) {
      const operator = this.ownerOf(server);
      const key = `${operator} ${port} ${ipVersion}`;
      if (places.has(key) || countOf(cell, time).tampered === 0) continue;
      const place = { operator, port, ipVersion };
      const { kind, text } = this.answer(place, time);
      const elsewhere = this.elsewhere(place, time);
      places.set(key, { ...place, answer: kind, text: [text, ...elsewhere].join(" ") });
    }
    return [...places.values()];
  }

  /** Where the same operator is untouched: over the other IP version, on other ports. */
  private elsewhere(place: OperatorPort, time: bigint): string[] {
    const untouched = (belongs: (cell: Cell) => boolean): boolean => {
      const cells = [...this.cells.values()].filter(
        (cell) => this.ownerOf(cell.server) === place.operator && belongs(cell),
      );
      const counts = cells.map((cell) => countOf(cell, time));
      const clean = counts.reduce((sum, count) => sum + count.clean, 0);
      return clean >= DIFFERENCE_MIN && counts.every((count) => count.tampered === 0);
    };
    const { port, ipVersion } = place;
    return [
      ...(untouched((cell) => cell.port === port && cell.ipVersion !== ipVersion)
        ? [`Only over IPv${ipVersion}.`]
        : []),
      ...(untouched((cell) => cell.port !== port) ? [`Only on port ${port}.`] : []),
    ];
  }

  /** The last change of the uplink when tampering at this place began within an hour after it; else null. */
  coincidence(told: Place, time: bigint): bigint | null {
    const place = this.known(told);
    const change = this.uplinkChange;
    if (change === null || time < change) return null;
    return beganAt(this.same(place), change) ? change : null;
  }

  private same(place: OperatorPort): Cell[] {
    return [...this.cells.values()].filter(
      (cell) =>
        this.ownerOf(cell.server) === place.operator &&
        cell.port === place.port &&
        cell.ipVersion === place.ipVersion,
    );
  }

  /** Sessions of each machine that is known, over all servers of the operator. */
  private clients(place: OperatorPort, time: bigint): Map<string, Count> {
    const counts = new Map<string, Count>();
    for (const cell of this.same(place)) {
      if (this.translated.has(cell.client)) continue;
      const { tampered, clean } = countOf(cell, time);
      if (tampered + clean === 0) continue;
      const sum = counts.get(cell.client) ?? { tampered: 0, clean: 0 };
      counts.set(cell.client, { tampered: sum.tampered + tampered, clean: sum.clean + clean });
    }
    return counts;
  }

  private onlyClient(clients: ReadonlyMap<string, Count>): string | null {
    const affected = [...clients].filter(([, count]) => count.tampered > 0);
    const [first] = affected;
    if (affected.length !== 1 || first === undefined) return null;
    if (first[1].tampered < DIFFERENCE_MIN) return null;
    const others = [...clients].filter(([client]) => client !== first[0]);
    return others.some(([, count]) => count.clean >= DIFFERENCE_MIN) ? first[0] : null;
  }

  private submissionClean(place: Place, time: bigint): boolean {
    let clean = 0;
    for (const cell of this.cells.values()) {
      if (cell.port !== SUBMISSION_PORT) continue;
      if (this.ownerOf(cell.server) !== place.operator) continue;
      const count = countOf(cell, time);
      if (count.tampered > 0) return false;
      clean += count.clean;
    }
    return clean > 0;
  }

  /** Operators on this port in 24 hours: with tampering, and without any. */
  private operators(place: Place, time: bigint): { affected: number; untouched: number } {
    const cells = [...this.cells.values()].filter((cell) => cell.port === place.port);
    // Servers that nobody named are not known to be strangers to others of their network.
    const networks = new Map<string, string>();
    for (const { server } of cells) {
      const owner = this.owners.get(server);
      if (owner !== undefined) networks.set(widePrefix(server), owner);
    }
    const hit = new Map<string, boolean>();
    for (const cell of cells) {
      const count = countOf(cell, time);
      if (count.tampered + count.clean === 0) continue;
      const network = widePrefix(cell.server);
      const operator = this.owners.get(cell.server) ?? networks.get(network) ?? network;
      hit.set(operator, (hit.get(operator) ?? false) || count.tampered > 0);
    }
    const affected = [...hit.values()].filter((tampered) => tampered).length;
    return { affected, untouched: hit.size - affected };
  }
}
