// Turns frames sent on a veth pair in a namespace of our own into counts read from the ring, live.
// Shows that nothing is lost under load, stall, interface events and signals, with and without
// privileges; the frames' meaning is not looked at. Skipped where no namespace can be made.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { Namespace } from "./namespace.ts";
import { Reader } from "./reader.ts";
import type { ReaderOptions } from "./ring-reader.ts";

const NOBODY = 65_534;
const SMALLEST = 60; // octets: in a stall they leave the last quarter of the ring free

describe("the ring", function () {
  this.timeout(30_000);
  const namespace = new Namespace("ring");

  before(function () {
    if (!namespace.start()) this.skip();
  });
  after(() => namespace.stop());

  const read = (options: ReaderOptions = {}): Promise<Reader> => Reader.of(namespace, options);

  // Frames of 60 octets at this rate fill the ring in a second: even a starved reader keeps up.
  const SAFE_RATE = 100_000;
  for (const [placement, count] of [
    ["mapped", 500_000],
    ["copied", 200_000],
  ] as const) {
    it(`sees ${count} of ${count} frames, ${placement}`, async () => {
      const reader = await read({ placement });
      assert.equal(namespace.send(count, SAFE_RATE, 60), count);
      await reader.settle(count);
      const seen = await reader.end();
      assert.equal(seen.mode, placement);
      assert.deepEqual([seen.ours, seen.gaps, seen.drops, seen.status], [count, 0, 0, 0]);
      assert.equal(seen.frames, count);
    });
  }

  for (const rate of [2_000, 50_000]) {
    it(`loses nothing at ${rate} frames/s while the reader stalls for 1.5 s`, async () => {
      const reader = await read({ stallAfterMs: 200, stallMs: 1_500 });
      const count = rate * 2;
      assert.equal(namespace.send(count, rate, SMALLEST), count);
      await reader.settle(count);
      const seen = await reader.end();
      assert.deepEqual([seen.ours, seen.gaps, seen.drops], [count, 0, 0]);
    });
  }

  it("counts what it loses when the ring is too small", async () => {
    const reader = await read({ blockCount: 4, stallAfterMs: 0, stallMs: 1_500 });
    const sent = namespace.send(20_000, 0, 100);
    await pause(2_000);
    const seen = await reader.end();
    assert.ok(seen.drops > 0);
    assert.equal(seen.ours, seen.frames);
    assert.equal(seen.frames + seen.drops, sent);
  });

  it("cuts bulk TCP and keeps mail whole", async () => {
    const bulk = await read();
    namespace.send(10, 0, 1_500);
    await bulk.settle(10);
    assert.equal((await bulk.end()).longest, 512);
    const mail = await read();
    namespace.send(10, 0, 1_500, 25);
    await mail.settle(10);
    assert.equal((await mail.end()).longest, 1_500);
  });

  it("keeps a coalesced mail frame of 60,000 octets whole", async () => {
    for (const end of ["near", "far"]) namespace.run("ip", "link", "set", end, "mtu", "65535");
    const reader = await read();
    namespace.send(100, 1_000, 60_000, 25);
    await reader.settle(100);
    const seen = await reader.end();
    for (const end of ["near", "far"]) namespace.run("ip", "link", "set", end, "mtu", "1500");
    assert.deepEqual([seen.ours, seen.longest, seen.drops], [100, 60_000, 0]);
  });

  it("lets no frame in before the filter stands", async () => {
    const sender = namespace.sendOn(10_000_000, 20_000, 1_500);
    await pause(200);
    const reader = await read();
    await reader.settle(1_000);
    const seen = await reader.end();
    sender.kill("SIGKILL");
    assert.ok(seen.ours >= 1_000);
    assert.equal(seen.longest, 512, "an unfiltered frame would be there in full");
  });

  it("goes on, unprivileged, in another memory", async () => {
    const reader = await read({ moveAt: 30_000, uid: NOBODY });
    namespace.send(100_000, 100_000, 100);
    await reader.settle(100_000);
    const seen = await reader.end();
    assert.deepEqual([seen.ours, seen.gaps, seen.drops], [100_000, 0, 0]);
  });

  it("hears SIGTERM within a second under load, time after time", async () => {
    for (let round = 0; round < 3; round++) {
      const reader = await read();
      const sender = namespace.sendOn(400_000, 200_000, 100);
      await pause(400);
      const start = performance.now();
      const { status } = await reader.end();
      const elapsed = performance.now() - start;
      sender.kill("SIGKILL");
      assert.equal(status, 0);
      assert.ok(elapsed < 1_000, `${elapsed} ms`);
    }
  });

  it("goes on, unprivileged, when its interface goes down and up", async () => {
    const reader = await read({ uid: NOBODY });
    namespace.run("ip", "link", "set", "far", "down");
    await pause(400);
    const down = await reader.look();
    assert.equal(down.state, "down");
    await pause(1_000);
    const idle = (await reader.look()).cpuMs - down.cpuMs;
    assert.ok(idle < 100, `waiting for the interface took ${idle} ms of a second`);
    namespace.run("ip", "link", "set", "far", "up");
    await pause(400);
    namespace.send(1_000, 0, 100);
    await reader.settle(1_000);
    const seen = await reader.end();
    assert.deepEqual(
      [seen.ours, seen.state, seen.interruptions, seen.rebinds],
      [1_000, "up", 1, 0],
    );
  });

  it("goes on, unprivileged, when its interface is deleted and made anew", async () => {
    const reader = await read({ uid: NOBODY });
    namespace.run("ip", "link", "delete", "near");
    await pause(400);
    assert.equal((await reader.look()).state, "absent");
    namespace.addPair();
    const early = namespace.send(100, 0, 100);
    await pause(600);
    namespace.send(1_000, 0, 100);
    await reader.settle(1_000);
    const seen = await reader.end();
    assert.deepEqual([seen.state, seen.interruptions, seen.rebinds], ["up", 1, 1]);
    assert.equal(seen.missed + seen.ours, 1_000 + early, "what was not seen was counted");
  });

  it("reads on, unprivileged, when what returns under the name has no Ethernet header", async () => {
    const reader = await read({ uid: NOBODY });
    assert.equal((await reader.look()).framing, "ethernet");
    namespace.run(
      "sh",
      "-c",
      "ip link delete near; ip tuntap add far mode tun; ip link set far up",
    );
    await pause(600);
    const seen = await reader.end();
    namespace.run("ip", "link", "delete", "far");
    namespace.addPair();
    assert.deepEqual([seen.framing, seen.state, seen.rebinds], ["ip", "up", 1]);
  });

  it("needs no capability but that for raw sockets, and locks no memory", async () => {
    const child = namespace.nodeWithRawSockets("ring-reader.ts", "far", "{}");
    const reader = await Reader.begun(child);
    const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
    assert.match(status, /^CapEff:\t0000000000002000$/m);
    assert.match(status, /^VmLck:\t\s*0 kB$/m);
    namespace.send(1_000, 0, 100);
    await reader.settle(1_000);
    const seen = await reader.end();
    assert.deepEqual([seen.ours, seen.mode], [1_000, "mapped"]);
  });

  it("sees a re-creation that fits between two looks", async () => {
    const reader = await read();
    namespace.run("sh", "-c", "ip link delete near; ip link add near type veth peer name far");
    namespace.run("sh", "-c", "ip link set near up; ip link set far up");
    await pause(500);
    const seen = await reader.end();
    assert.deepEqual([seen.state, seen.interruptions, seen.rebinds], ["up", 1, 1]);
  });

  it("refuses an interface that is not there, and a process without the privilege", async () => {
    const absent = new Reader(namespace.node("ring-reader.ts", "nowhere"));
    assert.match(
      (await absent.line()).error ?? "",
      /there is no interface named "nowhere" to tap\.$/,
    );
    const script = [
      'import { Ring } from "./host/tap/ring.ts";',
      "process.setgroups([]); process.setgid(65534); process.setuid(65534);",
      "const memory = new WebAssembly.Memory({ initial: 8, maximum: 8 });",
      "const region = { memory, offset: 65536, blockSize: 65536, blockCount: 4 };",
      'const ring = new Ring({ interface: "lo", region, onBlock: () => 0 });',
      "try { ring.start(); } catch (e) { console.log(e.status, e.message); }",
    ].join("\n");
    const args = ["--import", "tsx", "--input-type=module", "-e", script];
    const { stdout } = spawnSync(process.execPath, args, { encoding: "utf8" });
    assert.equal(
      stdout.trim(),
      '77 not permitted to tap "lo": it needs root or the capability CAP_NET_RAW.',
    );
  });
});
