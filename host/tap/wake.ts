// When the ring is looked into: at the kernel's signal while blocks come seldom, by time while they
// come close together. Knows no block; it asks whether the last look found any.

import { armSignal, disarmSignal } from "./libc.ts";

/**
 * Blocks that come closer together than this are no longer worth a signal each, which costs more than
 * walking a block does: they are looked for by time, until one look finds none.
 */
const BUSY_MS = 4;
/**
 * How often at most: waking up costs as much as walking several blocks. At line rate the smallest frames
 * fill three blocks a millisecond, so a ring of 128 lasts for 39 ms; where several interfaces share one,
 * each is looked into sooner, so that a look may come as late as twice its time.
 */
const LOOK_MS = 10;
const LOOK_MS_MIN = 2;
/** Four times what line rate fills. */
const BLOCKS_A_MS = 12;

/** Calls for a look at one packet socket's ring whenever there may be something in it. */
export class Wake {
  readonly #look: () => boolean;
  readonly #onSignal: () => void;
  readonly #lookMs: number;
  #descriptor = -1;
  #again: NodeJS.Immediate | null = null;
  #poll: NodeJS.Timeout | null = null;
  /** When a look last found blocks, on the clock of performance.now(). */
  #found = 0;

  /**
   * `look` takes what is ready and tells whether there was any; it may call disarm(). `blockCount` is
   * how many blocks the ring has.
   */
  constructor(look: () => boolean, blockCount: number) {
    this.#look = look;
    this.#lookMs = Math.min(LOOK_MS, Math.max(LOOK_MS_MIN, Math.floor(blockCount / BLOCKS_A_MS)));
    this.#onSignal = () => this.soon();
  }

  /** Hears the packet socket from now on. Returns what the kernel says: below 0 is an error. */
  arm(descriptor: number): number {
    this.#descriptor = descriptor;
    process.on("SIGIO", this.#onSignal); // before arming: SIGIO unhandled ends the process
    return armSignal(descriptor, process.pid);
  }

  /** Looks no more. Safe to call twice, or before arm(). */
  disarm(): void {
    if (this.#again !== null) clearImmediate(this.#again);
    if (this.#poll !== null) clearTimeout(this.#poll);
    this.#again = null;
    this.#poll = null;
    if (this.#descriptor < 0) return;
    disarmSignal(this.#descriptor); // before the handler goes: SIGIO unhandled ends the process
    process.removeListener("SIGIO", this.#onSignal);
    this.#descriptor = -1;
  }

  /**
   * However many signals one turn of the event loop brings, it looks once: each of a hundred that
   * have queued up would else take a whole turn of the ring, and the next SIGTERM wait for them all.
   */
  soon(): void {
    if (this.#again !== null) return;
    this.#again = setImmediate(() => {
      this.#again = null;
      const now = performance.now();
      const busy = now - this.#found < BUSY_MS;
      if (!this.#look() || this.#descriptor < 0) return; // what was found may have ended the watch
      this.#found = now;
      if (busy && this.#poll === null) {
        disarmSignal(this.#descriptor);
        this.#poll = setTimeout(() => this.#lookByTime(), this.#lookMs);
      }
    });
  }

  /** Looks again as long as there is anything; else back to signals. */
  #lookByTime(): void {
    const found = this.#look();
    if (this.#descriptor < 0) return; // what was found may have ended the watch
    if (found) {
      this.#poll?.refresh();
      return;
    }
    this.#poll = null;
    armSignal(this.#descriptor, process.pid);
    this.#look(); // what came just before
  }
}
