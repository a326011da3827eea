// Turns what waits in the inspector into observations: takes findings, adds the file and interface in
// which their connection was seen, hands them on. Judges nothing.

import type { Sighting } from "./alert/record.ts";
import type { Finding } from "./finding.ts";
import type { Inspector } from "./inspector.ts";

/** Takes one finding; called in the order in which they arose. */
export type Observe = (finding: Finding, sighting: Sighting) => void;

/** One capture file, or a tap. */
interface Input {
  /** The capture as given; null on a tap. */
  readonly file: string | null;
  /** Ordinal of the first connection that was opened in it. */
  readonly first: bigint;
  readonly interfaces: Map<number, string | null>;
}

export class Drain {
  readonly #inspector: Inspector;
  readonly #observe: Observe;
  readonly #inputs: Input[] = [];
  /** Sightings of connections that were told of and have not ended, by ordinal. */
  readonly #told = new Map<number, Sighting>();

  constructor(inspector: Inspector, observe: Observe) {
    this.#inspector = inspector;
    this.#observe = observe;
  }

  /** A new input begins; `file` is null on a tap. */
  openInput(file: string | null): void {
    this.take();
    const flows = this.#inspector.counters().get("flows") ?? 0n;
    this.#inputs.push({ file, first: flows + 1n, interfaces: new Map() });
  }

  nameInterface(index: number, name: string | null): void {
    this.#inputs.at(-1)?.interfaces.set(index, name);
  }

  /** Hands every waiting finding on. */
  take(): void {
    for (const finding of this.#inspector.drain()) {
      const sighting = this.#told.get(finding.ordinal) ?? this.#sighting(finding);
      if (finding.cause === "ended") this.#told.delete(finding.ordinal);
      else this.#told.set(finding.ordinal, sighting);
      this.#observe(finding, sighting);
    }
  }

  /**
   * Where a connection was seen that was not told of before: a change was seen in the input being
   * read, an end may come much later and belongs to the input in which the connection was opened.
   */
  #sighting(finding: Finding): Sighting {
    const opened = this.#inputs.findLast((input) => input.first <= BigInt(finding.ordinal));
    const input = finding.cause === "ended" ? opened : this.#inputs.at(-1);
    return {
      file: input?.file ?? null,
      interfaceName: input?.interfaces.get(finding.interfaceIndex) ?? null,
      evidenceFile: null,
      lanClient: null,
    };
  }
}
