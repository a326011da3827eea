// The pcapng reader: sections in either byte order, several interfaces with their own names,
// resolutions and offsets, every kind of packet block, blocks to skip, and damage.

import { deepStrictEqual, match, strictEqual } from "node:assert";
import { EXIT } from "../../host/ground/errors.ts";
import type { Frame } from "../scenario/language/packet.ts";
import { EPOCH } from "../scenario/language/pcap.ts";
import { CaptureFolder, ETHERNET, PcapngWriter, refusedConnection } from "./capture-files.ts";

const SECOND = 1_000_000_000n;
const OPENED = EPOCH * SECOND + 123_456_789n;
const NAME_RESOLUTION = 4;
const UNKNOWN = 0x0bad;

describe("pcapng reader", () => {
  const folder = new CaptureFolder();
  const [syn, reset] = refusedConnection() as [Frame, Frame];
  after(() => folder.remove());

  for (const littleEndian of [true, false]) {
    describe(littleEndian ? "little endian" : "big endian", () => {
      const writer = new PcapngWriter(littleEndian);
      const plain = () => [writer.section(), writer.interface(ETHERNET, writer.name("wan"))];
      const micro = (time: bigint): bigint => time / 1_000n;

      /** The time of the first frame, as read, when it is stamped in one interface's units. */
      const openedAt = async (
        options: Uint8Array[],
        units: bigint,
      ): Promise<bigint | undefined> => {
        const start = [writer.section(), writer.interface(ETHERNET, ...options)];
        const blocks = [writer.enhanced(0, units, syn), writer.enhanced(0, units + 1n, reset)];
        const { findings, failure } = await folder.read(Buffer.concat([...start, ...blocks]));
        strictEqual(failure, null);
        return findings[0]?.finding.openTime;
      };

      it("takes microseconds where an interface states no resolution", async () => {
        strictEqual(await openedAt([], micro(OPENED)), micro(OPENED) * 1_000n);
      });

      it("takes decimal and binary resolutions", async () => {
        strictEqual(await openedAt([writer.resolution(9)], OPENED), OPENED);
        strictEqual(
          await openedAt([writer.resolution(3)], OPENED / 1_000_000n),
          OPENED - (OPENED % 1_000_000n),
        );
        const binary = EPOCH * 1_048_576n + 524_288n; // half a second in units of 2^-20 s
        strictEqual(
          await openedAt([writer.resolution(0x80 | 20)], binary),
          EPOCH * SECOND + SECOND / 2n,
        );
      });

      it("adds an interface's time offset, also a negative one", async () => {
        const options = [writer.resolution(9), writer.offset(-3_600n)];
        strictEqual(await openedAt(options, OPENED), OPENED - 3_600n * SECOND);
        strictEqual(
          await openedAt([writer.resolution(9), writer.offset(86_400n)], OPENED),
          OPENED + 86_400n * SECOND,
        );
      });

      it("keeps interfaces apart: name and resolution of each", async () => {
        const blocks = [
          writer.section(),
          writer.interface(ETHERNET, writer.name("lan"), writer.resolution(6)),
          writer.interface(ETHERNET, writer.name("wan"), writer.resolution(9)),
          writer.enhanced(1, OPENED, syn),
          writer.enhanced(1, OPENED + 1_000_000n, reset),
        ];
        const { findings, frames } = await folder.read(Buffer.concat(blocks));
        strictEqual(frames, 2);
        strictEqual(findings[0]?.finding.openTime, OPENED);
        strictEqual(findings[0]?.sighting.interfaceName, "wan");
      });

      it("reads simple and obsolete packet blocks and skips what holds no packet", async () => {
        const blocks = [
          ...plain(),
          writer.block(NAME_RESOLUTION, writer.u16(0, 0)),
          writer.simple(syn),
          writer.block(UNKNOWN, Buffer.alloc(100_001)),
          writer.obsolete(0, micro(OPENED), reset),
          writer.block(5, writer.u32(0, 0, 0)),
          writer.enhanced(0, micro(OPENED), syn),
        ];
        const { frames, failure } = await folder.read(Buffer.concat(blocks));
        strictEqual(failure, null);
        strictEqual(frames, 3);
      });

      it("skips a block larger than its window", async () => {
        const large = writer.block(UNKNOWN, Buffer.alloc(17_000_000));
        const blocks = [...plain(), large, writer.enhanced(0, micro(OPENED), syn)];
        const { frames, failure } = await folder.read(Buffer.concat(blocks));
        strictEqual(failure, null);
        strictEqual(frames, 1);
      });

      it("begins anew at a section in the other byte order", async () => {
        const other = new PcapngWriter(!littleEndian);
        const blocks = [
          ...plain(),
          writer.enhanced(0, micro(OPENED), syn),
          other.section(),
          other.interface(ETHERNET, other.name("wan"), other.resolution(9)),
          other.enhanced(0, OPENED + 1_000_000n, reset),
        ];
        const { frames, failure, findings } = await folder.read(Buffer.concat(blocks));
        strictEqual(failure, null);
        strictEqual(frames, 2);
        deepStrictEqual(
          findings.map(({ finding }) => finding.segments.resetsToClient),
          [1],
        );
      });

      it("names the place of a block that is cut, or whose lengths differ or cannot be", async () => {
        const start = Buffer.concat(plain());
        const packet = writer.enhanced(0, micro(OPENED), syn);
        const whole = Buffer.concat([start, packet, writer.block(UNKNOWN, Buffer.alloc(8))]);
        const place = start.length + packet.length;
        const differs = Buffer.from(whole);
        differs[whole.length - (littleEndian ? 4 : 1)] = 24;
        const impossible = Buffer.from(whole);
        impossible[place + (littleEndian ? 4 : 7)] = 7;
        for (const octets of [whole.subarray(0, whole.length - 1), differs, impossible]) {
          const { frames, failure } = await folder.read(octets);
          strictEqual(frames, 1);
          strictEqual(failure?.status, EXIT.damaged);
          match(failure.message, /is damaged at octet \d+: .*1 frame was read before it/);
        }
      });
    });
  }

  it("refuses a section without a byte-order magic", async () => {
    const broken = Buffer.from(new PcapngWriter(true).section());
    broken.fill(0, 8, 12);
    const { failure } = await folder.read(broken);
    strictEqual(failure?.status, EXIT.damaged);
    match(failure.message, /no byte-order magic/);
  });
});
