// One of our own captures → the same capture at another time: every record's seconds moved so that the
// first lies at the time that was asked for. Microseconds, frames and ports stay as they were recorded.
// draft-ietf-opsawg-pcap §5.

import { readFileSync } from "node:fs";
import { join } from "node:path";

const FILE_HEADER = 24;
const RECORD_HEADER = 16;
const MAIL = join(import.meta.dirname, "../captures/mail");

/** The octets of `test/captures/mail/NAME.pcap`, beginning at `seconds` since 1970. */
export function recordingAt(name: string, seconds: number): Buffer {
  const octets = readFileSync(join(MAIL, `${name}.pcap`));
  const first = octets.readUInt32LE(FILE_HEADER);
  for (let at = FILE_HEADER; at + RECORD_HEADER <= octets.length; ) {
    octets.writeUInt32LE(octets.readUInt32LE(at) - first + seconds, at);
    at += RECORD_HEADER + octets.readUInt32LE(at + 8);
  }
  return octets;
}
