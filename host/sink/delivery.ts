// Turns lines into lines that a collector has received: in order, once each, across its outages.
// Keeps a bounded queue meanwhile; what finds no room is counted and told as one line in its
// place. Knows no format (syslog-line.ts) and no transport (channel.ts).

import type { Collector } from "../config/schema.ts";
import { HostError } from "../ground/errors.ts";
import { type Channel, openChannel } from "./channel.ts";
import { type Credentials, readCredentials } from "./credentials.ts";

/**
 * A line counts as delivered when it is acknowledged and the channel has lived this much longer:
 * a collector that dies takes with it what it had not yet read.
 */
const SETTLE_MS = 100;

const BACKOFF_MIN_MS = 250;
const BACKOFF_MAX_MS = 4_000;

/** How long the end waits for what can still be delivered. */
const FLUSH_MS = 300;

/** What a status shows of a collector. */
export interface DeliveryStatus {
  readonly collector: string;
  readonly connected: boolean;
  /** Nobody answers over UDP: what went there was sent, whether or not it was reached. */
  readonly state: "reached" | "sent" | "away";
  /** Why it is away, in words; null while it is not. */
  readonly why: string | null;
  readonly queued: number;
  readonly delivered: number;
  readonly dropped: number;
}

/** A line on its way: where it ends in the channel's octets, and when it went. */
interface Departed {
  readonly line: string;
  readonly end: number;
  readonly at: number;
}

/** Why a collector is away that has neither answered nor failed since the start: no reason for a slow lamp. */
export const UNANSWERED = "not answered yet";

export class Delivery {
  readonly #collector: Collector;
  /** Words the one line that tells how many were dropped. */
  readonly #dropLine: (count: number) => string;
  #credentials: Credentials = {};
  #queue: string[] = [];
  #departed: Departed[] = [];
  #channel: Channel | null = null;
  #open = false;
  /** After an outage one line goes first, alone: an open connection is no reader yet. */
  #probing = false;
  #backoff = BACKOFF_MIN_MS;
  #retry: NodeJS.Timeout | null = null;
  #settle: NodeJS.Timeout | null = null;
  /** Why the last channel closed. */
  #why: string = UNANSWERED;
  #untold = 0;
  #dropped = 0;
  #delivered = 0;
  #running = false;

  constructor(collector: Collector, dropLine: (count: number) => string) {
    this.#collector = collector;
    this.#dropLine = dropLine;
  }

  /** Reads certificates and begins to connect. Throws HostError 78 for a file it cannot read. */
  start(): void {
    this.#credentials = readCredentials(this.#collector);
    this.#running = true;
    this.#connect();
  }

  /** Whether this delivers to that collector, as it is configured. */
  isFor(collector: Collector): boolean {
    return JSON.stringify(collector) === JSON.stringify(this.#collector);
  }

  /** Reads certificates again, for the next connection; keeps those it has where the rights are gone. */
  renew(): void {
    try {
      this.#credentials = readCredentials(this.#collector);
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
    }
  }

  /** Waits a moment for what can still go, then closes. Safe to call twice. */
  async stop(): Promise<void> {
    if (!this.#running) return;
    const deadline = performance.now() + FLUSH_MS;
    while (this.#open && this.#waiting() > 0 && performance.now() < deadline) {
      this.#confirm(false);
      this.#pump();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    this.#running = false;
    for (const timer of [this.#retry, this.#settle]) if (timer !== null) clearTimeout(timer);
    this.#channel?.close();
    this.#channel = null;
    this.#open = false;
  }

  /** Takes a line for delivery; drops it, counted, when the queue is full. */
  send(line: string): void {
    if (!this.#hasRoom() && this.#open && !this.#probing) this.#confirm(true);
    if (!this.#hasRoom()) {
      this.#untold += 1;
      this.#dropped += 1;
      return;
    }
    this.#tellDropped();
    this.#queue.push(line);
    this.#pump();
  }

  status(): DeliveryStatus {
    const { proto, host, port } = this.#collector;
    const connected = this.#open && !(this.#probing && this.#departed.length > 0);
    const there = proto === "udp" ? "sent" : "reached";
    return {
      collector: `${proto} ${host} ${port}`,
      connected,
      state: connected ? there : "away",
      why: connected ? null : this.#why,
      queued: this.#waiting(),
      delivered: this.#delivered,
      dropped: this.#dropped,
    };
  }

  /** Room for one more line, and for the count of dropped ones where that is still untold. */
  #hasRoom(): boolean {
    return this.#collector.queue - this.#waiting() >= (this.#untold > 0 ? 2 : 1);
  }

  #waiting(): number {
    return this.#queue.length + this.#departed.length;
  }

  /** Puts the count of dropped lines where they would have been. */
  #tellDropped(): void {
    if (this.#untold === 0 || this.#waiting() >= this.#collector.queue) return;
    this.#queue.push(this.#dropLine(this.#untold));
    this.#untold = 0;
  }

  #connect(): void {
    this.#retry = null;
    if (!this.#running) return;
    this.#probing = this.#delivered > 0 || this.#backoff > BACKOFF_MIN_MS;
    this.#channel = openChannel(this.#collector, this.#credentials, {
      onOpen: () => {
        this.#open = true;
        this.#pump();
      },
      onReady: () => this.#pump(),
      onClose: (why) => this.#lost(why),
    });
  }

  /** Brings back what is not known to have been read, and tries again later. */
  #lost(why: string): void {
    if (this.#channel === null) return;
    this.#why = why;
    this.#confirm(false);
    this.#queue = [...this.#departed.map((departed) => departed.line), ...this.#queue];
    this.#departed = [];
    this.#channel = null;
    this.#open = false;
    if (!this.#running) return;
    this.#retry = setTimeout(() => this.#connect(), this.#backoff);
    this.#backoff = Math.min(this.#backoff * 2, BACKOFF_MAX_MS);
  }

  #pump(): void {
    const channel = this.#channel;
    if (channel === null || !this.#open) return;
    while (channel.ready && !(this.#probing && this.#departed.length > 0)) {
      const line = this.#queue.shift();
      if (line === undefined) break;
      channel.write(line);
      this.#departed.push({ line, end: channel.written, at: performance.now() });
    }
    if (this.#departed.length > 0 && this.#settle === null) {
      this.#settle = setTimeout(() => setImmediate(() => this.#settled()), SETTLE_MS);
    }
  }

  /** Comes behind what the sockets have to say: after a stall a complaint may be older than we know. */
  #settled(): void {
    this.#settle = null;
    this.#confirm(false);
    this.#pump();
  }

  /** Counts as delivered what was read, or acknowledged and settled; `atOnce` asks for no settling. */
  #confirm(atOnce: boolean): void {
    const channel = this.#channel;
    if (channel === null) return;
    const acknowledged = channel.acknowledged();
    const before = performance.now() - (atOnce ? 0 : SETTLE_MS);
    for (let first = this.#departed[0]; first; first = this.#departed[0]) {
      const settled = first.end <= acknowledged && first.at <= before;
      if (!settled && first.end > channel.read) break;
      this.#departed.shift();
      this.#delivered += 1;
      this.#probing = false;
      this.#backoff = BACKOFF_MIN_MS;
    }
    this.#tellDropped();
  }
}
