// Turns alerts and our own messages into lines at every collector and in the local log: the one
// door to syslog. Which alerts are repetitions is decided before (alert/book.ts).

import { hostname } from "node:os";
import type { Collector } from "../config/schema.ts";
import type { Alert, Severity } from "../ground/alert.ts";
import { Delivery, type DeliveryStatus } from "./delivery.ts";
import { LocalLog } from "./local-log.ts";
import {
  alertMessage,
  localLine,
  type Message,
  networkLine,
  type Origin,
  ownMessage,
} from "./syslog-line.ts";

/** What the syslog is made for. */
export interface SyslogRequest {
  readonly facility: string;
  readonly collectors: readonly Collector[];
  /** The local log daemon's socket; null for none. */
  readonly localPath: string | null;
}

/** What a status shows. */
export interface SyslogStatus {
  /** Whether a local log daemon was there at the start. */
  readonly local: boolean;
  readonly localDropped: number;
  readonly collectors: readonly DeliveryStatus[];
}

/** The local log daemon's socket on every Linux. */
export const LOCAL_LOG_PATH = "/dev/log";

export class Syslog {
  #origin: Origin;
  #deliveries: readonly Delivery[];
  readonly #local: LocalLog | null;
  #hasLocal = false;

  constructor(request: SyslogRequest) {
    this.#origin = { facility: request.facility, hostname: hostname(), pid: process.pid };
    this.#local = request.localPath === null ? null : new LocalLog(request.localPath);
    this.#deliveries = request.collectors.map((collector) => this.#delivery(collector));
  }

  /** Takes over other collectors; one that stays the same keeps its connection and what waits for it. */
  reload({ facility, collectors }: Pick<SyslogRequest, "facility" | "collectors">): void {
    this.#origin = { ...this.#origin, facility };
    const before = this.#deliveries;
    this.#deliveries = collectors.map(
      (collector) =>
        before.find((delivery) => delivery.isFor(collector)) ?? this.#delivery(collector),
    );
    for (const delivery of this.#deliveries) {
      if (before.includes(delivery)) delivery.renew();
      else delivery.start();
    }
    for (const delivery of before) if (!this.#deliveries.includes(delivery)) void delivery.stop();
  }

  /** Opens the local log and begins to connect. Throws HostError 78 for a bad certificate file. */
  start(): void {
    this.#hasLocal = this.#local?.start() ?? false;
    for (const delivery of this.#deliveries) delivery.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#deliveries.map((delivery) => delivery.stop()));
    this.#local?.stop();
  }

  /** Sends an alert; `repeated` is how many like it were held back since the last one. */
  alert(alert: Alert, repeated: number | null): void {
    this.#send(alertMessage(alert, repeated));
  }

  /** Sends the daily sign of life with its counters. */
  heartbeat(counters: Readonly<Record<string, number>>): void {
    const pairs = Object.entries(counters).map(([name, value]) => `${name}=${value}`);
    this.#send(ownMessage("heartbeat", "info", now(), `watching: ${pairs.join(" ")}`));
  }

  /** Sends the line by which an owner tries the way of an alarm. */
  testAlarm(): void {
    const text = "TEST: this is a test of the alarm, asked for by the owner; nothing was seen.";
    this.#send(ownMessage("test-alarm", "warning", now(), text));
  }

  /** Sends one sentence about the watch itself, such as lost frames. */
  notice(kind: string, severity: Severity, sentence: string): void {
    this.#send(ownMessage(kind, severity, now(), sentence));
  }

  status(): SyslogStatus {
    return {
      local: this.#hasLocal,
      localDropped: this.#local?.dropped ?? 0,
      collectors: this.#deliveries.map((delivery) => delivery.status()),
    };
  }

  #delivery(collector: Collector): Delivery {
    return new Delivery(collector, (count) =>
      this.#line("dropped", "warning", `${count} records found no room and were dropped`),
    );
  }

  #line(kind: string, severity: Severity, text: string): string {
    return networkLine(ownMessage(kind, severity, now(), text), this.#origin);
  }

  #send(message: Message): void {
    const line = networkLine(message, this.#origin);
    for (const delivery of this.#deliveries) delivery.send(line);
    if (this.#hasLocal) this.#local?.write(localLine(message, this.#origin));
  }
}

function now(): string {
  return new Date().toISOString();
}
