// Turns what waits in the inspector into observations: takes findings, adds the file and interface in
// which their connection was seen, hands them on. Judges nothing.

import type { Finding, Sighting } from "./ground/finding.ts";
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
  #inspector: Inspector;
  readonly #observe: Observe;
  #inputs: Input[] = [];

  constructor(inspector: Inspector, observe: Observe) {
    this.#inspector = inspector;
    this.#observe = observe;
  }

  get inspector(): Inspector {
    return this.#inspector;
  }

  /** Goes on with another inspector, whose connections count anew; what waited in the old one is lost. */
  replace(inspector: Inspector): void {
    this.#inspector = inspector;
    this.#inputs = [];
  }

  /** A new input begins, here and in the inspector; `file` is null on a tap. */
  openInput(file: string | null): void {
    this.take();
    this.#inspector.openInput(file ?? "the tap");
    const flows = this.#inspector.counters().get("flows") ?? 0n;
    this.#inputs.push({ file, first: flows + 1n, interfaces: new Map() });
  }

  nameInterface(index: number, name: string | null): void {
    this.#inputs.at(-1)?.interfaces.set(index, name);
  }

  /** Hands every waiting finding on. */
  take(): void {
    for (const finding of this.#inspector.drain()) this.#observe(finding, this.#sighting(finding));
  }

  /** Nothing more comes: ends every connection and hands on what they still held. */
  finish(): void {
    while (this.#inspector.finish()) this.take();
    this.take();
  }

  /**
   * A connection belongs to the input in which it was opened, whenever it is told of: what was held
   * back may be told many inputs later. Ordinals count connections, so they say which one it was.
   */
  #sighting(finding: Finding): Sighting {
    const input = this.#inputs.findLast(({ first }) => first <= BigInt(finding.ordinal));
    return {
      file: input?.file ?? null,
      interfaceName: input?.interfaces.get(finding.interfaceIndex) ?? null,
      evidenceFile: null,
      lanClient: null,
    };
  }
}
