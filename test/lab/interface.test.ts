// The interface goes down and comes back, is deleted and made anew, changes its address: one watch,
// an ordinary user by then, lives through all of it, says on the lamp what it misses, counts it,
// and tells of what comes afterwards.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Appliance } from "./appliance.ts";
import { COLLECTOR_PACKAGES, SyslogCollector } from "./collector.ts";
import { ADDRESS, UPLINK } from "./namespace.ts";
import { needs } from "./package.ts";
import { until } from "./process.ts";
import { type Tampered, tamperedAtHome, tamperedDialogs } from "./tampered.ts";
import { Uplink } from "./uplink.ts";

const RATE = 500;
const RENUMBERED = "198.51.100.77";
/** Longer than the watch takes to look at its own addresses again. */
const RENUMBERED_MS = 6_500;

describe("lab: the uplink goes and comes back", function () {
  this.timeout(60_000);
  const uplink = new Uplink();
  const collector = new SyslogCollector(uplink);
  const { host, port } = collector;
  const appliance = new Appliance(uplink, [{ host, port, proto: "tcp" }]);
  const folder = mkdtempSync(join(tmpdir(), "striplight-uplink-"));
  let dialogs = 0;

  before(async function () {
    needs(this, { namespaces: true, packages: COLLECTOR_PACKAGES });
    uplink.start();
    await collector.start();
    await appliance.start();
  });

  after(async () => {
    await appliance.stop();
    await collector.stop();
    collector.remove();
    uplink.stop();
    rmSync(folder, { recursive: true });
  });

  /** Sends a dialog; it must reach the JSON line, the log host and the lamp. Its alert's side. */
  async function told(tampered: Tampered): Promise<string> {
    await uplink.send(tampered.file, tampered.frames, RATE);
    const [server = ""] = tampered.servers;
    const ours = () => appliance.alerts.find(({ line }) => line.flow.server === server)?.line;
    await until(`an alert about ${server}`, () => ours() !== undefined);
    const recorded = () =>
      collector.records().some(({ structured }) => structured.server === server);
    await until(`a record about ${server}`, recorded);
    assert.equal(appliance.lamp(), "fast blink");
    assert.equal((await appliance.command("ack")).status, 0);
    const alert = ours();
    assert.deepEqual(alert?.evidence, ["cap-masked"]);
    return alert?.side ?? "";
  }

  const another = () => tamperedDialogs(join(folder, "dialog.pcap"), 1, dialogs++);
  const lampTurns = (lamp: string) => until(`lamp: ${lamp}`, () => appliance.lamp() === lamp);
  const uids = () =>
    /^Uid:\s+(.*)$/m.exec(readFileSync(`/proc/${appliance.pid}/status`, "utf8"))?.[1]?.split("\t");

  it("taps as an ordinary user", async () => {
    assert.equal(new Set(uids()).size, 1);
    assert.notEqual(uids()?.[0], "0");
    assert.equal(await told(another()), "far");
    await lampTurns("steady");
  });

  it("down and up: slow meanwhile, steady and awake afterwards", async () => {
    uplink.ip("link", "set", UPLINK, "down");
    await lampTurns("slow blink");
    assert.equal((await appliance.status()).interfaces[0]?.state, "down");
    uplink.ip("link", "set", UPLINK, "up");
    await lampTurns("steady");
    assert.equal(await told(another()), "far");
    const [figures] = (await appliance.status()).interfaces;
    assert.deepEqual([figures?.state, figures?.interruptions], ["up", 1]);
  });

  it("another address: the server that runs on it is at home", async () => {
    uplink.address(RENUMBERED);
    await pause(RENUMBERED_MS);
    assert.equal(await told(tamperedAtHome(join(folder, "home.pcap"), RENUMBERED)), "near");
    await lampTurns("steady");
  });

  it("deleted and made anew, with another address: what passed unseen is counted and told", async () => {
    uplink.uncable();
    await lampTurns("slow blink");
    assert.equal((await appliance.status()).interfaces[0]?.state, "absent");

    const unseen = tamperedDialogs(join(folder, "unseen.pcap"), 10, 100);
    appliance.signal("SIGSTOP"); // so that the watch is bound anew only after these have passed
    uplink.cable();
    uplink.address(ADDRESS.uplink);
    await uplink.send(unseen.file, unseen.frames, RATE);
    appliance.signal("SIGCONT");
    const sentence = `${unseen.frames} frames were lost`;
    const said = () => collector.records().some(({ message }) => message.includes(sentence));
    await until("the loss to be told", said);
    const { framesLost, interfaces } = await appliance.status();
    const [figures] = interfaces;
    assert.deepEqual([framesLost, figures?.missed], [unseen.frames, unseen.frames]);
    assert.deepEqual([figures?.state, figures?.interruptions], ["up", 2]);
    assert.equal(appliance.lamp(), "slow blink");
    const servers = new Set(appliance.alerts.map(({ line }) => line.flow.server));
    assert.ok(!unseen.servers.some((server) => servers.has(server)));

    assert.equal(await told(another()), "far");
    await pause(RENUMBERED_MS);
    const file = join(folder, "home.pcap");
    assert.equal(await told(tamperedAtHome(file, ADDRESS.uplink)), "near");
    assert.equal(appliance.lamp(), "slow blink");
  });

  it("was one process all the time, and ends with 0", async () => {
    assert.notEqual(uids()?.[0], "0");
    assert.equal(await appliance.stop(), 0);
    assert.match(appliance.diagnostics, /frames inspected, \d+ lost/);
  });
});
