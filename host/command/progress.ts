// Turns octets read into a progress bar on stderr: only on a terminal, only for input that takes
// longer than a second. Never writes to a pipe.

import { Presets, SingleBar } from "cli-progress";

const PATIENCE_MS = 1_000;
const MEBIOCTET = 1_048_576;

export class Progress {
  readonly #terminal: boolean;
  readonly #began = performance.now();
  #bar: SingleBar | null = null;

  constructor(terminal: boolean) {
    this.#terminal = terminal;
  }

  /** Shows how much of `name` was read; `total` is null when its size is unknown. */
  show(name: string, done: number, total: number | null): void {
    if (!this.#terminal || performance.now() - this.#began < PATIENCE_MS) return;
    const size = (total ?? done) / MEBIOCTET;
    if (this.#bar === null) this.#bar = this.#start(total !== null);
    this.#bar.setTotal(Math.max(size, 1 / MEBIOCTET));
    this.#bar.update(done / MEBIOCTET, { name, read: (done / MEBIOCTET).toFixed(1) });
  }

  /** Takes the bar off the terminal; may be called twice. */
  clear(): void {
    this.#bar?.stop();
    this.#bar = null;
  }

  #start(sized: boolean): SingleBar {
    const format = sized ? "{name} {bar} {percentage} %" : "{name} {read} MiB";
    const options = { format, clearOnComplete: true, hideCursor: true, stream: process.stderr };
    const bar = new SingleBar(options, Presets.shades_classic);
    bar.start(1, 0, { name: "", read: "0" });
    return bar;
  }
}
