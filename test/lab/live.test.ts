// The product on a live uplink: a stripped session and a forged reset reach the JSON line, the log
// host and the lamp, with the time it took; clean sessions and honest resets reach none of them.
// LAB_RUNS sets how often each is repeated (default 2), LAB_QUIET_S how long silence is held.

import assert from "node:assert/strict";
import { type AlertLine, Appliance } from "./appliance.ts";
import { imaplib, poplib, swaks } from "./client.ts";
import { COLLECTOR_PACKAGES, SyslogCollector, type SyslogRecord } from "./collector.ts";
import { CAUSES, type Cause, honestEnd } from "./honest.ts";
import { Lab } from "./lab.ts";
import { MAIL_PACKAGES, needs } from "./package.ts";
import { until } from "./process.ts";
import { forgedReset } from "./story.ts";
import { WebServer } from "./web-server.ts";

const RUNS = Number(process.env.LAB_RUNS ?? 2);
const QUIET_MS = Number(process.env.LAB_QUIET_S ?? 3) * 1000;
/** From the frame that settles it to the log host's record. */
const LATENCY_MAX_MS = 1000;
const SUITE_MS = 700_000;

/** The structured data's parameters, all of them, in order. */
const PARAMETERS =
  "id revision verdict evidence client server port application side scope fingerprint serverName lanClient repeated";

describe("lab: the product on a live uplink", function () {
  this.timeout(SUITE_MS);
  const lab = new Lab({ wire: true });
  const web = new WebServer(lab.network);
  const collector = new SyslogCollector(lab.network);
  const { host, port } = collector;
  const appliance = new Appliance(lab.network, [{ host, port, proto: "tcp" }]);
  const latencies: number[] = [];

  before(async function () {
    needs(this, { namespaces: true, packages: [...MAIL_PACKAGES, ...COLLECTOR_PACKAGES] });
    await lab.start();
    await web.start();
    await collector.start();
    await appliance.start();
  });

  after(async () => {
    await appliance.stop();
    await collector.stop();
    collector.remove();
    await web.stop();
    await lab.stop();
    if (latencies.length === 0) return;
    const slowest = Math.max(...latencies).toFixed(0);
    process.stdout.write(`      ${latencies.length} records, slowest after ${slowest} ms\n`);
  });

  /** Runs `work`; the alerts it raised, each in its last revision, once `settled` says so. */
  async function alertsOf(
    work: () => Promise<unknown>,
    settled: (alerts: AlertLine[]) => boolean,
  ): Promise<AlertLine[]> {
    const first = appliance.alerts.length;
    await work();
    const last = () => {
      const fresh = appliance.alerts.slice(first).map(({ line }) => line);
      return [...new Map(fresh.map((line) => [line.id, line])).values()];
    };
    await until("the alert", () => settled(last()), 15_000).catch((problem) => {
      throw new Error(`${problem}; raised: ${JSON.stringify(last())} ${appliance.diagnostics}`);
    });
    return last();
  }

  /** The log host's record of this revision of an alert. */
  async function recordOf(alert: AlertLine): Promise<SyslogRecord> {
    const matches = (record: SyslogRecord) =>
      record.structured.id === alert.id && record.structured.revision === String(alert.revision);
    await until("the record", () => collector.records().some(matches), 5_000);
    const record = collector.records().find(matches);
    assert.ok(record);
    return record;
  }

  function checkRecord(record: SyslogRecord, alert: AlertLine): void {
    const severities: Record<string, string> = { critical: "2", warning: "4", notice: "5" };
    assert.equal(record.facility, "local5");
    assert.equal(record.severity, severities[alert.severity]);
    assert.equal(record.appName, "striplight");
    assert.equal(record.msgid, alert.alert);
    assert.match(record.timestamp, /\.\d{6}(Z|\+00:00)$/);
    assert.deepEqual(Object.keys(record.structured), PARAMETERS.split(" "));
    assert.equal(record.structured.verdict, alert.verdict);
    assert.equal(record.structured.evidence, alert.evidence.join(","));
    assert.equal(record.structured.client, alert.flow.client);
    assert.equal(record.structured.server, alert.flow.server);
    assert.equal(record.structured.port, String(alert.flow.serverPort));
    assert.equal(record.message.trim(), alert.text);
    latencies.push(record.receivedMs - Date.parse(alert.time));
  }

  it(`clean sessions: nothing for ${QUIET_MS / 1000} s after the last packet, ${RUNS} runs`, async () => {
    for (let i = 0; i < RUNS; i++) {
      for (const client of [swaks, imaplib, poplib]) {
        assert.equal((await client(lab.network, { tls: "must" })).status, 0);
      }
    }
    await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
    assert.deepEqual(appliance.alerts, []);
    assert.deepEqual(collector.raw(), []);
    assert.equal(appliance.lamp(), "steady");
  });

  it("honest ends of connections: silent", async () => {
    for (const cause of Object.keys(CAUSES) as Cause[]) await honestEnd(lab.network, cause, RUNS);
    await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
    assert.deepEqual(appliance.alerts, []);
    assert.equal(appliance.lamp(), "steady");
  });

  it(`asa: JSON line, log host's record, fast blink, ${RUNS} runs`, async () => {
    for (let i = 0; i < RUNS; i++) {
      const work = () => lab.through("asa", () => swaks(lab.network));
      const settled = ([alert]: AlertLine[]) => alert?.evidence.includes("clear-mail") ?? false;
      const alerts = await alertsOf(work, settled);
      assert.deepEqual(
        alerts.map((alert) => alert.alert),
        ["capability-rewritten"],
      );
      const [alert] = alerts;
      assert.ok(alert);
      assert.equal(alert.verdict, "likely");
      for (const name of ["banner-masked", "cap-masked", "clear-mail"]) {
        assert.ok(alert.evidence.includes(name), name);
      }
      assert.equal(appliance.lamp(), "fast blink");
      // Later sessions of one kind are repeats to the log host: only the first one is told there.
      if (i === 0) checkRecord(await recordOf(alert), alert);
      await appliance.command("ack");
      await until("the lamp calms down", () => appliance.lamp() === "steady");
    }
  });

  it(`a forged RST+ACK amid the server's data: proven, ${RUNS} runs`, async () => {
    for (let i = 0; i < RUNS; i++) {
      const alerts = await alertsOf(
        () => forgedReset(lab, `run${i}.lab.example`),
        ([alert]) => alert?.verdict === "proven",
      );
      assert.deepEqual(
        alerts.map((alert) => alert.alert),
        ["reset-forged"],
      );
      const [alert] = alerts;
      assert.ok(alert);
      assert.equal(alert.severity, "critical");
      assert.deepEqual(alert.evidence, ["rst-data-after", "rst-ttl-step"]);
      assert.equal(appliance.lamp(), "fast blink");
      if (i === 0) checkRecord(await recordOf(alert), alert);
      await appliance.command("ack");
    }
  });

  it(`told the log host within ${LATENCY_MAX_MS} ms, and ends with 0`, async () => {
    assert.ok(latencies.length > 0);
    assert.ok(Math.max(...latencies) < LATENCY_MAX_MS, `${latencies}`);
    assert.equal(await appliance.stop(), 0);
  });
});
