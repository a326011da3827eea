// Turns the window over one capture into walks of the inspector: steps, drains what was found, reads
// on, until the capture ends, is damaged, or comes to something the inspector leaves to the host.

import type { Stop } from "../ground/abi.ts";
import { EXIT, HostError } from "../ground/errors.ts";
import type { Inspector, Walk } from "../inspector.ts";
import { inputName } from "./source.ts";
import type { CaptureWindow } from "./window.ts";

/** One call of the inspector over what the window holds. */
export type CaptureStep = () => Walk;

/** What a capture reader works with. */
export interface CaptureJob {
  readonly path: string;
  readonly inspector: Inspector;
  readonly window: CaptureWindow;
  /** Takes what was found; called often. */
  readonly drain: () => void;
  /** pcapng only: the name of an interface of the current section. */
  readonly nameInterface: (index: number, name: string | null) => void;
}

export class Walker {
  readonly path: string;
  readonly inspector: Inspector;
  readonly window: CaptureWindow;
  readonly nameInterface: CaptureJob["nameInterface"];
  readonly #drain: () => void;

  constructor(job: CaptureJob) {
    this.path = job.path;
    this.inspector = job.inspector;
    this.window = job.window;
    this.nameInterface = job.nameInterface;
    this.#drain = job.drain;
  }

  /**
   * Repeats `step` while it can go on. Resolves to "end" at the end of the capture or "foreign"
   * at a place the inspector leaves to the host. Throws HostError 65 at damage.
   */
  async walk(step: CaptureStep): Promise<"end" | "foreign"> {
    for (;;) {
      const { next, stop }: { next: number; stop: Stop } = step();
      this.window.consumeTo(next);
      this.#drain();
      switch (stop) {
        case "drain":
          break;
        case "foreign":
          return "foreign";
        case "damaged":
          throw damaged(this, "a length stands there that no record can have");
        case "octets":
          if (await this.window.more()) break;
          if (this.window.available === 0) return "end";
          throw damaged(this, "the capture ends in the middle of a record");
      }
    }
  }
}

/** The sentence for damage at the window's start: where, what, and how much was inspected. */
export function damaged(walker: Walker, what: string): HostError {
  const { path, window, inspector } = walker;
  const frames = inspector.framesOfInput;
  const read = `${frames} ${frames === 1 ? "frame was" : "frames were"} read before it`;
  return new HostError(
    EXIT.damaged,
    `${inputName(path)} is damaged at octet ${window.offset}: ${what} (${read}).`,
  );
}
