// Turns a stream of octets into a window in the inspector's memory that moves along it: what was not
// consumed is moved to the front, the rest is filled from the source. No copy but that tail.
// Does not know what the octets mean.

import type { OctetSource } from "./source.ts";

/**
 * Octets asked of the source at a time: what was read is inspected while the processor's cache still
 * holds it, and the rest of the window is never touched, so it costs no memory.
 */
const READ_SIZE = 524_288;

/** The memory a window lies in: octets from `ringAt` up to `ringEnd` are its own. */
export interface WindowPlace {
  readonly octets: Uint8Array;
  readonly ringAt: number;
  readonly ringEnd: number;
}

export class CaptureWindow {
  readonly #place: WindowPlace;
  readonly #view: DataView;
  readonly #source: OctetSource;
  #start: number;
  #end: number;
  /** Offset in the capture of the octet at the window's front. */
  #offset = 0;

  constructor(place: WindowPlace, source: OctetSource) {
    this.#place = place;
    this.#view = new DataView(place.octets.buffer);
    this.#source = source;
    this.#start = place.ringAt;
    this.#end = place.ringAt;
  }

  /** Address of the first octet not consumed. */
  get start(): number {
    return this.#start;
  }

  /** Address behind the last octet read. */
  get end(): number {
    return this.#end;
  }

  get available(): number {
    return this.#end - this.#start;
  }

  /** Offset in the capture of the first octet not consumed. */
  get offset(): number {
    return this.#offset + this.#start - this.#place.ringAt;
  }

  /** A 16-bit field, `at` octets behind `start`. */
  u16(at: number, littleEndian: boolean): number {
    return this.#view.getUint16(this.#start + at, littleEndian);
  }

  /** A 32-bit field, `at` octets behind `start`. */
  u32(at: number, littleEndian: boolean): number {
    return this.#view.getUint32(this.#start + at, littleEndian);
  }

  /** A copy of `count` available octets, `at` octets behind `start`. */
  octets(at: number, count: number): Uint8Array {
    return this.#place.octets.slice(this.#start + at, this.#start + at + count);
  }

  /** Octets up to `address` are done with. */
  consumeTo(address: number): void {
    this.#start = address;
  }

  /** Reads on; false at the end of the source, or when the window is full. */
  async more(): Promise<boolean> {
    const { octets, ringAt, ringEnd } = this.#place;
    octets.copyWithin(ringAt, this.#start, this.#end);
    this.#offset += this.#start - ringAt;
    this.#end -= this.#start - ringAt;
    this.#start = ringAt;
    if (this.#end === ringEnd) return false;
    const read = this.#source.read(
      octets.subarray(this.#end, Math.min(ringEnd, this.#end + READ_SIZE)),
    );
    const count = typeof read === "number" ? read : await read;
    this.#end += count;
    return count > 0;
  }

  /** Waits for `count` octets; false when the source ends before, or the window cannot hold them. */
  async need(count: number): Promise<boolean> {
    while (this.available < count) {
      if (!(await this.more())) return false;
    }
    return true;
  }

  /** Consumes `count` octets, however many they are; false when the source ends before. */
  async skip(count: number): Promise<boolean> {
    let left = count;
    while (left > this.available) {
      left -= this.available;
      this.consumeTo(this.#end);
      if (!(await this.more())) return false;
    }
    this.consumeTo(this.#start + left);
    return true;
  }
}
