// Who is affected: sessions counted per client, operator, port and IP version, tampered and clean, over
// 24 hours. Answers the scope of an alert and the owner's question whether it is always the same client.
// Claims nothing below its thresholds. Bounded; time is the finding's.

import { createHash } from "node:crypto";
import type { Scope } from "../ground/alert.ts";
import { keepNewest } from "../ground/newest.ts";
import { DAY_NANOSECONDS, SECOND_NANOSECONDS } from "../ground/time.ts";

const CELLS_MAX = 4096;
/** Marks kept per cell: enough for every threshold, and old ones go first. */
const MARKS_MAX = 64;
/** What of them is written down. */
const KEPT_CELLS_MAX = 512;
const KEPT_MARKS_MAX = 16;
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
  readonly operator: string;
  readonly port: number;
  readonly ipVersion: 4 | 6;
}

interface Mark {
  readonly time: bigint;
  readonly tampered: boolean;
}

interface Cell extends Place {
  marks: Mark[];
}

interface Count {
  tampered: number;
  clean: number;
}

/** The answer to "are the same clients always affected?". */
export type AffectedAnswer =
  | { readonly kind: "only-client"; readonly client: string; readonly text: string }
  | { readonly kind: "all-clients"; readonly text: string }
  | { readonly kind: "intermittent"; readonly text: string }
  | { readonly kind: "not-enough"; readonly text: string };

/** The answer for one operator, port and IP version, as status shows it. */
export interface AffectedPlace extends Omit<Place, "client"> {
  readonly answer: AffectedAnswer["kind"];
  readonly text: string;
}

function clientId(client: string): string {
  return createHash("sha256").update(client).digest("hex").slice(0, CLIENT_DIGITS);
}

/** The cells in a value read from a file. @throws Error when it holds none. */
function readCells(value: unknown): { place: Place; marks: Mark[] }[] {
  const fail = (): never => {
    throw new Error("its sessions do not have the expected shape");
  };
  if (!Array.isArray(value)) return fail();
  return value.slice(-KEPT_CELLS_MAX).map((row: Readonly<Record<string, unknown>>) => {
    const { client, operator, port, ipVersion, marks } = row ?? fail();
    if (typeof client !== "string" || typeof operator !== "string") return fail();
    if (typeof port !== "number" || (ipVersion !== 4 && ipVersion !== 6)) return fail();
    if (!Array.isArray(marks)) return fail();
    return {
      place: { client, operator, port, ipVersion },
      marks: marks.slice(-KEPT_MARKS_MAX).map((mark: readonly unknown[]) => {
        const [seconds, tampered] = Array.isArray(mark) ? mark : fail();
        if (!Number.isSafeInteger(seconds) || typeof tampered !== "boolean") return fail();
        return { time: BigInt(Number(seconds)) * SECOND_NANOSECONDS, tampered };
      }),
    };
  });
}

/** The matrix. */
export class Matrix {
  private readonly cells = new Map<string, Cell>();
  private uplinkChange: bigint | null = null;
  private changed = false;

  /** Counts one session. */
  mark(place: Place, time: bigint, tampered: boolean): void {
    const id = clientId(place.client);
    const key = `${id} ${place.operator} ${place.port} ${place.ipVersion}`;
    const cell = this.cells.get(key) ?? { ...place, marks: [] };
    cell.marks = [...cell.marks, { time, tampered }].slice(-MARKS_MAX);
    keepNewest(this.cells, key, cell, CELLS_MAX);
    this.changed = true;
  }

  /** Cells held. */
  get size(): number {
    return this.cells.size;
  }

  /** True when there is something to write since the last snapshot. */
  get isChanged(): boolean {
    return this.changed;
  }

  /** The newest cells with their newest marks, in seconds: what a day's answers need, and little of a flash. */
  snapshot(): unknown {
    this.changed = false;
    return [...this.cells.values()].slice(-KEPT_CELLS_MAX).map((cell) => ({
      ...cell,
      marks: cell.marks
        .slice(-KEPT_MARKS_MAX)
        .map(({ time, tampered }) => [Number(time / SECOND_NANOSECONDS), tampered]),
    }));
  }

  /** @throws Error when the value is not a snapshot. */
  restore(value: unknown): void {
    for (const { place, marks } of readCells(value)) {
      for (const { time, tampered } of marks) this.mark(place, time, tampered);
    }
    this.changed = false;
  }

  /** The uplink's address or gateway changed, or the modem came back. */
  uplinkChanged(time: bigint): void {
    this.uplinkChange = time;
  }

