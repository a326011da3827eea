// Turns the kernel filter's program into accepted lengths, frame by frame, with an interpreter of
// the packet filter machine (filter-machine.ts). Does not ask the kernel; the ring tests do.

import assert from "node:assert/strict";
import { assemble } from "../../host/tap/bpf.ts";
import { filterProgram, TCP_SNAP, wholeSnap } from "../../host/tap/filter.ts";
import { run } from "./filter-machine.ts";

const BLOCK_SIZE = 65_536;
const WHOLE = wholeSnap(BLOCK_SIZE);

const octets = (...parts: (string | number[] | Buffer)[]): Buffer =>
  Buffer.concat(parts.map((p) => (typeof p === "string" ? Buffer.from(p, "hex") : Buffer.from(p))));

const half = (value: number): number[] => [value >> 8, value & 255];
const fill = (length: number): Buffer => Buffer.alloc(length, 0x78);

const MAC = "020000000001020000000002";

interface Tcp {
  readonly from?: number;
  readonly to?: number;
  readonly flags?: number;
  readonly options?: number;
  readonly payload?: Buffer;
}

function tcp(t: Tcp): Buffer {
  const words = 5 + (t.options ?? 0);
  return octets(
    half(t.from ?? 40_000),
    half(t.to ?? 80),
    "0000000100000001",
    [words << 4, t.flags ?? 0x10],
    "ffff00000000",
    fill((words - 5) * 4),
    t.payload ?? Buffer.alloc(0),
  );
}

const udp = (from: number, to: number, length: number): Buffer =>
  octets(half(from), half(to), half(length + 8), "0000", fill(length));

interface Ip4 {
  readonly protocol: number;
  readonly body: Buffer;
  readonly optionWords?: number;
  readonly fragment?: number;
}

function ip4(p: Ip4): Buffer {
  const words = 5 + (p.optionWords ?? 0);
  return octets(
    [0x40 | words, 0],
    half(words * 4 + p.body.length),
    "0001",
    half(p.fragment ?? 0),
    [64, p.protocol],
    "0000c0000201c6336401",
    fill((words - 5) * 4),
    p.body,
  );
}

const ip6 = (next: number, body: Buffer): Buffer =>
  octets("60000000", half(body.length), [next, 64], "20010db8".padEnd(64, "0"), body);

const ether = (type: number, body: Buffer): Buffer => octets(MAC, half(type), body);
const tagged = (outer: number, type: number, body: Buffer): Buffer =>
  octets(MAC, half(outer), "0005", half(type), body);
const doubleTagged = (type: number, body: Buffer): Buffer =>
  octets(MAC, "88a80064", "81000005", half(type), body);
const pppoe = (protocol: number, body: Buffer): Buffer =>
  ether(0x8864, octets("11000001", half(body.length + 2), half(protocol), body));

const over4 = (t: Tcp): Buffer => ip4({ protocol: 6, body: tcp(t) });
const bulk = fill(1_400);
const hello = octets("1603010500", fill(1_295));

/** name, frame, what is kept of it: all, TCP_SNAP or nothing. */
type Row = readonly [string, Buffer, "all" | "cut" | "none"];

