// Doors of the walk: what no scenario can write, because no capture holds it. Each case is an input that
// lies about a length; it must be refused where the door stands, by its own name.

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { HOME_DEFAULT } from "../../host/ground/address.ts";
import { Inspector } from "../../host/inspector.ts";
import { encodeFrames } from "../scenario/language/encode.ts";
import { readScenario } from "../scenario/language/library.ts";
import type { Frame, TcpPacket } from "../scenario/language/packet.ts";
import { encodeRecords } from "../scenario/language/pcap.ts";
import { encodeRing } from "../scenario/language/ring.ts";
import { asWritten } from "../scenario/language/transform.ts";

const MODULE = fileURLToPath(new URL("../../build/inspector.wasm", import.meta.url));
const MASKED = "mail/mask-in-place-of-starttls-is-likely.scn";
const LAYERS = [{ kind: "ethernet" }] as const;
const BLOCK_SIZE = 65_536;
/** Octets written, in a ring block's header; what stands in a frame's. linux/if_packet.h */
const BLOCK_LENGTH = 20;
const CAPTURED = 12;
const LINK_OFFSET = 24;

function open(): Inspector {
  const inspector = Inspector.load(MODULE);
  inspector.seed(0, 0);
  inspector.setHome(HOME_DEFAULT);
  inspector.openInput("doors");
  inspector.setInterface(0, { linkType: 1, resolution: 9, offsetSeconds: 0n });
  return inspector;
}

const masked = (): TcpPacket[] =>
  asWritten(readScenario(MASKED)).packets.filter((packet) => packet.kind === "tcp");
const frames = (): Frame[] => encodeFrames(masked(), LAYERS);
const framesRead = (inspector: Inspector): number => {
  return Number(inspector.counters().get("frames"));
};

describe("doors", () => {
  it("a record longer than any record is damage", () => {
    const inspector = open();
    const record = Buffer.alloc(64);
    record.writeUInt32LE(262_145, 8);
    inspector.octets.set(record, inspector.ringAt);
    const end = inspector.ringAt + record.length;
    assert.equal(inspector.inspectRecords(inspector.ringAt, end, false).stop, "damaged");
  });

  it("a record that is not whole waits for the rest", () => {
    const inspector = open();
    const octets = encodeRecords(frames().slice(0, 1), { linkType: 1 });
    inspector.octets.set(octets, inspector.ringAt);
    const end = inspector.ringAt + octets.length - 1;
    const { next, stop } = inspector.inspectRecords(inspector.ringAt, end, false);
    assert.deepEqual([next, stop, framesRead(inspector)], [inspector.ringAt, "octets", 0]);
  });

  it("a packet block that captured more than it holds is damage", () => {
    const inspector = open();
    const block = Buffer.alloc(96);
    for (const [index, value] of [6, 96, 0, 0, 0, 65, 65].entries()) {
      block.writeUInt32LE(value, 4 * index);
    }
    inspector.octets.set(block, inspector.ringAt);
    const end = inspector.ringAt + block.length;
    assert.equal(inspector.inspectBlocks(inspector.ringAt, end, false).stop, "damaged");
  });

  it("a ring frame that reaches out of its block is passed over", () => {
    for (const [field, value] of [
      [CAPTURED, BLOCK_SIZE],
      [LINK_OFFSET, 0xffff_ffff],
    ] as const) {
      const inspector = open();
      const [block] = encodeRing(frames(), { blockSize: BLOCK_SIZE, framesPerBlock: () => 1 });
      assert.ok(block);
      const view = new DataView(block.buffer, block.byteOffset);
      view.setUint32(view.getUint32(16, true) + field, value, true);
      inspector.octets.set(block, inspector.ringAt);
      assert.equal(inspector.inspectRing(inspector.ringAt, 0, 0), 0);
      assert.equal(framesRead(inspector), 0);
    }
  });

  it("a ring frame's header behind its block is not read", () => {
    // Far beyond all memory; and so near to the end that the header reaches into the next block.
    for (const next of [0xf000_0000, null]) {
      const inspector = open();
      const [block] = encodeRing(frames(), { blockSize: BLOCK_SIZE, framesPerBlock: () => 9 });
      assert.ok(block);
      const view = new DataView(block.buffer, block.byteOffset);
      const first = view.getUint32(16, true);
      view.setUint32(first, next ?? BLOCK_SIZE - first - 8, true);
      inspector.octets.set(block, inspector.ringAt);
      assert.equal(inspector.inspectRing(inspector.ringAt, 0, 0), 0);
      assert.equal(framesRead(inspector), 1);
    }
  });

  it("a ring block is not looked ahead into behind its end, whatever length it gives", () => {
    const inspector = open();
    const [block] = encodeRing(frames(), { blockSize: BLOCK_SIZE, framesPerBlock: () => 9 });
    assert.ok(block);
    new DataView(block.buffer, block.byteOffset).setUint32(BLOCK_LENGTH, 0xffff_ffff, true);
    inspector.octets.set(block, inspector.ringAt);
    assert.equal(inspector.inspectRing(inspector.ringAt, 0, 0), 0);
    assert.equal(framesRead(inspector), 9);
  });

  it("findings that nobody takes stop the walk, not the inspector", () => {
    const inspector = open();
    const many = Array.from({ length: 600 }, (_, round) =>
      masked().map((packet) => {
        const move = (port: number): number => (port === 25 ? 25 : 10_000 + round);
        const from = { ...packet.from, port: move(packet.from.port) };
        return { ...packet, from, to: { ...packet.to, port: move(packet.to.port) } };
      }),
    ).flat();
    const octets = encodeRecords(encodeFrames(many, LAYERS), { linkType: 1 });
    inspector.octets.set(octets, inspector.ringAt);
    let findings = 0;
    let drains = 0;
    for (let at = inspector.ringAt, end = at + octets.length; at < end; ) {
      const { next, stop } = inspector.inspectRecords(at, end, false);
      if (stop === "drain") drains += 1;
      findings += inspector.drain().length;
      at = next;
    }
    assert.ok(drains > 0 && findings > 1024, `${drains} pauses, ${findings} findings`);
  });
});
