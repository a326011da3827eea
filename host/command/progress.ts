// Turns octets read into a progress bar on stderr, for input that takes longer than a second. Made only
// where stderr is a terminal.

import { Presets, SingleBar } from "cli-progress";

const PATIENCE_MS = 1_000;
const MEBIOCTET = 1_048_576;

export class Progress {
  readonly #began = performance.now();
  #bar: SingleBar | null = null;

  /** Shows how much of `name` was read; `total` is null when its size is unknown. */
  show(name: string, done: number, total: number | null): void {
    if (performance.now() - this.#began < PATIENCE_MS) return;
    const size = Math.max(total ?? done, 1);
    const shown = { name, read: (done / MEBIOCTET).toFixed(1) };
    if (this.#bar === null) {
      this.#bar = barOf(total !== null);
      this.#bar.start(size, done, shown);
    }
    this.#bar.setTotal(size);
    this.#bar.update(done, shown);
  }

  /** Takes the bar off the terminal; may be called twice. */
  clear(): void {
    this.#bar?.stop();
    this.#bar = null;
  }
}

/** A bar where the size is known, else a count. */
function barOf(sized: boolean): SingleBar {
  const format = sized ? "{name} {bar} {percentage} %" : "{name} {read} MiB";
  const options = { format, clearOnComplete: true, hideCursor: false, stream: process.stderr };
  return new SingleBar(options, Presets.shades_classic);
}
