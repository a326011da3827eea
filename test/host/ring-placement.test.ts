// Turns what a ring must never do to the memory it lies in, or to the process around it, into checks:
// no hole where a mapping was refused, no growth, no thread of its own, nothing that costs a privilege.
// Opens packet sockets that are bound to nothing: no frame arrives. Read packet(7), mmap(2).

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Inspector } from "../../host/inspector.ts";
import { placeBlocks } from "../../host/tap/block.ts";
import { close } from "../../host/tap/libc.ts";
import { openPacketSocket, requestRing } from "../../host/tap/packet-socket.ts";
import { Ring } from "../../host/tap/ring.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const PAGE = 65_536;
const BLOCKS = 8;
const BLOCK_STATUS = 8;

const region = () => ({
  memory: new WebAssembly.Memory({ initial: BLOCKS + 4, maximum: BLOCKS + 4 }),
  offset: 2 * PAGE,
  blockSize: PAGE,
  blockCount: BLOCKS,
});

describe("a ring laid into memory", () => {
  before(function () {
    if (process.getuid?.() !== 0) this.skip();
  });

  it("that the kernel refuses at full length leaves no hole, and one sentence", () => {
    const home = region();
    const descriptor = openPacketSocket("lo");
    requestRing(descriptor, { ...home, blockCount: BLOCKS / 2 }, "lo");
    assert.throws(() => placeBlocks(descriptor, home), {
      status: 69,
      message: /^the capture ring cannot be mapped \(EINVAL\)\.$/,
    });
    close(descriptor);
    const octets = new Uint8Array(home.memory.buffer);
    octets.fill(7); // a hole would end the process here
    assert.equal(octets.indexOf(0), -1);
  });

  for (const mode of ["mapped", "copied"] as const) {
    it(`is ready block by block, whatever stands beside the ready bit, ${mode}`, () => {
      const home = region();
      const descriptor = openPacketSocket("lo");
      requestRing(descriptor, home, "lo");
      // A second mapping of the same pages is the kernel's hand: it writes the status.
      const kernel = placeBlocks(descriptor, home);
      const status = new Int32Array(home.memory.buffer, home.offset + BLOCK_STATUS, 1);
      const other = mode === "mapped" ? home : region();
      const blocks = placeBlocks(descriptor, other, mode);
      assert.equal(blocks.mode, mode);
      for (const [value, ready] of [
        [0x21, true],
        [0x25, true],
        [1, true],
        [0x24, false],
        [0, false],
      ] as const) {
        status[0] = value;
        assert.equal(blocks.take(0), ready, `status 0x${value.toString(16)}`);
      }
      status[0] = 0x25;
      blocks.release(0);
      assert.equal(status[0], 0);
      blocks.undo();
      if (mode === "copied") kernel.undo();
      close(descriptor);
    });
  }

  it("keeps no thread of the pool waiting", async () => {
    const ring = new Ring({ interface: "lo", region: region(), onBlock: () => 0 });
    ring.start();
    const began = performance.now();
    await Promise.all(Array.from({ length: 16 }, () => readFile("/proc/self/stat")));
    const elapsed = performance.now() - began;
    ring.stop();
    assert.ok(elapsed < 1_000, `sixteen small files took ${elapsed} ms`);
  });
});

describe("the modules' memory", () => {
  const { targets } = JSON.parse(readFileSync(join(ROOT, "asconfig.json"), "utf8"));

  for (const [target, name] of [
    ["desk", "inspector.wasm"],
    ["board", "inspector-board.wasm"],
    ["scalar", "inspector-scalar.wasm"],
  ] as const) {
    it(`of ${name} holds the ring below what the compiler places, and never grows`, () => {
      const inspector = Inspector.load(join(ROOT, "build", name));
      assert.equal(inspector.ringAt % PAGE, 0);
      assert.ok(inspector.ringEnd <= targets[target].memoryBase);
      const grow: unknown = Reflect.get(inspector.memory, "grow");
      assert.ok(typeof grow === "function");
      assert.throws(() => grow.call(inspector.memory, 1), RangeError);
    });
  }

  it("fits a small address space, where guard regions are switched off", () => {
    const command = `${process.execPath} build/striplight.cjs replay test/captures/uplink-story.pcap`;
    const replay = spawnSync("sh", ["-c", `ulimit -v 6000000; exec ${command}`], {
      cwd: ROOT,
      encoding: "utf8",
      env: { ...process.env, NODE_OPTIONS: "--disable-wasm-trap-handler" },
    });
    assert.equal(replay.status, 0, replay.stderr);
    assert.match(replay.stdout, /\d+ alerts\.\n$/);
  });
});

describe("the host's source", () => {
  // What experiments showed to cost a privilege, a re-binding, a descriptor, a thread or every view.
  const avoided: Readonly<Record<string, RegExp>> = {
    "memory locked in place": /MAP_LOCKED|mlock/,
    "a ring shared among sockets": /PACKET_FANOUT/,
    "a thread of its own": /worker_threads|new Worker\b/,
    "a call of the C library on the thread pool": /\.async\(|\bpoll\(/,
    "memory that grows": /\.grow\(/,
  };
  const sources = readdirSync(join(ROOT, "host"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => ({ name, text: readFileSync(join(ROOT, "host", name), "utf8") }));

  for (const [what, pattern] of Object.entries(avoided)) {
    it(`asks for no ${what.replace(/^an? /, "")}`, () => {
      const found = sources.filter(({ text }) => pattern.test(text)).map(({ name }) => name);
      assert.deepEqual(found, []);
    });
  }
});
