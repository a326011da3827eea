// Frames in the order they are written → a pcap file with nanosecond stamps (little endian,
// Ethernet, magic 0xa1b23c4d), streamed through one large buffer. The link is a serial wire: a
// frame is stamped when the previous one has left it, so stamps never run backwards. After `limit`
// frames everything further is thrown away, which gives captures an exact length.

import { closeSync, openSync, writeSync } from "node:fs";

const BUFFERED = 8 << 20;
const LARGEST_FRAME = 1 << 16;
const RECORD_HEADER = 16;
/** 2026-01-01T00:00:00Z; any fixed second would do. */
const EPOCH = 1767225600;
/** One octet on a 1 Gbit/s wire, plus preamble, check sequence and gap (24 octets) per frame. */
const OCTET_TIME = 8;
const FRAME_GAP = 24;

export class CaptureFile {
  readonly octets = Buffer.alloc(BUFFERED + LARGEST_FRAME);
  readonly limit: number;
  /** Nanoseconds since the start of the capture; set by the timeline. */
  now = 0;
  frames = 0;
  frameOctets = 0;
  #file: number;
  #filled = 24;
  #wireFree = 0;

  constructor(path: string, limit: number) {
    this.limit = limit;
    this.#file = openSync(path, "w");
    this.octets.writeUInt32LE(0xa1b23c4d, 0);
    this.octets.writeUInt16LE(2, 4);
    this.octets.writeUInt16LE(4, 6);
    this.octets.writeUInt32LE(0x40000, 16);
    this.octets.writeUInt32LE(1, 20);
  }

  get full(): boolean {
    return this.frames >= this.limit;
  }

  /** Starts a record of `length` octets and returns where in `octets` the frame goes. */
  reserve(length: number): number {
    if (this.frames >= this.limit) return BUFFERED;
    if (this.#filled + RECORD_HEADER + length > BUFFERED) this.#flush();
    const time = Math.max(this.now, this.#wireFree);
    this.#wireFree = time + (length + FRAME_GAP) * OCTET_TIME;
    const second = Math.floor(time / 1e9);
    const at = this.#filled;
    word(this.octets, at, EPOCH + second);
    word(this.octets, at + 4, time - second * 1e9);
    word(this.octets, at + 8, length);
    word(this.octets, at + 12, length);
    this.#filled = at + RECORD_HEADER + length;
    this.frames++;
    this.frameOctets += length;
    return at + RECORD_HEADER;
  }

  close(): void {
    if (this.#file < 0) return;
    this.#flush();
    closeSync(this.#file);
    this.#file = -1;
  }

  #flush(): void {
    let written = 0;
    while (written < this.#filled) {
      written += writeSync(this.#file, this.octets, written, this.#filled - written);
    }
    this.#filled = 0;
  }
}

function word(octets: Uint8Array, at: number, value: number): void {
  octets[at] = value;
  octets[at + 1] = value >>> 8;
  octets[at + 2] = value >>> 16;
  octets[at + 3] = value >>> 24;
}
