// The product on a live uplink: a stripped session and a forged reset reach the JSON line, the log
// host and the lamp, with the time it took; clean sessions and honest resets reach none of them.
// LAB_RUNS sets how often each is repeated (default 2; where it is given, the bar on the slowest
// record is held, else that on the median: a busy machine may spoil one figure), LAB_QUIET_S how long
// silence is held after the last packet (default 15: a reset is held for 10 s before it is told).

import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { type AlertLine, Appliance, type Lamp } from "./appliance.ts";
import { imaplib, poplib, swaks } from "./client.ts";
import { COLLECTOR_PACKAGES, SyslogCollector, type SyslogRecord } from "./collector.ts";
import { CAUSES, type Cause, honestEnd } from "./honest.ts";
import { Lab } from "./lab.ts";
import { MAIL_PACKAGES, needs } from "./package.ts";
import { until } from "./process.ts";
import { DELAY_MS, forgedReset, plainReset } from "./story.ts";
import { WebServer } from "./web-server.ts";

const RUNS = Number(process.env.LAB_RUNS ?? 2);
const QUIET_MS = Number(process.env.LAB_QUIET_S ?? 15) * 1000;
/** From the frame that settles it to the log host's record. */
const LATENCY_MAX_MS = 1000;
/** Nothing is measured by how long a test waits: a busy machine may take its time. */
const PATIENCE_MS = 60_000;
const SUITE_MS = 300_000 + RUNS * 60_000;
/** The path's one-way delay for every second honest end: resets race with what is under way. */
const FAR_MS = 20;
/** Each run meets another operator's server, for a repetition is told the log host once a day. */
const SERVERS = Array.from({ length: RUNS }, (_, run) => `203.0.113.${101 + run}`);

/** The structured data's parameters, all of them, in order. */
const PARAMETERS = [
  "id revision verdict evidence client server port application side scope fingerprint serverName",
  "lanClient repeated sensor uplink community",
].join(" ");

describe("lab: the product on a live uplink", function () {
  this.timeout(SUITE_MS);
  const lab = new Lab({ wire: true });
  const web = new WebServer(lab.network, { pieces: 1_000 }); // still sending when it is reset
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
    await until("the alert", () => settled(last()), PATIENCE_MS).catch((problem) => {
      throw new Error(`${problem}; raised: ${JSON.stringify(last())} ${appliance.diagnostics}`);
    });
    return last();
  }

  /** The log host's record of this revision of an alert. */
  async function recordOf(alert: AlertLine): Promise<SyslogRecord> {
    const matches = (record: SyslogRecord) =>
      record.structured.id === alert.id && record.structured.revision === String(alert.revision);
    await until("the record", () => collector.records().some(matches), PATIENCE_MS);
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

  const lampShows = (lamp: Lamp) => until(`lamp: ${lamp}`, () => appliance.lamp() === lamp);

  function silent(): void {
    assert.deepEqual(appliance.alerts, []);
    assert.deepEqual(collector.raw(), []);
    assert.equal(appliance.lamp(), "steady");
  }

  it(`clean sessions, ${RUNS} runs`, async () => {
    for (let i = 0; i < RUNS; i++) {
      for (const client of [swaks, imaplib, poplib]) {
        assert.equal((await client(lab.network, { tls: "must" })).status, 0);
      }
    }
    silent();
  });

  it(`honest ends of connections, ${RUNS} runs`, async () => {
    const near = Math.ceil(RUNS / 2);
    for (const cause of Object.keys(CAUSES) as Cause[]) {
      await honestEnd(lab.network, cause, near);
      await lab.forwarder.delay("both", FAR_MS);
      await honestEnd(lab.network, cause, RUNS - near);
      await lab.forwarder.empty();
      await lab.forwarder.delay("both", 0);
    }
    silent();
  });

  it(`a plain reset in answer that no time betrays, ${RUNS} runs`, async () => {
    for (let i = 0; i < RUNS; i++) await plainReset(lab, `plain${i}.example`, 0);
    silent();
  });

  it(`after all of them nothing for ${QUIET_MS / 1000} s after the last packet`, async () => {
    await pause(QUIET_MS);
    silent();
  });

  it(`asa: JSON line, log host's record, fast blink, ${RUNS} runs`, async () => {
    const session = async (server: string) => {
      const alerts = await alertsOf(
        () => swaks(lab.network, { server }),
        ([alert]) => alert?.evidence.includes("clear-mail") ?? false,
      );
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
      await lampShows("fast blink");
      checkRecord(await recordOf(alert), alert);
      await appliance.command("ack");
      await lampShows("steady");
    };
    await lab.through(
      "asa",
      async () => {
        for (const server of SERVERS) await session(server);
      },
      SERVERS,
    );
  });

  it(`a forged RST+ACK amid the server's data: proven, ${RUNS} runs`, async () => {
    for (let i = 0; i < RUNS; i++) {
      const alerts = await alertsOf(
        () => forgedReset(lab, `www.run${i}.example`),
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
      await lampShows("fast blink");
      checkRecord(await recordOf(alert), alert);
      await appliance.command("ack");
      await lampShows("steady");
    }
  });

  it(`a plain reset in answer, sooner than any answer: suspect, ${RUNS} runs`, async () => {
    for (let i = 0; i < RUNS; i++) {
      const alerts = await alertsOf(
        () => plainReset(lab, `early${i}.example`, DELAY_MS),
        (raised) => raised.length > 0,
      );
      assert.deepEqual(
        alerts.map(({ alert, verdict, evidence }) => [alert, verdict, evidence.join()]),
        [["reset-forged", "suspect", "rst-early"]],
      );
    }
  });

  it(`told the log host within ${LATENCY_MAX_MS} ms, and ends with 0`, async () => {
    assert.equal(latencies.length, 2 * RUNS);
    const sorted = latencies.toSorted((one, other) => one - other);
    const [slowest, median] = [sorted.at(-1), sorted[RUNS]];
    process.stdout.write(
      `      ${sorted.length} records: slowest after ${slowest} ms, median ${median} ms\n`,
    );
    const held = process.env.LAB_RUNS === undefined ? median : slowest;
    assert.ok((held ?? Number.NaN) < LATENCY_MAX_MS, `${sorted}`);
    assert.equal(await appliance.stop(), 0);
    assert.doesNotMatch(appliance.diagnostics, /cannot be written/); // what was learnt is kept
  });
});
