// The way to collectors under hostile ones: a seed draws records, bursts and pauses for the product's own
// delivery, while a broken collector plays at the other end. Afterwards the books are compared: what was
// taken, what came, what was told as dropped, and what a connection took along when it was broken off.

import { readdirSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { Delivery, type DeliveryStatus } from "../../host/sink/delivery.ts";
import { Random } from "../scenario/language/random.ts";
import { BrokenCollector } from "./broken-collector.ts";
import type { Protocol } from "./conduct.ts";
import { HOST, type Identities } from "./identity.ts";
import type { Visit } from "./visit.ts";

const PROTOCOLS: readonly Protocol[] = ["tcp", "tcp", "tcp", "tls", "tls", "udp"];
const QUEUES = [1, 2, 8, 64, 1_024];
/** How long records are made while the collector is broken. */
const HOSTILE_MS = 3_000;
const PAUSE_MS = 60;
const BURST_MAX = 40;
/** Once in a while all of it at once: more than any buffer on the way holds. */
const FLOOD = 400;
const LINE_MAX = 2_000;
/** The longest wait between two attempts, with much room for a busy machine. */
const PATIENCE_MS = 30_000;
/** The end may wait for what can still go: 300 ms and what a busy machine adds, never for a silent peer. */
const STOP_MS = 5_000;
/** After its healing a collector may still play its last broken visit to the end. */
const FAREWELLS_MAX = 5;
const FAREWELL_MS = 300;
/** What is being closed may take so long. */
const CLOSING_MS = 3_000;
/**
 * What was read longer ago than this when its connection broke must not come again: a record settles in
 * 100 ms, acknowledgements may be held back for 200 ms, and both are looked at every 100 ms.
 */
const REPEAT_MS = 500;

/** What one seed came to. */
export interface Outcome {
  readonly seed: number;
  readonly protocol: Protocol;
  /** What is not as promised; empty when all is. */
  readonly wrong: string[];
  readonly met: ReadonlyMap<string, number>;
  readonly connections: number;
  readonly sent: number;
  readonly dropped: number;
  /** Records that came, each once. */
  readonly arrived: number;
  /** Records that came again because their connection was broken off under them. */
  readonly repeated: number;
  /** Records a broken connection took along: acknowledged by the other kernel and never read. */
  readonly takenAlong: number;
}

/** What went into a delivery, in order, with the lines about dropped records in their place. */
class Books {
  readonly delivery: Delivery;
  readonly taken: string[] = [];
  readonly wrong = new Set<string>();
  sent = 0;
  told = 0;
  #tellings = 0;
  readonly #queue: number;

  constructor(proto: Protocol, port: number, queue: number, ca: string) {
    this.#queue = queue;
    const files = { ca: proto === "tls" ? ca : null, cert: null, key: null };
    const collector = { host: HOST, port, proto, queue, ...files };
    this.delivery = new Delivery(collector, (count) => {
      this.told += count;
      this.#tellings += 1;
      const line = `${count} dropped, told for the ${this.#tellings}th time`;
      this.taken.push(line);
      return line;
    });
  }

  send(length: number): void {
    const { dropped } = this.delivery.status();
    const begin = `record ${this.sent} `;
    // Two octets a character: a count of characters would frame it wrong.
    const line = begin.padEnd(length, this.sent % 2 === 0 ? "." : "ß");
    this.sent += 1;
    this.delivery.send(line);
    if (this.delivery.status().dropped === dropped) this.taken.push(line);
    this.compare();
  }

  /** No record may be in no account or in two, at any time. */
  compare(): DeliveryStatus {
    const status = this.delivery.status();
    const { queued, delivered, dropped } = status;
    const all = this.sent + this.#tellings;
    if (queued + delivered + dropped !== all) {
      this.wrong.add(`of ${all}: ${queued} queued, ${delivered} delivered, ${dropped} dropped`);
    }
    if (queued > this.#queue) this.wrong.add(`${queued} queued where ${this.#queue} are allowed`);
    if (this.told > dropped) this.wrong.add(`${this.told} told as dropped of ${dropped}`);
    return status;
  }

  async until(what: string, reached: (status: DeliveryStatus) => boolean): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS;
    while (!reached(this.compare())) {
      if (performance.now() > deadline) {
        this.wrong.add(`still waiting for ${what}`);
        return;
      }
      await pause(PAUSE_MS);
    }
  }
}

/** One seed: `hurried` ends the delivery while the collector is still broken. */
export async function play(
  seed: number,
  identities: Identities,
  hurried = false,
): Promise<Outcome> {
  const random = new Random(seed);
  const protocol = random.pick(PROTOCOLS) ?? "tcp";
  const collector = new BrokenCollector(protocol, seed, random.word(), identities);
  const port = await collector.start();
  const books = new Books(protocol, port, random.pick(QUEUES) ?? 1, identities.ca);
  books.delivery.start();
  const end = performance.now() + HOSTILE_MS;
  while (performance.now() < end) {
    const burst = random.once(40) ? FLOOD : random.below(BURST_MAX);
    const longest = random.once(3) ? LINE_MAX : 100;
    for (let count = 0; count < burst; count++) books.send(random.below(longest));
    await pause(random.below(PAUSE_MS));
    books.compare();
  }
  if (!hurried) await recover(collector, books);
  const start = performance.now();
  await books.delivery.stop();
  const took = performance.now() - start;
  if (took > STOP_MS) books.wrong.add(`the end took ${Math.round(took)} ms`);
  books.compare();
  await collector.stop();
  const review = reviewVisits(books.taken, collector.visits);
  if (!hurried && review.newest !== books.taken.length - 1) {
    books.wrong.add(`the last record came not: ${review.newest} of ${books.taken.length}`);
  }
  if (collector.overrun > 0) books.wrong.add(`${collector.overrun} datagrams overran the buffer`);
  const { met, visits } = collector;
  return {
    ...{ seed, protocol, met, sent: books.sent, dropped: books.delivery.status().dropped },
    ...{ connections: visits.length, arrived: review.arrived, repeated: review.repeated },
    takenAlong: review.takenAlong,
    wrong: [...books.wrong, ...review.wrong],
  };
}

/** The collector is well again: everything that is queued must come, and what was dropped be told. */
async function recover(collector: BrokenCollector, books: Books): Promise<void> {
  collector.heal();
  const came = (): boolean =>
    collector.visits.some(({ arrivals }) => arrivals.at(-1)?.text === books.taken.at(-1));
  await books.until("the queue to empty", ({ queued }) => queued === 0);
  await books.until("the dropped to be told", ({ dropped }) => dropped === books.told);
  for (let farewell = 0; farewell < FAREWELLS_MAX && !came(); farewell++) {
    await pause(FAREWELL_MS);
    books.send(0); // what was acknowledged to the broken one may have been the last
    await books.until("the farewell", ({ queued }) => queued === 0);
  }
  await books.until("the last record", came);
}

interface Review {
  readonly wrong: string[];
  readonly arrived: number;
  readonly repeated: number;
  readonly takenAlong: number;
  /** The last record that came, by its place among those taken. */
  readonly newest: number;
}

/** Holds what came over each connection against the order in which it was taken. */
function reviewVisits(taken: readonly string[], visits: readonly Visit[]): Review {
  const places = new Map(taken.map((line, place) => [line, place]));
  const wrong: string[] = visits.flatMap(({ faults }) => faults);
  const read = new Map<number, { readonly at: number; readonly visit: Visit }>();
  let [newest, repeated, takenAlong, allowance] = [-1, 0, 0, 0];
  for (const visit of visits) {
    if (!visit.trusted && visit.arrivals.length > 0) wrong.push("a stranger was told of it");
    let last: number | null = null;
    for (const { text, at } of visit.arrivals) {
      const place = places.get(text);
      if (place === undefined) {
        wrong.push(`nobody sent ${JSON.stringify(text.slice(0, 60))}`);
        break;
      }
      if (last !== null && place !== last + 1) wrong.push(`record ${place} came behind ${last}`);
      else if (place > newest + 1) {
        const missing = taken.slice(newest + 1, place);
        const octets = missing.reduce((sum, line) => sum + Buffer.byteLength(line), 0);
        takenAlong += missing.length;
        if (octets > allowance) {
          wrong.push(
            `${octets} octets before ${place} never came, ${allowance} may be taken along`,
          );
        }
      }
      const earlier = read.get(place);
      if (earlier !== undefined) {
        repeated += 1;
        const age = earlier.visit.endedAt - earlier.at;
        if (earlier.visit.orderly) wrong.push(`record ${place} came again after an orderly end`);
        else if (age > REPEAT_MS && !mayHaveAged(earlier.visit))
          wrong.push(`record ${place} came again, read for ${Math.round(age)} ms`);
      } else if (place <= newest) wrong.push(`record ${place} came late`);
      read.set(place, { at, visit });
      newest = Math.max(newest, place);
      last = place;
    }
    if (visit.arrivals.length > 0) allowance = 0;
    allowance += visit.unread + visit.rest;
  }
  return { wrong, arrived: read.size, repeated, takenAlong, newest };
}

/**
 * TLS's own octets are counted as if they were records' where some are not acknowledged, so that rather too
 * little is known to be: behind a stalled connection what was read long ago may come again.
 */
function mayHaveAged({ stalled, secure }: Visit): boolean {
  return stalled && secure;
}

/** How many descriptors and timers are open, after a wait for those that are about to close. */
export async function leftOpen(allowed: number): Promise<number> {
  const count = (): number =>
    readdirSync("/proc/self/fd").length +
    process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
  const deadline = performance.now() + CLOSING_MS;
  while (count() > allowed && performance.now() < deadline) await pause(PAUSE_MS);
  return count();
}

/** The sums of many seeds. */
export function total(outcomes: readonly Outcome[]) {
  const met = new Map<string, number>();
  for (const outcome of outcomes) {
    for (const [name, count] of outcome.met) met.set(name, (met.get(name) ?? 0) + count);
  }
  const sum = (of: (outcome: Outcome) => number): number =>
    outcomes.reduce((all, outcome) => all + of(outcome), 0);
  return {
    met: new Map([...met].sort()),
    connections: sum(({ connections }) => connections),
    sent: sum(({ sent }) => sent),
    dropped: sum(({ dropped }) => dropped),
    arrived: sum(({ arrived }) => arrived),
    repeated: sum(({ repeated }) => repeated),
    takenAlong: sum(({ takenAlong }) => takenAlong),
  };
}
