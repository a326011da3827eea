// When the ring is looked into, live in a namespace of our own: at a signal in quiet times, by time in
// busy ones, and by itself when no signal comes. Skipped where no namespace can be made.

import assert from "node:assert/strict";
import { setImmediate as immediate, setTimeout as pause } from "node:timers/promises";
import { AF_INET, close, SOCK_DGRAM, socket } from "../../host/tap/libc.ts";
import { Wake } from "../../host/tap/wake.ts";
import { Namespace } from "./namespace.ts";
import { Reader } from "./reader.ts";

describe("the ring is looked into", function () {
  this.timeout(30_000);
  const namespace = new Namespace("wake");

  before(function () {
    if (!namespace.start()) this.skip();
  });
  after(() => namespace.stop());

  it("by time while blocks come close together: a signal each would cost more than walking them", async () => {
    const count = 200_000;
    const reader = await Reader.of(namespace);
    namespace.send(count, count, 60); // a block every 2 ms
    await reader.settle(count);
    const seen = await reader.end();
    assert.deepEqual([seen.ours, seen.drops], [count, 0]);
    assert.ok(seen.signals < seen.blocks / 4, `${seen.signals} signals for ${seen.blocks} blocks`);
  });

  it("looks by itself when no signal is heard", async () => {
    const reader = await Reader.of(namespace, { deaf: true });
    namespace.send(1_000, 0, 100);
    await reader.settle(1_000);
    assert.equal((await reader.end()).ours, 1_000);
  });

  it("hears each frame soon again after a busy time", async () => {
    const reader = await Reader.of(namespace);
    namespace.send(200_000, 0, 100);
    await reader.settle(200_000);
    const heard: number[] = [];
    for (let turn = 0; turn < 5; turn++) {
      const { ours } = await reader.look();
      namespace.send(1, 0, 100);
      await pause(250); // half the time after which it would look by itself
      heard.push((await reader.look()).ours - ours);
    }
    await reader.end();
    assert.deepEqual(heard, [1, 1, 1, 1, 1]);
  });
});

describe("a ring that several interfaces share", () => {
  it("is looked into more often by each, so that its smaller part does not run full", async () => {
    const looksOf = (blockCount: number) => {
      let looks = 0;
      const wake = new Wake(() => {
        looks += 1;
        return true; // as if there were always blocks
      }, blockCount);
      const descriptor = socket(AF_INET, SOCK_DGRAM, 0);
      assert.equal(wake.arm(descriptor), 0);
      return { wake, descriptor, looks: () => looks };
    };
    const [whole, part] = [looksOf(288), looksOf(24)];
    for (let turn = 0; turn < 20; turn++) {
      for (const { wake } of [whole, part]) wake.soon();
      await immediate(); // some of them follow each other so closely that it looks by time from now on
    }
    const before = [whole.looks(), part.looks()];
    await pause(400);
    const [ofWhole = 0, ofPart = 0] = [whole, part].map(
      ({ looks }, index) => looks() - (before[index] ?? 0),
    );
    for (const { wake, descriptor } of [whole, part]) {
      wake.disarm();
      close(descriptor);
    }
    assert.ok(ofWhole > 4, `${ofWhole} looks`);
    assert.ok(ofPart > 2 * ofWhole, `${ofPart} looks, ${ofWhole} of the whole`);
  });
});
