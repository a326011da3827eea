// A seed → an endless, repeatable row of numbers (sfc32, 128 bits of state). The benchmark's
// traffic must be the same octets on every machine, so nothing here reads a clock or the system's
// entropy. Not for anything secret.

export class Random {
  #a: number;
  #b = 0x9e3779b9;
  #c = 0x243f6a88;
  #counter = 1;

  constructor(seed: number) {
    this.#a = seed | 0;
    for (let round = 0; round < 15; round++) this.word();
  }

  /** The next 32-bit unsigned integer. */
  word(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    return sum >>> 0;
  }

  /** An integer in 0 … limit−1. */
  below(limit: number): number {
    return Math.floor((this.word() / 4294967296) * limit);
  }

  /** An integer in low … high, both included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /** True with the given probability (0 … 1). */
  chance(probability: number): boolean {
    return this.word() < probability * 4294967296;
  }

  /** One element of a list that is not empty. */
  pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.below(choices.length)] ?? choices[0];
  }

  /** Fills an array with arbitrary octets (stand-in for ciphertext). */
  fill(octets: Uint8Array): Uint8Array {
    for (let at = 0; at < octets.length; at++) octets[at] = this.word() >>> 13;
    return octets;
  }
}
