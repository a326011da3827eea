// The sessions of one machine with one port of one server, tampered and clean, hour by hour of a day.
// Exact however many they are; bounded by the hours.

import { DAY_NANOSECONDS, SECOND_NANOSECONDS } from "../ground/time.ts";

const HOUR_NANOSECONDS = 3_600n * SECOND_NANOSECONDS;
/** A day, begun and ended within an hour. */
const HOURS_MAX = 25;

/** Sessions counted. */
export interface Count {
  tampered: number;
  clean: number;
}

/** The sessions of one hour; times in nanoseconds since 1970. */
interface Hour extends Count {
  readonly begin: bigint;
  firstTampered: bigint | null;
  firstClean: bigint | null;
}

/** One cell of the matrix. Time is in nanoseconds since 1970. */
export interface Cell {
  readonly client: string;
  readonly server: string;
  readonly port: number;
  readonly ipVersion: 4 | 6;
  hours: Hour[];
}

function earlier(first: bigint | null, time: bigint): bigint {
  return first === null || time < first ? time : first;
}

/** The hour of a cell a time belongs to; the oldest gives way. */
function hourOf(cell: Cell, time: bigint): Hour {
  const begin = time - (time % HOUR_NANOSECONDS);
  const known = cell.hours.find((hour) => hour.begin === begin);
  if (known !== undefined) return known;
  const hour = { begin, tampered: 0, clean: 0, firstTampered: null, firstClean: null };
  cell.hours = [...cell.hours, hour].slice(-HOURS_MAX);
  return hour;
}

/** Counts one session. */
export function markCell(cell: Cell, time: bigint, tampered: boolean): void {
  const hour = hourOf(cell, time);
  if (tampered) {
    hour.tampered++;
    hour.firstTampered = earlier(hour.firstTampered, time);
  } else {
    hour.clean++;
    hour.firstClean = earlier(hour.firstClean, time);
  }
}

/** The sessions of the day around a time: captures are read in any order. */
export function countOf(cell: Pick<Cell, "hours">, time: bigint): Count {
  const count = { tampered: 0, clean: 0 };
  for (const { begin, tampered, clean } of cell.hours) {
    const apart = time > begin ? time - begin : begin - time;
    if (apart > DAY_NANOSECONDS) continue;
    count.tampered += tampered;
    count.clean += clean;
  }
  return count;
}

/** True when in these cells there were clean sessions before `change`, and tampering began within an hour after it. */
export function beganAt(cells: readonly Cell[], change: bigint): boolean {
  const hours = cells.flatMap((cell) => cell.hours);
  const tampered = hours.flatMap(({ firstTampered }) => firstTampered ?? []);
  const clean = hours.flatMap(({ firstClean }) => firstClean ?? []);
  const within = tampered.some((at) => at <= change + HOUR_NANOSECONDS);
  return within && tampered.every((at) => at >= change) && clean.some((at) => at < change);
}

const secondsOf = (time: bigint | null): number | null =>
  time === null ? null : Number(time / SECOND_NANOSECONDS);

/** An hour as it is written down: begin, counts, first times, in seconds. */
function writtenHour(hour: Hour): readonly (number | null)[] {
  const { begin, tampered, clean, firstTampered, firstClean } = hour;
  return [secondsOf(begin), tampered, clean, secondsOf(firstTampered), secondsOf(firstClean)];
}

/** The hour in a value read from a file, or null when it is none. */
function readHour(value: unknown): Hour | null {
  if (!Array.isArray(value) || value.length !== 5) return null;
  const whole = value.every((each, n) => Number.isSafeInteger(each) || (n > 2 && each === null));
  if (!whole) return null;
  const [begin, tampered, clean, ...first] = value;
  const [firstTampered = null, firstClean = null] = first.map((seconds) =>
    seconds === null ? null : BigInt(seconds) * SECOND_NANOSECONDS,
  );
  return { begin: BigInt(begin) * SECOND_NANOSECONDS, tampered, clean, firstTampered, firstClean };
}

/** A cell as it is written down, with what its server is known by. */
export function writtenCell({ hours, ...place }: Cell, operator: string): unknown {
  return { ...place, operator, hours: hours.map(writtenHour) };
}

/** The cell in a value read from a file, with what its server was known by; null when it is none. */
export function readCell(
  row: Readonly<Record<string, unknown>> | null,
): { readonly cell: Cell; readonly operator: string } | null {
  const { client, server, operator, port, ipVersion, hours } = row ?? {};
  if (typeof client !== "string" || typeof server !== "string") return null;
  if (typeof operator !== "string" || typeof port !== "number" || !Array.isArray(hours))
    return null;
  if (ipVersion !== 4 && ipVersion !== 6) return null;
  const read = hours.slice(-HOURS_MAX).flatMap((hour) => readHour(hour) ?? []);
  if (read.length !== Math.min(hours.length, HOURS_MAX)) return null;
  return { cell: { client, server, port, ipVersion, hours: read }, operator };
}
