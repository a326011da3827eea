// A benchmark capture → its first N frames, the N after them, and both together, as files of their
// own: what a program takes for the second N alone is the difference between two runs, and what its
// start takes falls out. Little-endian pcap.

import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { FOLDER, type Kind, make } from "./traffic.ts";

const FILE_HEADER_SIZE = 24;
const RECORD_HEADER_SIZE = 16;
const CAPTURED_AT = 8;
const READ_SIZE = 16_777_216;

export interface Part {
  readonly path: string;
  readonly size: number;
}

export interface Cut {
  readonly kind: Kind;
  /** Frames of `first`, and of `second`. */
  readonly frames: number;
  /** Octets of a frame of the whole capture, on average. */
  readonly meanSize: number;
  readonly first: Part;
  readonly second: Part;
  readonly both: Part;
}

/** Where the records number `counts` end. */
function ends(file: number, counts: readonly number[]): number[] {
  const octets = Buffer.alloc(READ_SIZE);
  let base = 0;
  let held = 0;
  let at = FILE_HEADER_SIZE;
  let frames = 0;
  return counts.map((count) => {
    while (frames < count) {
      if (at + RECORD_HEADER_SIZE > base + held) {
        base = at;
        held = readSync(file, octets, 0, READ_SIZE, base);
        if (held < RECORD_HEADER_SIZE) throw new Error(`the capture has only ${frames} frames.`);
      }
      at += RECORD_HEADER_SIZE + octets.readUInt32LE(at - base + CAPTURED_AT);
      frames++;
    }
    return at;
  });
}

/** The file header and the records in [from, to), as a file. */
function copy(file: number, path: string, from: number, to: number): Part {
  const target = openSync(path, "w");
  const octets = Buffer.alloc(READ_SIZE);
  readSync(file, octets, 0, FILE_HEADER_SIZE, 0);
  writeSync(target, octets, 0, FILE_HEADER_SIZE);
  for (let at = from; at < to; ) {
    const read = readSync(file, octets, 0, Math.min(READ_SIZE, to - at), at);
    writeSync(target, octets, 0, read);
    at += read;
  }
  closeSync(target);
  return { path, size: FILE_HEADER_SIZE + to - from };
}

/** Cuts a capture behind its first and its second `frames` frames. */
export function cut(kind: Kind, frames: number): Cut {
  const { capture, heading } = make(kind);
  const file = openSync(capture, "r");
  const [middle = 0, end = 0] = ends(file, [frames, 2 * frames]);
  const part = (name: string, from: number, to: number) =>
    copy(file, join(FOLDER, `${kind}-${name}.pcap`), from, to);
  const parts = {
    first: part("first", FILE_HEADER_SIZE, middle),
    second: part("second", middle, end),
    both: part("both", FILE_HEADER_SIZE, end),
  };
  closeSync(file);
  return { kind, frames, meanSize: heading.frameOctets / heading.frames, ...parts };
}
