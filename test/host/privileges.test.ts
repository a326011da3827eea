// Turns a process that has given up its privileges into what every one of its threads still may,
// and what it still does: tap, blink, log. Skipped where no namespace can be made.

import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { EXIT } from "../../host/ground/errors.ts";
import { ownFolder } from "../../host/run/ownership.ts";
import { resolveIdentity } from "../../host/run/privileges.ts";
import { Namespace } from "./namespace.ts";

const NOBODY = "65534 65534 65534 65534";

describe("privileges", function () {
  this.timeout(20_000);
  const namespace = new Namespace("privileges");
  const root = mkdtempSync(join(tmpdir(), "striplight-led-"));

  before(function () {
    if (!namespace.start()) this.skip();
  });
  after(() => {
    namespace.stop();
    rmSync(root, { recursive: true });
  });

  it("are gone from every thread, and nothing that was open stops working", async () => {
    mkdirSync(join(root, "lamp"));
    const before = { trigger: "[none] timer", brightness: "0", delay_on: "1", delay_off: "2" };
    for (const [name, value] of Object.entries(before)) {
      writeFileSync(join(root, "lamp", name), `${value}\n`, { mode: 0o644 });
    }
    const read = (name: string): string => readFileSync(join(root, "lamp", name), "utf8").trim();

    // The collector is a datagram socket inside the namespace, for the port must be there.
    const probe = namespace.node("privileges-probe.ts", root, "5514");
    assert.ok(probe.stdout);
    const lines = createInterface({ input: probe.stdout })[Symbol.asyncIterator]();
    const next = async () => JSON.parse(String((await lines.next()).value));
    const first = await next();
    assert.deepEqual([first.dropped, first.lamp], [true, null]);
    assert.ok(first.threads.length >= 8, `${first.threads.length} threads`);
    for (const thread of first.threads) {
      assert.deepEqual(thread, [NOBODY, NOBODY, "", "0000000000000000", "0000000000000000"]);
    }
    assert.equal(first.raw, "EPERM");
    assert.deepEqual(first.shadow, ["EACCES", "EACCES", "EACCES", "EACCES"]);

    namespace.send(1_000, 0, 100);
    probe.kill("SIGUSR1");
    const second = await next();
    assert.deepEqual([second.frames, second.led], [1_000, "fast"]);
    assert.deepEqual([read("delay_on"), read("delay_off")], ["100", "100"]);
    const [collector] = second.syslog.collectors;
    assert.equal(collector.delivered + collector.queued, 1);

    probe.kill("SIGTERM");
    const [status] = await once(probe, "exit");
    assert.equal(status, 0);
    const files = ["trigger", "brightness", "delay_on", "delay_off"];
    assert.deepEqual(files.map(read), ["none", "0", "1", "2"]);
  });

  it("leave a folder of our own to that user, and everybody's folder alone", () => {
    const nobody = resolveIdentity("nobody");
    const own = join(root, "state", "deep");
    ownFolder(own, nobody);
    ownFolder(own, nobody);
    const { uid, gid, mode } = statSync(own);
    assert.deepEqual([uid, gid, mode & 0o777], [nobody.uid, nobody.gid, 0o750]);
    for (const folder of ["/tmp", "/", "/var/lib"]) {
      const before = statSync(folder).uid;
      assert.throws(() => ownFolder(folder, nobody), {
        status: EXIT.config,
        message: /is everybody's; name one for striplight alone/,
      });
      assert.equal(statSync(folder).uid, before);
    }
    assert.throws(() => ownFolder("/etc/passwd", nobody), { message: /is not a folder/ });
    assert.throws(() => ownFolder("/proc/nowhere", nobody), { status: EXIT.noPermission });
  });

  it("are given to a user that exists and is not root", () => {
    assert.equal(resolveIdentity("nobody").uid, 65_534);
    assert.ok(["striplight", "nobody"].includes(resolveIdentity(null).user));
    assert.throws(() => resolveIdentity("no-such-user"), {
      status: EXIT.config,
      message: 'option user: there is no user "no-such-user"; name one of this system.',
    });
    assert.throws(() => resolveIdentity("root"), { status: EXIT.config, message: /is root/ });
  });
});