const ETHERNET: Row[] = [
  ["SMTP to the server", ether(0x800, over4({ to: 25, payload: bulk })), "all"],
  ["SMTP from the server", ether(0x800, over4({ from: 25, to: 5_000, payload: bulk })), "all"],
  ...[26, 587, 2525, 143, 110, 24].map(
    (port): Row => [`mail port ${port}`, ether(0x800, over4({ to: port, payload: bulk })), "all"],
  ),
  ...[465, 993, 995].map(
    (port): Row => [
      `TLS mail port ${port}`,
      ether(0x800, over4({ to: port, payload: bulk })),
      "cut",
    ],
  ),
  ["ManageSieve, which nobody reads", ether(0x800, over4({ to: 4190, payload: bulk })), "cut"],
  ["hello on port 993", ether(0x800, over4({ to: 993, payload: hello })), "all"],
  ["hello on port 443", ether(0x800, over4({ to: 443, payload: hello })), "all"],
  ["hello behind options", ether(0x800, over4({ to: 443, options: 10, payload: hello })), "all"],
  ["other TCP", ether(0x800, over4({ payload: bulk })), "cut"],
  ["TLS application data", ether(0x800, over4({ payload: octets("1703030500", bulk) })), "cut"],
  ["one octet of a hello", ether(0x800, over4({ payload: Buffer.from([0x16]) })), "all"],
  ["a bare acknowledgement", ether(0x800, over4({})), "all"],
  ["SYN", ether(0x800, over4({ flags: 2 })), "all"],
  ["RST", ether(0x800, over4({ flags: 4 })), "all"],
  ["FIN with data", ether(0x800, over4({ flags: 0x11, payload: bulk })), "cut"],
  [
    "IPv4 options before mail",
    ether(0x800, ip4({ protocol: 6, optionWords: 10, body: tcp({ to: 25, payload: bulk }) })),
    "all",
  ],
  [
    "IPv4 options before other TCP",
    ether(0x800, ip4({ protocol: 6, optionWords: 10, body: tcp({ payload: bulk }) })),
    "cut",
  ],
  ["later TCP fragment", ether(0x800, ip4({ protocol: 6, fragment: 0x2010, body: bulk })), "all"],
  [
    "first TCP fragment",
    ether(0x800, ip4({ protocol: 6, fragment: 0x2000, body: tcp({ payload: bulk }) })),
    "cut",
  ],
  ["later UDP fragment", ether(0x800, ip4({ protocol: 17, fragment: 0x10, body: bulk })), "none"],
  ["QUIC", ether(0x800, ip4({ protocol: 17, body: udp(40_000, 443, 1_200) })), "none"],
  ["DNS answer", ether(0x800, ip4({ protocol: 17, body: udp(53, 40_000, 900) })), "all"],
  ["DNS question", ether(0x800, ip4({ protocol: 17, body: udp(40_000, 53, 30) })), "none"],
  ...[3, 4, 5, 11, 12].map(
    (type): Row => [
      `ICMP error ${type}`,
      ether(0x800, ip4({ protocol: 1, body: octets([type, 1], fill(600)) })),
      "all",
    ],
  ),
  ["ICMP echo", ether(0x800, ip4({ protocol: 1, body: octets([8, 0], fill(56)) })), "none"],
  ["GRE", ether(0x800, ip4({ protocol: 47, body: bulk })), "all"],
  ["ESP", ether(0x800, ip4({ protocol: 50, body: bulk })), "none"],
  ["ARP", ether(0x806, fill(46)), "all"],
  ["IEEE 802.3 length", ether(60, fill(60)), "all"],
  ["IPv6 mail", ether(0x86dd, ip6(6, tcp({ to: 25, payload: bulk }))), "all"],
  ["IPv6 other TCP", ether(0x86dd, ip6(6, tcp({ payload: bulk }))), "cut"],
  ["IPv6 hello", ether(0x86dd, ip6(6, tcp({ to: 443, payload: hello }))), "all"],
  ["IPv6 hop-by-hop header", ether(0x86dd, ip6(0, bulk)), "all"],
  ["IPv6 fragment", ether(0x86dd, ip6(44, bulk)), "all"],
  ["IPv6 QUIC", ether(0x86dd, ip6(17, udp(443, 40_000, 1_200))), "none"],
  ["IPv6 DNS answer", ether(0x86dd, ip6(17, udp(53, 40_000, 900))), "all"],
  ["ICMPv6 unreachable", ether(0x86dd, ip6(58, octets("0101", fill(600)))), "all"],
  ["ICMPv6 neighbour", ether(0x86dd, ip6(58, octets("8700", fill(30)))), "none"],
  ["IPv6 ESP", ether(0x86dd, ip6(50, bulk)), "none"],
  ["one tag, mail", tagged(0x8100, 0x800, over4({ to: 25, payload: bulk })), "all"],
  ["one tag, other TCP", tagged(0x8100, 0x800, over4({ payload: bulk })), "cut"],
  ["old QinQ tag, other TCP", tagged(0x9100, 0x86dd, ip6(6, tcp({ payload: bulk }))), "cut"],
  ["two tags, mail", doubleTagged(0x800, over4({ to: 25, payload: bulk })), "all"],
  ["two tags, other TCP", doubleTagged(0x800, over4({ payload: bulk })), "cut"],
  ["two tags, QUIC", doubleTagged(0x86dd, ip6(17, udp(9, 443, 1_200))), "none"],
  ["three tags", doubleTagged(0x8100, octets("00070800", over4({ payload: bulk }))), "all"],
  ["PPPoE mail", pppoe(0x21, over4({ to: 25, payload: bulk })), "all"],
  ["PPPoE other TCP", pppoe(0x21, over4({ payload: bulk })), "cut"],
  ["PPPoE IPv6 other TCP", pppoe(0x57, ip6(6, tcp({ payload: bulk }))), "cut"],
  ["PPPoE QUIC", pppoe(0x21, ip4({ protocol: 17, body: udp(9, 443, 1_200) })), "none"],
  ["PPPoE link control", pppoe(0xc021, fill(20)), "all"],
  ["PPPoE discovery", ether(0x8863, fill(40)), "all"],
];

