// The running watch itself, not a model of it: every thread has given up every right, an intruder
// inside it gets neither a raw socket nor /etc/shadow, and it still taps, blinks and logs.

import assert from "node:assert/strict";
import { chownSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { resolveIdentity } from "../../host/run/privileges.ts";
import { Appliance } from "./appliance.ts";
import { COLLECTOR_PACKAGES, SyslogCollector } from "./collector.ts";
import type { Intrusion } from "./intruder.ts";
import { needs } from "./package.ts";
import { until } from "./process.ts";
import { tamperedDialogs } from "./tampered.ts";
import { Uplink } from "./uplink.ts";

const INTRUDER = fileURLToPath(new URL("./intruder.ts", import.meta.url));
const NO_CAPABILITY = "0000000000000000";

describe("lab: a watch without rights", function () {
  this.timeout(60_000);
  const uplink = new Uplink();
  const collector = new SyslogCollector(uplink);
  const folder = mkdtempSync(join(tmpdir(), "striplight-rights-"));
  const report = join(folder, "intrusion");
  const { host, port } = collector;
  const appliance = new Appliance(uplink, [{ host, port, proto: "tcp" }], {
    NODE_OPTIONS: `--import tsx --import ${INTRUDER}`,
    LAB_INTRUDER: report,
  });
  const identity = resolveIdentity(null);

  before(async function () {
    needs(this, { namespaces: true, packages: COLLECTOR_PACKAGES });
    writeFileSync(report, "");
    chownSync(folder, identity.uid, identity.gid);
    chownSync(report, identity.uid, identity.gid);
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

  /** Every thread's fields of that name, from /proc. */
  function threads(...names: string[]): string[][] {
    const tasks = `/proc/${appliance.pid}/task`;
    return readdirSync(tasks).map((thread) => {
      const status = readFileSync(join(tasks, thread, "status"), "utf8");
      return names.map(
        (name) => new RegExp(`^${name}:[ \\t]*(.*?)\\s*$`, "m").exec(status)?.[1] ?? "none",
      );
    });
  }

  async function intrusion(): Promise<Intrusion> {
    writeFileSync(report, "");
    appliance.signal("SIGUSR2");
    const text = () => readFileSync(report, "utf8");
    await until("the intruder's report", () => text().endsWith("}"));
    return JSON.parse(text());
  }

  it("no thread has a user, a group or a capability left", async () => {
    await intrusion(); // now the pool has all its threads
    const { uid, gid } = identity;
    const four = (id: number) => Array(4).fill(id).join("\t");
    const seen = threads("Uid", "Gid", "Groups", "CapInh", "CapPrm", "CapEff", "CapAmb");
    assert.ok(seen.length >= 8, `${seen.length} threads`);
    const bare = [four(uid), four(gid), "", ...Array(4).fill(NO_CAPABILITY)];
    for (const thread of seen) assert.deepEqual(thread, bare);
    assert.equal((await appliance.status()).user, identity.user);
  });

  it("an intruder gets no raw socket and no password file, on any thread", async () => {
    const { sockets, shadow } = await intrusion();
    assert.deepEqual([...new Set(sockets)].sort(), ["EPERM", "refused"]);
    assert.deepEqual([...new Set(shadow)], ["EACCES"]);
    assert.ok(sockets.length > 4 && shadow.length > 4);
  });

  it("it taps, blinks and logs", async () => {
    assert.equal(appliance.lamp(), "steady");
    const { file, frames, servers } = tamperedDialogs(join(folder, "dialog.pcap"), 1);
    await uplink.send(file, frames, 500);
    await until("the alert", () => appliance.alerts.length > 0);
    assert.equal(appliance.alerts[0]?.line.flow.server, servers[0]);
    assert.equal(appliance.lamp(), "fast blink");
    await until("the record", () => collector.records().length > 0);
    assert.equal(collector.records()[0]?.structured.server, servers[0]);
    assert.equal((await appliance.command("test-alarm")).status, 0);
    await until("the test's record", () => collector.records().length > 1);
    assert.equal(collector.records()[1]?.msgid, "test-alarm");
    assert.equal(await appliance.stop(), 0);
  });
});
