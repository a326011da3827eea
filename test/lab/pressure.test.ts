// The watch under pressure and at rest: stopped for 1.5 s it loses nothing, told to end under a flood
// it ends, idle it costs next to nothing, and at a low rate a frame is soon an alert.
// LAB_RUNS sets how often it is ended (default 5), LAB_IDLE_S for how long it idles (default 10;
// where it is given, the bound is held).

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Appliance } from "./appliance.ts";
import { needs } from "./package.ts";
import { until } from "./process.ts";
import { bulk, tamperedDialogs } from "./tampered.ts";
import { sentBy, Uplink } from "./uplink.ts";

const RUNS = Number(process.env.LAB_RUNS ?? 5);
const IDLE_S = Number(process.env.LAB_IDLE_S ?? 10);
const IDLE_SHARE_MAX = 0.01;
const STALL_MS = 1_500;
const FLOOD = 200_000;
const END_MAX_MS = 1_000;
const DIALOGS = 200;
const LOW_RATE = 200;

const say = (text: string) => process.stdout.write(`      ${text}\n`);

describe("lab: the watch under pressure and at rest", function () {
  this.timeout(120_000 + IDLE_S * 1000 + RUNS * 10_000);
  const uplink = new Uplink();
  const folder = mkdtempSync(join(tmpdir(), "striplight-pressure-"));
  const segments = join(folder, "bulk.pcap");
  let appliance = new Appliance(uplink);

  before(function () {
    needs(this, { namespaces: true });
    uplink.start();
    bulk(segments);
  });

  beforeEach(async () => {
    appliance = new Appliance(uplink);
    await appliance.start();
  });

  afterEach(() => appliance.stop());

  after(() => {
    uplink.stop();
    rmSync(folder, { recursive: true });
  });

  for (const rate of [2_000, 50_000]) {
    it(`stopped for ${STALL_MS} ms at ${rate} frames/s: loses nothing`, async () => {
      const count = rate * 2.5;
      const sending = uplink.send(segments, count, rate);
      await pause(300);
      appliance.signal("SIGSTOP");
      await pause(STALL_MS);
      appliance.signal("SIGCONT");
      assert.equal(await sending, count);
      const inspected = async () => (await appliance.status()).counters.frames === count;
      await until(`${count} frames inspected`, inspected);
      const { framesLost, interfaces } = await appliance.status();
      assert.deepEqual([framesLost, interfaces[0]?.drops], [0, 0]);
    });
  }

  it(`told to end under ${FLOOD} frames/s: ends within ${END_MAX_MS} ms, ${RUNS} runs`, async () => {
    const times: number[] = [];
    const rates: number[] = [];
    for (let i = 0; i < RUNS; i++) {
      if (appliance.pid === null) await appliance.start();
      const before = appliance.framesCarried();
      const sender = uplink.sendOn(segments, 10 * FLOOD, FLOOD);
      const carried = () => appliance.framesCarried() - before;
      await until("the flood", () => carried() > FLOOD / 4, 20_000);
      const begin = performance.now();
      const status = await appliance.end();
      times.push(performance.now() - begin);
      sender.kill("SIGTERM");
      rates.push((await sentBy(sender)).rate);
      await appliance.stop();
      assert.equal(status, 0);
    }
    const slowest = Math.max(...times).toFixed(0);
    say(
      `ended ${RUNS} times, slowest after ${slowest} ms; at ${Math.min(...rates)} frames/s or more`,
    );
    assert.ok(Math.max(...times) < END_MAX_MS, `${times.map(Math.round)}`);
  });

  it(`idle for ${IDLE_S} s`, async () => {
    await pause(2_000); // what starting costs is not idling
    const before = appliance.cpuMs();
    await pause(IDLE_S * 1000);
    const share = (appliance.cpuMs() - before) / (IDLE_S * 1000);
    say(`${(share * 100).toFixed(2)} % of a core`);
    if (process.env.LAB_IDLE_S !== undefined) assert.ok(share <= IDLE_SHARE_MAX, `${share}`);
  });

  it(`${DIALOGS} dialogs at ${LOW_RATE} frames/s: from the frame to the alert's line`, async () => {
    const { file, frames } = tamperedDialogs(join(folder, "dialogs.pcap"), DIALOGS);
    await uplink.send(file, frames, LOW_RATE);
    await until("the alerts", () => appliance.alerts.length >= DIALOGS);
    const delays = appliance.alerts
      .map(({ line, seenMs }) => seenMs - Date.parse(line.time))
      .sort((one, other) => one - other);
    const at = (share: number) => delays[Math.floor(share * (delays.length - 1))];
    say(`median ${at(0.5)} ms, 99th ${at(0.99)} ms, slowest ${at(1)} ms`);
    assert.ok((at(0.5) ?? Number.NaN) < 1_000);
  });
});