  /** The scope of tampering at this place, from the last 24 hours: the first answer that fits. */
  scope(place: Place, time: bigint): Scope {
    const clients = this.clients(place, time);
    const all = [...clients.values()];
    const tampered = all.filter((count) => count.tampered > 0);
    const clean = all.reduce((sum, count) => sum + count.clean, 0);
    const sessions = all.reduce((sum, count) => sum + count.tampered + count.clean, 0);
    const twice = tampered.filter((count) => count.tampered >= TAMPERED_EACH_MIN);
    if (clean === 0 && tampered.length >= CLIENTS_MIN && twice.length === tampered.length) {
      return "all-clients";
    }
    if (this.onlyClient(clients) !== null) return "one-client";
    if (place.port === MAIL_RELAY_PORT && this.submissionClean(place, time)) return "port-25-only";
    const { affected, untouched } = this.operators(place, time);
    if (affected >= OPERATORS_MIN && untouched < OPERATORS_MIN) return "several-operators";
    if (affected === 1 && untouched >= 1 && sessions > 0) return "one-operator";
    return "unknown";
  }

  /** The answer for one operator, port and IP version, in words. */
  answer(place: Omit<Place, "client">, time: bigint): AffectedAnswer {
    const clients = this.clients({ ...place, client: "" }, time);
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
    for (const { operator, port, ipVersion, ...cell } of this.cells.values()) {
      const key = `${operator} ${port} ${ipVersion}`;
      if (places.has(key) || this.countOf(cell, time).tampered === 0) continue;
      const place = { operator, port, ipVersion };
      const { kind, text } = this.answer(place, time);
      const elsewhere = this.elsewhere(place, time);
      places.set(key, { ...place, answer: kind, text: [text, ...elsewhere].join(" ") });
    }
    return [...places.values()];
  }

  /** Where the same operator is untouched: over the other IP version, on other ports. */
  private elsewhere(place: Omit<Place, "client">, time: bigint): string[] {
    const untouched = (belongs: (cell: Cell) => boolean): boolean => {
      const cells = [...this.cells.values()].filter(
        (cell) => cell.operator === place.operator && belongs(cell),
      );
      const counts = cells.map((cell) => this.countOf(cell, time));
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
  coincidence(place: Place, time: bigint): bigint | null {
    const change = this.uplinkChange;
    if (change === null || time < change) return null;
    const hour = 3_600n * 1_000_000_000n;
    const marks = this.same(place).flatMap((cell) => cell.marks);
    const first = marks.filter((mark) => mark.tampered).map((mark) => mark.time);
    const cleanBefore = marks.some((mark) => !mark.tampered && mark.time < change);
    const begun = first.every((at) => at >= change) && first.some((at) => at <= change + hour);
    return begun && cleanBefore ? change : null;
  }

  private same(place: Place): Cell[] {
    return [...this.cells.values()].filter(
      (cell) =>
        cell.operator === place.operator &&
        cell.port === place.port &&
        cell.ipVersion === place.ipVersion,
    );
  }

  private countOf(cell: Pick<Cell, "marks">, time: bigint): Count {
    const count = { tampered: 0, clean: 0 };
    for (const mark of cell.marks) {
      // Captures are read in any order: a day counts in both directions.
      const apart = time > mark.time ? time - mark.time : mark.time - time;
      if (apart > DAY_NANOSECONDS) continue;
      if (mark.tampered) count.tampered++;
      else count.clean++;
    }
    return count;
  }

  private clients(place: Place, time: bigint): Map<string, Count> {
    const counts = new Map<string, Count>();
    for (const cell of this.same(place)) {
      const count = this.countOf(cell, time);
      if (count.tampered + count.clean > 0) counts.set(cell.client, count);
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
      if (cell.operator !== place.operator || cell.port !== SUBMISSION_PORT) continue;
      const count = this.countOf(cell, time);
      if (count.tampered > 0) return false;
      clean += count.clean;
    }
    return clean > 0;
  }

  /** Operators on this port in 24 hours: with tampering, and without any. */
  private operators(place: Place, time: bigint): { affected: number; untouched: number } {
    const tampered = new Map<string, boolean>();
    for (const cell of this.cells.values()) {
      if (cell.port !== place.port) continue;
      const count = this.countOf(cell, time);
      if (count.tampered + count.clean === 0) continue;
      tampered.set(cell.operator, (tampered.get(cell.operator) ?? false) || count.tampered > 0);
    }
    const affected = [...tampered.values()].filter((hit) => hit).length;
    return { affected, untouched: tampered.size - affected };
  }
}
