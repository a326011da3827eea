// The scenario dialect and its encoder hold what they promise: errors name their line, checksums are
// right, numbers follow from the moves, a ring block is laid out as the kernel lays it out.

import assert from "node:assert/strict";
import { checksum } from "./checksum.ts";
import { converse } from "./conversation.ts";
import { encodeFrames } from "./encode.ts";
import { SYN } from "./packet.ts";
import { parseScenario } from "./parse.ts";
import { encodePcap } from "./pcap.ts";
import { encodeRing } from "./ring.ts";
import { asWritten, pieces } from "./transform.ts";

const HOSTS = "client 192.168.1.10:49200\nserver 198.51.100.25:25\n";
const HOSTS6 = "client [fd00::10]:49200\nserver [2001:db8::25]:25\n";

describe("scenario dialect", () => {
  const wrong: Readonly<Record<string, string>> = {
    [`${HOSTS}c > x "hi"`]: 'x:3: no host "x"',
    [`${HOSTS}c > s P. 1:4(2) "hi"`]: "x:3: 1 and 2 octets do not end at 4",
    [`${HOSTS}c > s P. 1:4(3) "hi"`]: "x:3: the numbers say 3 octets, the payload has 2",
    [`${HOSTS}c > s . 1:1(0) ttl 256`]: "x:3: ttl 256 is larger than 255",
    [`${HOSTS}c > s . 1:1(0) sack`]: 'x:3: "sack" is not understood here',
    [`${HOSTS}c > s "a\\q"`]: "x:3: \\q is not an escape",
    [`${HOSTS}nonsense`]: "x:3: no host",
    "client 192.168.1.300:1": 'x:1: "192.168.1.300" is not an address',
    "transform no split": "x:1: write `transform no NAME -- the reason`",
    [`${HOSTS}expect silence\nexpect flows`]: "x:4: silence has no flows",
    [`${HOSTS}c > s S 0:0(0) <mss one>`]: 'x:3: option "mss one" is not understood',
    "! cap-masked": "x:1: `!` belongs below a packet",
  };
  for (const [text, sentence] of Object.entries(wrong)) {
    it(`says "${sentence}"`, () => {
      assert.throws(
        () => parseScenario("x", text),
        (error: Error) => error.message.startsWith(sentence),
      );
    });
  }

  it("keeps numbers, acknowledgments and waits", () => {
    const text = `${HOSTS}handshake rtt 0.050\ns > c "220 hi\\r\\n"\n+1.5 c > s "QUIT\\r\\n"\nc > s again`;
    const [syn, synAck, ack, greeting, quit, again] = converse(parseScenario("x", text)).packets;
    assert.ok(syn?.kind === "tcp" && synAck?.kind === "tcp" && ack?.kind === "tcp");
    assert.ok(greeting?.kind === "tcp" && quit?.kind === "tcp" && again?.kind === "tcp");
    assert.equal(syn.flags, SYN);
    assert.equal(synAck.ack, syn.seq + 1);
    assert.equal(synAck.time - syn.time, 50_000_000n);
    assert.equal(greeting.seq, synAck.seq + 1);
    assert.equal(quit.ack, greeting.seq + 8);
    assert.equal(quit.time - greeting.time, 1_500_000_000n);
    assert.deepEqual([again.seq, again.payload], [quit.seq, quit.payload]);
  });
});

describe("packet encoder", () => {
  it("sums as the standard's example does", () => {
    const octets = Uint8Array.from([0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]);
    assert.equal(checksum(octets), ~0xddf2 & 0xffff);
  });

  for (const [version, hosts] of [
    ["IPv4", HOSTS],
    ["IPv6", HOSTS6],
  ] as const) {
    it(`makes ${version} checksums that check`, () => {
      const scenario = parseScenario("x", `${hosts}c > s "odd" ipopt 8\ns > c fill "ab" 101`);
      for (const { octets } of encodeFrames(converse(scenario).packets, scenario.layers)) {
        const ip = octets.subarray(14);
        const header = version === "IPv4" ? ((ip[0] ?? 0) & 15) * 4 : 40;
        if (version === "IPv4") assert.equal(checksum(ip.subarray(0, header)), 0);
        const addresses = version === "IPv4" ? ip.subarray(12, 20) : ip.subarray(8, 40);
        const length = ip.length - header;
        const pseudo = Uint8Array.from([0, 6, length >> 8, length & 255]);
        assert.equal(checksum(addresses, pseudo, ip.subarray(header)), 0);
      }
    });
  }

  it("loses no octet when it cuts a segment", () => {
    const [packet] = converse(parseScenario("x", `${HOSTS}c > s "0123456789" `)).packets;
    assert.ok(packet?.kind === "tcp");
    const cut = pieces(packet, [3, 4, 9]);
    const text = cut.map((one) =>
      one.kind === "tcp" ? Buffer.from(one.payload) : Buffer.alloc(0),
    );
    assert.equal(Buffer.concat(text).toString(), "0123456789");
    assert.deepEqual(
      cut.map((one) => (one.kind === "tcp" ? one.seq - packet.seq : -1)),
      [0, 3, 4, 9],
    );
  });

  it("stacks tags in the order they are named", () => {
    const text = `link ethernet service-vlan 5 vlan 6 pppoe 9\n${HOSTS}c > s S 0:0(0)`;
    const scenario = parseScenario("x", text);
    const [frame] = encodeFrames(converse(scenario).packets, scenario.layers);
    const shown = Buffer.from(frame?.octets.subarray(12, 30) ?? []).toString("hex");
    assert.equal(shown, "88a8000581000006886411000009002a0021");
  });
});

describe("capture writer", () => {
  const scenario = parseScenario("x", `${HOSTS}handshake\ns > c "220 hi\\r\\n"`);
  const frames = encodeFrames(asWritten(scenario).packets, scenario.layers);

  it("writes both byte orders and both resolutions", () => {
    const magics = [true, false].flatMap((littleEndian) =>
      [true, false].map((nanoseconds) => {
        const file = encodePcap(frames, { linkType: 1, littleEndian, nanoseconds });
        return Buffer.from(file.subarray(0, 4)).toString("hex");
      }),
    );
    assert.deepEqual(magics, ["4d3cb2a1", "d4c3b2a1", "a1b23c4d", "a1b2c3d4"]);
  });

  it("chains ring frames to the block's end", () => {
    const blocks = encodeRing(frames, { blockSize: 65536, framesPerBlock: () => 3 });
    const seen = blocks.map((block) => {
      const view = new DataView(block.buffer);
      const lengths: number[] = [];
      for (let at = view.getUint32(16, true), next = 1; next !== 0; at += next) {
        next = view.getUint32(at, true);
        const mac = view.getUint16(at + 24, true);
        assert.equal(view.getUint16(at + 26, true) - mac, 14);
        lengths.push(view.getUint32(at + 12, true));
      }
      assert.equal(view.getUint32(8, true) & 1, 1, "the block belongs to the reader");
      assert.equal(view.getUint32(12, true), lengths.length);
      return lengths;
    });
    assert.deepEqual(
      seen.flat(),
      frames.map((frame) => frame.octets.length),
    );
  });
});
