// A running ring-reader.ts as the tests see it: asked by signals, it answers in lines. Knows no frame.

import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface, type Interface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import type { Namespace } from "./namespace.ts";
import type { ReaderOptions } from "./ring-reader.ts";

/** A line of ring-reader.ts. */
export interface Report {
  readonly ready?: boolean;
  readonly error?: string;
  readonly ours: number;
  readonly gaps: number;
  readonly longest: number;
  readonly cpuMs: number;
  readonly frames: number;
  readonly drops: number;
  readonly blocks: number;
  /** SIGIO heard. */
  readonly signals: number;
  readonly missed: number;
  readonly interruptions: number;
  readonly rebinds: number;
  readonly mode: string;
  readonly state: string;
  readonly framing: string | null;
}

/** The reading process, spoken to by signals. */
export class Reader {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #interface: Interface;

  constructor(child: ChildProcess) {
    this.#child = child;
    assert.ok(child.stdout);
    this.#interface = createInterface({ input: child.stdout });
    this.#lines = this.#interface[Symbol.asyncIterator]();
  }

  async line(): Promise<Report> {
    const { value } = await this.#lines.next();
    return JSON.parse(String(value));
  }

  async look(): Promise<Report> {
    this.#child.kill("SIGUSR1");
    return this.line();
  }

  /** Ends it and returns its last line and its exit status. */
  async end(): Promise<Report & { readonly status: number | null }> {
    this.#child.kill("SIGTERM");
    const report = await this.line();
    const [status] = await once(this.#child, "exit");
    return { ...report, status };
  }

  /** Looks until `wanted` of our frames are counted, for two seconds at most. */
  async settle(wanted: number): Promise<void> {
    for (let turn = 0; turn < 40; turn++) {
      if ((await this.look()).ours >= wanted) return;
      await pause(50);
    }
  }

  /** A reader of the namespace's far end that has begun. */
  static of(namespace: Namespace, options: ReaderOptions = {}): Promise<Reader> {
    return Reader.begun(namespace.node("ring-reader.ts", "far", JSON.stringify(options)));
  }

  /** The reader of a process that was started; rejects when it cannot read. */
  static async begun(child: ChildProcess): Promise<Reader> {
    const reader = new Reader(child);
    const first = await reader.line();
    assert.equal(first.ready, true, first.error);
    return reader;
  }
}
