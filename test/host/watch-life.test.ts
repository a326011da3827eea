// What a watch remembers and survives: an alarm outlives a kill, a restart and a reload until somebody
// acknowledges it; a full disk or a reader that goes away never ends it while anybody can hear it.
// Needs a namespace and root; everything stays inside.

import assert from "node:assert/strict";
import { type ChildProcess, spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { burstOf, LiveWatch } from "./live-watch.ts";
import { Namespace } from "./namespace.ts";
import { until } from "./outage.ts";

const MASKED = burstOf("mail/smtp-asa.pcap");
const [FIRST, SECOND] = [6_514, 6_515];

describe("the life of a watch", function () {
  this.timeout(180_000);
  const namespace = new Namespace("life");
  const children: ChildProcess[] = [];
  let watch: LiveWatch;
  let sender: ChildProcess;

  async function started(program: string, ...args: string[]): Promise<ChildProcess> {
    const child = namespace.node(program, ...args);
    children.push(child);
    assert.ok(child.stdout);
    await once(child.stdout, "data");
    return child;
  }

  before(async function () {
    if (!namespace.start()) this.skip();
    sender = await started("frame-sender.ts", "near");
  });
  beforeEach(() => {
    watch = new LiveWatch(namespace);
  });
  afterEach(() => watch.stop());
  after(() => {
    for (const child of children) child.kill("SIGKILL");
    namespace.stop();
  });

  const alarm = async (): Promise<void> => {
    sender.stdin?.write(MASKED);
    await until(() => watch.status().worstOpen === "warning", "the alarm");
  };
  const linesIn = (file: string): string[] =>
    existsSync(file)
      ? readFileSync(file, "utf8")
          .split("\n")
          .filter((line) => / likely/.test(line) || /verdict="likely"/.test(line))
      : [];

  it("keeps an alarm over a kill, a restart and a reload, and tells it again until it is acknowledged", async () => {
    const files = [FIRST, SECOND].map((port) => join(watch.folder, `collector-${port}`));
    const [first = "", second = ""] = files;
    await started("collector.ts", String(FIRST), first);
    await started("collector.ts", String(SECOND), second);
    watch.configure([], [FIRST]);
    await watch.start();
    await alarm();
    await watch.shows("fast");
    await until(() => linesIn(first).length > 0, "the collector's line");
    const { id } = watch.status().alerts[0];
    const told = linesIn(first).length;

    await watch.end("SIGKILL");
    await watch.shows("off");
    await watch.start();
    await watch.shows("fast");
    await until(() => linesIn(first).length === told + 1, "the collector told again");
    const again = linesIn(first).at(-1) ?? "";
    assert.match(again, new RegExp(`id="${id}" .* repeated="[1-9]`));

    watch.configure(["option alert_hold 48h"], [FIRST, SECOND]);
    watch.child?.kill("SIGHUP");
    await until(() => /was read again\./.test(watch.err), "the reload");
    await until(() => linesIn(second).length > 0, "the new collector's line");
    assert.equal(watch.lamp(), "fast");
    const after = watch.status();
    assert.deepEqual(
      after.syslog.collectors.map((each: { state: string }) => each.state),
      ["reached", "reached"],
    );
    assert.deepEqual(
      [after.alerts[0].id, after.alerts[0].state, after.alerts[0].device],
      [id, "open", "192.168.77.10"],
    );

    watch.configure(["option profile sofa"], []);
    watch.child?.kill("SIGHUP");
    await until(
      () => /not taken over, the running one stays: .*"sofa"/.test(watch.err),
      "the refusal",
    );
    watch.configure([], [FIRST, SECOND]);
    assert.equal(watch.status().syslog.collectors.length, 2);
    assert.equal(watch.lamp(), "fast");

    assert.equal(await watch.end("SIGTERM"), 0);
    await watch.start();
    await watch.shows("fast");
    assert.match(watch.command("ack", "deadbeef"), /there is no alert "deadbeef"/);
    assert.match(watch.command("ack", String(id).slice(0, 8)), /^1 alert acknowledged/);
    await watch.shows("steady");
    await watch.end("SIGKILL");
    const silent = linesIn(first).length;
    await watch.start();
    await until(() => watch.status().syslog.collectors[0].state === "reached", "the collector");
    assert.deepEqual([watch.lamp(), watch.status().alerts[0].state], ["steady", "acknowledged"]);
    assert.equal(linesIn(first).length, silent);
  });

  it("goes on where its output is on a full disk", async () => {
    watch.configure([], [], false);
    const file = openSync("/dev/full", "w");
    await watch.start({ file });
    closeSync(file);
    await alarm();
    const full = /standard output cannot be written \(ENOSPC\); the watch goes on\./;
    await until(() => full.test(watch.err), "the sentence");
    assert.equal(watch.err.split("ENOSPC").length, 2, "told once");
    assert.equal(await watch.end("SIGTERM"), 0);
  });

  it("ends with 0 where its only reader goes away", async () => {
    watch.configure([], [], false);
    await watch.start();
    watch.child?.stdout?.destroy();
    sender.stdin?.write(MASKED);
    await until(() => watch.child?.exitCode !== null, "the end");
    assert.equal(watch.child?.exitCode, 0);
  });

  it("goes on without a reader where a lamp shows the alarm", async () => {
    watch.configure();
    await watch.start();
    watch.child?.stdout?.destroy();
    await alarm();
    await watch.shows("fast");
    const gone = /nobody reads the alerts here any more; the watch goes on/;
    await until(() => gone.test(watch.err), "the sentence");
    assert.equal(await watch.end("SIGTERM"), 0);
  });

  it("goes on where alert file and state are on a full disk, counts, tells and shows it", async () => {
    const disk = join(watch.folder, "disk");
    mkdirSync(disk);
    assert.equal(spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", disk]).status, 0);
    try {
      watch.configure([
        `option state_dir ${disk}/state`,
        `option alert_file ${disk}/alerts/alerts.json`,
      ]);
      await watch.start();
      spawnSync("dd", ["if=/dev/zero", `of=${disk}/filler`, "bs=1k"]);
      await alarm();
      await watch.shows("fast");
      const { alertFile, limits } = watch.status();
      assert.ok(alertFile.lost > 0);
      assert.equal(alertFile.failing, "ENOSPC");
      assert.match(
        limits.join(),
        /alerts cannot be written to .*ENOSPC.*,the state folder cannot be written/,
      );
      watch.command("ack");
      await watch.shows("slow");
      assert.match(
        watch.command("status"),
        /alert file .*cannot be written \(ENOSPC\), \d+ lines lost/,
      );
      await until(
        () => /alerts cannot be written to .* \(ENOSPC\)/.test(watch.err),
        "the sentence",
      );
      assert.equal(await watch.end("SIGTERM"), 0);
    } finally {
      await watch.end("SIGKILL");
      spawnSync("umount", [disk]);
    }
  });

  it("keeps silent about the one finding an owner knows, and counts it", async () => {
    watch.configure([
      "list ignore '203.0.113.25|25|cap-masked'",
      "list ignore '203.0.113.25|25|banner-masked'",
    ]);
    await watch.start();
    sender.stdin?.write(MASKED);
    await until(() => watch.status().ignored[0].alerts > 0, "the silence");
    const { ignored, alertsRaised, worstOpen } = watch.status();
    assert.deepEqual([alertsRaised, worstOpen, watch.lamp()], [0, null, "steady"]);
    assert.ok(ignored[1].alerts > 0);
    watch.configure(["list ignore '203.0.113.25|25|banner-masked'"]);
    // The same connection again would be known already: a new watch has not heard of it.
    assert.equal(await watch.end("SIGTERM"), 0);
    await watch.start();
    await alarm();
  });
});
