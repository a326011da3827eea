// A log host that is killed while 500 alerts are raised gets them all when it is back, in order and
// once each; where the queue is too small on purpose, it gets the exact number of those it missed.
// LAB_OUTAGE_S sets how long it is away (default 3).

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AlertLine, Appliance } from "./appliance.ts";
import { COLLECTOR_PACKAGES, SyslogCollector, type SyslogRecord } from "./collector.ts";
import { needs } from "./package.ts";
import { until } from "./process.ts";
import { tamperedDialogs } from "./tampered.ts";
import { Uplink } from "./uplink.ts";

const OUTAGE_S = Number(process.env.LAB_OUTAGE_S ?? 3);
const RATE = 1_500;
/** How many alerts come before, during and after the outage. */
const BEFORE = 100;
const DURING = 300;
const AFTER = 100;
const ALERTS = BEFORE + DURING + AFTER;
const SMALL_QUEUE = 50;
const BACK_MS = 20_000;

describe("lab: a log host that is away", function () {
  this.timeout(OUTAGE_S * 1000 + 90_000);
  const uplink = new Uplink();
  const collector = new SyslogCollector(uplink);
  const { host, port } = collector;
  const folder = mkdtempSync(join(tmpdir(), "striplight-outage-"));
  let appliance = new Appliance(uplink);

  before(function () {
    needs(this, { namespaces: true, packages: COLLECTOR_PACKAGES });
    uplink.start();
  });

  afterEach(async () => {
    await appliance.stop();
    await collector.stop();
    collector.remove();
  });

  after(() => {
    uplink.stop();
    rmSync(folder, { recursive: true });
  });

  /** Sends so many dialogs with new servers, in no less than `seconds`. */
  async function send(count: number, first: number, seconds = 0): Promise<void> {
    const { file, frames } = tamperedDialogs(join(folder, "dialogs.pcap"), count, first);
    await uplink.send(file, frames, seconds === 0 ? RATE : Math.ceil(frames / seconds));
  }

  const raised = (): AlertLine[] =>
    appliance.alerts.map(({ line }) => line).filter(({ revision }) => revision === 1);
  const records = (): SyslogRecord[] =>
    collector.records().filter(({ msgid }) => msgid === "capability-rewritten");
  const idsOf = (some: SyslogRecord[]) => some.map(({ structured }) => structured.id);

  it(`killed for ${OUTAGE_S} s during ${ALERTS} alerts: all arrive in order, once each`, async () => {
    appliance = new Appliance(uplink, [{ host, port, proto: "tcp" }]);
    await collector.start();
    await appliance.start();
    await send(BEFORE, 0);
    // What a log host has read but not written dies with it; no sender can know.
    await until("the first records", () => records().length === BEFORE);
    await collector.stop("SIGKILL");
    await send(DURING, BEFORE, OUTAGE_S);
    const away = await appliance.status();
    assert.equal(away.syslog.collectors[0]?.connected, false);
    await Promise.all([collector.start(), send(AFTER, BEFORE + DURING)]);
    await until("the alerts", () => raised().length >= ALERTS);
    await until("the records", () => records().length >= ALERTS, BACK_MS);
    assert.deepEqual(
      idsOf(records()),
      raised().map(({ id }) => id),
    );
    assert.equal(new Set(idsOf(records())).size, ALERTS);
    assert.equal((await appliance.status()).syslog.collectors[0]?.dropped, 0);
  });

  it(`with a queue of ${SMALL_QUEUE}: the first ${SMALL_QUEUE} arrive, the rest is told as a number`, async () => {
    appliance = new Appliance(uplink, [{ host, port, proto: "tcp", queue: SMALL_QUEUE }]);
    await appliance.start();
    await send(ALERTS, 0);
    await until("the alerts", () => raised().length >= ALERTS);
    const dropped = ALERTS - SMALL_QUEUE;
    const [away] = (await appliance.status()).syslog.collectors;
    assert.deepEqual([away?.queued, away?.dropped], [SMALL_QUEUE, dropped]);
    assert.equal(appliance.lamp(), "fast blink");
    await appliance.command("ack");
    await until("lamp: slow", () => appliance.lamp() === "slow blink");

    await collector.start();
    const said = () => collector.records().filter(({ msgid }) => msgid === "dropped");
    await until("the number", () => said().length > 0, BACK_MS);
    assert.match(said()[0]?.message ?? "", new RegExp(`^\\s*${dropped} records found no room`));
    assert.deepEqual(
      idsOf(records()),
      raised()
        .slice(0, SMALL_QUEUE)
        .map(({ id }) => id),
    );
    await until("lamp: steady", () => appliance.lamp() === "steady");
    assert.equal(said().length, 1);
  });
});
