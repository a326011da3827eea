// Scripts (generators that write frames and yield the nanoseconds until they want to go on) → one
// interleaved capture. A binary heap by time, ties in order of arrival, so the same scripts always
// interleave alike. It knows no protocol.

import type { CaptureFile } from "./capture-file.ts";

/** Yields nanoseconds to wait; what it writes between two yields happens at one moment. */
export type Script = Generator<number, void, void>;

export const MICROSECOND = 1e3;
export const MILLISECOND = 1e6;
export const SECOND = 1e9;

interface Entry {
  time: number;
  order: number;
  script: Script;
}

export class Timeline {
  readonly capture: CaptureFile;
  /** Scripts that must have ended before the capture is full. */
  #owed = 0;
  #order = 0;
  #heap: Entry[] = [];

  constructor(capture: CaptureFile) {
    this.capture = capture;
  }

  /** Background: may be cut off by the end of the capture. */
  background(time: number, script: Script): void {
    this.#push({ time, order: this.#order++, script });
  }

  /** Must run to its end within the capture, or `run` throws. */
  plant(time: number, script: Script): void {
    this.#owed++;
    this.background(time, this.#settle(script));
  }

  /** Runs until the capture is full or no script is left. */
  run(): void {
    const heap = this.#heap;
    for (let top = heap[0]; top && !this.capture.full; top = heap[0]) {
      this.capture.now = top.time;
      const step = top.script.next();
      if (step.done) {
        const last = heap.pop();
        if (last && heap.length > 0) heap[0] = last;
      } else {
        top.time += step.value;
        top.order = this.#order++;
      }
      this.#sink();
    }
    if (this.#owed > 0) throw new Error(`the capture ended with ${this.#owed} scripts unfinished`);
    if (!this.capture.full) {
      throw new Error(`only ${this.capture.frames} of ${this.capture.limit} frames were written`);
    }
  }

  *#settle(script: Script): Script {
    yield* script;
    this.#owed--;
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(entry);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (!parent || !sooner(entry, parent)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = entry;
  }

  #sink(): void {
    const heap = this.#heap;
    const entry = heap[0];
    if (!entry) return;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      let child = heap[below];
      const right = heap[below + 1];
      if (child && right && sooner(right, child)) {
        child = right;
        below++;
      }
      if (!child || !sooner(child, entry)) break;
      heap[at] = child;
      at = below;
    }
    heap[at] = entry;
  }
}

function sooner(one: Entry, other: Entry): boolean {
  return one.time < other.time || (one.time === other.time && one.order < other.order);
}
