// Turns a ring's beginning, move and end into what lies at its addresses: the kernel's pages while
// it lives, ordinary memory before and after, never a hole. Listens on the loopback interface
// without sending. Read proc(5) on smaps.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { slices } from "../../host/tap/block.ts";
import { addressOf } from "../../host/tap/libc.ts";
import { Ring } from "../../host/tap/ring.ts";

/** The mapping that begins or lies at an address of this process, as /proc/self/smaps has it. */
function mappingAt(address: bigint): { readonly name: string; readonly flags: string } {
  let found = { name: "", flags: "" };
  let inside = false;
  for (const line of readFileSync("/proc/self/smaps", "utf8").split("\n")) {
    const range = /^([0-9a-f]+)-([0-9a-f]+) \S+ \S+ \S+ \d+\s*(.*)$/.exec(line);
    if (range !== null) {
      inside = BigInt(`0x${range[1]}`) <= address && address < BigInt(`0x${range[2]}`);
      if (inside) found = { name: range[3] ?? "", flags: "" };
    }
    if (inside && line.startsWith("VmFlags:")) found = { ...found, flags: line.slice(8) };
  }
  return found;
}

describe("the inspector's memory under the ring", () => {
  const PAGE = 65_536;
  const region = () => ({
    memory: new WebAssembly.Memory({ initial: 12, maximum: 12 }),
    offset: 2 * PAGE,
    blockSize: PAGE,
    blockCount: 8,
  });
  const addressIn = (r: ReturnType<typeof region>, offset: number): bigint =>
    addressOf(new Uint8Array(r.memory.buffer)) + BigInt(offset);
  /** Every octet can be read and written, and the ring's part is zero. */
  function assertWhole(r: ReturnType<typeof region>): void {
    const octets = new Uint8Array(r.memory.buffer);
    for (let at = r.offset; at < r.offset + 8 * PAGE; at++) assert.equal(octets[at], 0);
    octets.fill(7);
    assert.equal(octets.indexOf(0), -1);
  }
  const openDescriptors = (): number => readdirSync("/proc/self/fd").length;

  before(function () {
    if (process.getuid?.() !== 0) this.skip();
  });

  it("is the kernel's page for page, not copied to children, and ordinary again at the end", () => {
    const home = region();
    const descriptors = openDescriptors();
    const ring = new Ring({ interface: "lo", region: home, onBlock: () => 0 });
    ring.start();
    const edges = [home.offset, home.offset + 8 * PAGE - 1];
    for (const edge of edges) {
      const { name, flags } = mappingAt(addressIn(home, edge));
      assert.match(name, /^socket:/);
      assert.match(flags, /\bdc\b/, "not copied to a child");
    }
    for (const outside of [home.offset - 1, home.offset + 8 * PAGE]) {
      assert.doesNotMatch(mappingAt(addressIn(home, outside)).name, /^socket:/);
    }
    ring.stop();
    ring.stop();
    assert.doesNotMatch(mappingAt(addressIn(home, home.offset)).name, /^socket:/);
    assertWhole(home);
    assert.equal(openDescriptors(), descriptors);
  });

  it("is ordinary again when the ring has moved elsewhere", () => {
    const [first, second] = [region(), region()];
    const ring = new Ring({ interface: "lo", region: first, onBlock: () => 0 });
    ring.start();
    ring.move(second);
    assert.doesNotMatch(mappingAt(addressIn(first, first.offset)).name, /^socket:/);
    assert.match(mappingAt(addressIn(second, second.offset)).name, /^socket:/);
    assertWhole(first);
    ring.stop();
    assertWhole(second);
  });

  it("is not touched, and nothing stays open, where the ring does not fit", () => {
    const home = region();
    const descriptors = openDescriptors();
    const request = { interface: "lo", region: { ...home, blockCount: 11 }, onBlock: () => 0 };
    assert.throws(() => new Ring(request).start(), { status: 69 });
    assert.equal(openDescriptors(), descriptors);
    assertWhole(home);
  });

  it("survives an end of the ring without SIGIO ending the process", async () => {
    for (let turn = 0; turn < 20; turn++) {
      const ring = new Ring({ interface: "lo", region: region(), onBlock: () => 0 });
      ring.start();
      process.kill(process.pid, "SIGIO");
      await pause(1);
      ring.stop();
    }
    assert.equal(process.listenerCount("SIGIO"), 0);
  });
});

describe("the ring's region", () => {
  it("is shared among several interfaces without overlap", () => {
    const memory = new WebAssembly.Memory({ initial: 12, maximum: 12 });
    const region = { memory, offset: 65_536, blockSize: 65_536, blockCount: 10 };
    const parts = slices(region, 3).map(({ offset, blockCount }) => [offset / 65_536, blockCount]);
    assert.deepEqual(parts, [
      [1, 3],
      [4, 3],
      [7, 3],
    ]);
  });
});
