// The frames of one of our own captures, to be put on a wire again.

import { readFileSync } from "node:fs";

const FILE_HEADER = 24;
const RECORD_HEADER = 16;

/** The frames of a classic capture in the order of this machine's octets. */
export function frames(path: string): Buffer[] {
  const octets = readFileSync(path);
  const found: Buffer[] = [];
  for (let at = FILE_HEADER; at < octets.length; ) {
    const length = octets.readUInt32LE(at + 8);
    found.push(octets.subarray(at + RECORD_HEADER, at + RECORD_HEADER + length));
    at += RECORD_HEADER + length;
  }
  return found;
}