const HEADERLESS: readonly (readonly [number, ...Row])[] = [
  [0x800, "mail", over4({ to: 25, payload: bulk }), "all"],
  [0x800, "other TCP", over4({ payload: bulk }), "cut"],
  [0x86dd, "IPv6 other TCP", ip6(6, tcp({ payload: bulk })), "cut"],
  [0x800, "QUIC", ip4({ protocol: 17, body: udp(9, 443, 1_200) }), "none"],
  [0x8847, "MPLS", bulk, "all"],
];

function kept(frame: Buffer, what: "all" | "cut" | "none"): number {
  if (what === "none") return 0;
  return Math.min(frame.length, what === "all" ? WHOLE : TCP_SNAP);
}

describe("the kernel filter", () => {
  const ethernet = filterProgram({ framing: "ethernet", blockSize: BLOCK_SIZE });

  for (const [name, frame, what] of ETHERNET) {
    it(`keeps ${what} of ${name}`, () => {
      assert.equal(run(ethernet, frame), kept(frame, what));
    });
  }

  const ppp = filterProgram({ framing: "ip", blockSize: BLOCK_SIZE });
  for (const [protocol, name, frame, what] of HEADERLESS) {
    it(`keeps ${what} of ${name} on a link without header`, () => {
      assert.equal(run(ppp, frame, protocol), kept(frame, what));
    });
  }

  it("keeps a frame whole that is cut off in the middle of a header", () => {
    for (const [name, frame, what] of ETHERNET) {
      if (what === "none" || name === "one octet of a hello") continue;
      for (let length = 14; length < Math.min(frame.length, 120); length++) {
        const part = frame.subarray(0, length);
        assert.equal(run(ethernet, part), length, `${name} at ${length} octets`);
      }
    }
  });

  it("never reads beyond a frame whose header length lies", () => {
    const frame = ether(0x800, over4({ to: 80 }));
    frame[14] = 0x4f; // 60 octets of header, 40 present
    assert.equal(run(ethernet, frame), frame.length);
    const offset = ether(0x800, over4({ to: 80 }));
    offset[46] = 0xf0; // 60 octets of TCP header, 20 present
    assert.equal(run(ethernet, offset), offset.length);
  });

  it("fits a whole frame into a block with every header beside it", () => {
    const frame = ether(0x800, over4({ to: 25, payload: fill(65_400) }));
    assert.equal(run(ethernet, frame), WHOLE);
    assert.ok(WHOLE + 48 + 112 <= BLOCK_SIZE);
    assert.ok(WHOLE >= 65_226, "the longest coalesced frame seen fits");
  });

  it("keeps the owner's own mail ports whole", () => {
    const own = filterProgram({ framing: "ethernet", blockSize: BLOCK_SIZE, mailPorts: [10_025] });
    const frame = ether(0x800, over4({ to: 10_025, payload: bulk }));
    assert.equal(run(own, frame), frame.length);
    assert.equal(run(ethernet, frame), TCP_SNAP);
  });

  it("keeps a link whole that it cannot read", () => {
    const program = filterProgram({ framing: "unknown", blockSize: BLOCK_SIZE });
    assert.equal(run(program, bulk), bulk.length);
    assert.equal(program.length, 8);
  });

  it("refuses a program with an unknown instruction or label", () => {
    assert.throws(() => assemble(["ldq [x+0]"]), /no such instruction/);
    assert.throws(() => assemble(["jeq #1, nowhere", "ret #0"]), /no such label/);
  });
});
