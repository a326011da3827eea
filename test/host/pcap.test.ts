// The pcap reader: byte orders, resolutions, packing, captures larger than the window, and damage at
// every octet. What is damaged is named with its place, and what precedes it was inspected.

import { match, ok, strictEqual } from "node:assert";
import { gzipSync } from "node:zlib";
import { EXIT } from "../../host/ground/errors.ts";
import { EPOCH, encodePcap, encodeRecords } from "../scenario/language/pcap.ts";
import { CaptureFolder, ETHERNET, refusedConnection } from "./capture-files.ts";

const HEADER_SIZE = 24;
const RECORD_HEADER_SIZE = 16;
const WINDOW_SIZE = 16_777_216;
/** When the first frame of the traffic was sent. */
const OPENED = EPOCH * 1_000_000_000n + 123_456_789n;

describe("pcap reader", () => {
  const folder = new CaptureFolder();
  const frames = refusedConnection();
  const file = encodePcap(frames, { linkType: ETHERNET });
  after(() => folder.remove());

  for (const littleEndian of [true, false]) {
    for (const nanoseconds of [true, false]) {
      const order = littleEndian ? "little" : "big";
      const unit = nanoseconds ? "nanoseconds" : "microseconds";
      it(`reads ${order} endian ${unit}`, async () => {
        const form = { linkType: ETHERNET, littleEndian, nanoseconds };
        const reading = await folder.read(encodePcap(frames, form));
        strictEqual(reading.failure, null);
        strictEqual(reading.frames, 2);
        strictEqual(reading.findings.length, 1);
        const opened = nanoseconds ? OPENED : OPENED - (OPENED % 1_000n);
        strictEqual(reading.findings[0]?.finding.openTime, opened);
      });
    }
  }

  it("says of a finding in which file it was seen, and that a pcap names no interface", async () => {
    const { findings } = await folder.read(file);
    strictEqual(findings[0]?.sighting.file, `${folder.path}/capture`);
    strictEqual(findings[0]?.sighting.interfaceName, null);
  });

  it("unpacks gzip, several members as one capture", async () => {
    const packed = [gzipSync(file.subarray(0, 60)), gzipSync(file.subarray(60))];
    const reading = await folder.read(Buffer.concat(packed));
    strictEqual(reading.failure, null);
    strictEqual(reading.frames, 2);
  });

  it("reads a capture larger than its window, packed and not", async () => {
    const count = Math.ceil(
      (1.25 * WINDOW_SIZE) / encodeRecords(frames, { linkType: ETHERNET }).length,
    );
    const records = encodeRecords(frames, { linkType: ETHERNET });
    const octets = Buffer.alloc(HEADER_SIZE + count * records.length);
    octets.set(file.subarray(0, HEADER_SIZE));
    for (let n = 0; n < count; n++) octets.set(records, HEADER_SIZE + n * records.length);
    ok(octets.length > WINDOW_SIZE);
    for (const form of [octets, gzipSync(octets, { level: 1 })]) {
      const reading = await folder.read(form);
      strictEqual(reading.failure, null);
      strictEqual(reading.frames, 2 * count);
    }
  });

  it("names the place where a capture is cut, wherever that is, after reading what precedes", async () => {
    const first = HEADER_SIZE + RECORD_HEADER_SIZE + (frames[0]?.octets.length ?? 0);
    for (let size = 0; size < file.length; size++) {
      const { failure, frames: read } = await folder.read(file.subarray(0, size));
      strictEqual(read, size >= first ? 1 : 0, `cut at ${size}`);
      if (size === HEADER_SIZE || size === first) {
        strictEqual(failure, null, `cut at ${size}, between two records`);
        continue;
      }
      strictEqual(failure?.status, EXIT.damaged, `cut at ${size}`);
      const place = size < HEADER_SIZE ? 0 : size < first ? HEADER_SIZE : first;
      match(failure.message, size < 4 ? /is not a capture/ : new RegExp(`at octet ${place}:`));
    }
  });

  it("stops at a length no record can have", async () => {
    const broken = Buffer.from(file);
    const second = HEADER_SIZE + RECORD_HEADER_SIZE + (frames[0]?.octets.length ?? 0);
    broken.writeUInt32LE(0x7fff_ffff, second + 8);
    const { failure, frames: read } = await folder.read(broken);
    strictEqual(read, 1);
    strictEqual(failure?.status, EXIT.damaged);
    match(failure.message, new RegExp(`at octet ${second}: .*1 frame was read`));
  });

  it("reads packed frames in front of a cut and says the packing ends early", async () => {
    const many = Array.from({ length: 2_000 }, () => frames).flat();
    const packed = gzipSync(encodePcap(many, { linkType: ETHERNET }), { level: 0 });
    const { failure, frames: read } = await folder.read(packed.subarray(0, packed.length >> 1));
    strictEqual(failure?.status, EXIT.damaged);
    match(failure.message, /damaged near octet \d+ of the packed file: it ends too early/);
    ok(read > 1_500 && read < 2_500, `${read} frames were read`);
  });

  it("refuses what is no capture, a version it does not know and an empty file", async () => {
    const version = Buffer.from(file);
    version.writeUInt16LE(3, 4);
    const cases: [Uint8Array, RegExp][] = [
      [
        Buffer.from("root:x:0:0:root:/root:/bin/bash\n"),
        /not a capture: it begins with 72 6f 6f 74/,
      ],
      [Buffer.alloc(0), /not a capture: it is empty/],
      [version, /pcap version 3 is not known/],
      [gzipSync(Buffer.from("nothing of the kind")), /not a capture/],
    ];
    for (const [octets, sentence] of cases) {
      const { failure } = await folder.read(octets);
      strictEqual(failure?.status, EXIT.damaged);
      match(failure.message, sentence);
    }
  });
});
