// Turns lines for the local log into datagrams at a socket that stands in for the log daemon's,
// across the daemon's restart. The receiver is a few lines of Python, for Node has no such
// sockets; skipped where there is none.

import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { LocalLog } from "../../host/sink/local-log.ts";

const DAEMON = `
import os, socket, sys
path = sys.argv[1]
if os.path.exists(path): os.unlink(path)
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(path)
print("ready", flush=True)
while True: print(s.recv(4096).decode(), flush=True)
`;

describe("the local log", function () {
  this.timeout(20_000);
  const folder = mkdtempSync(join(tmpdir(), "striplight-log-"));
  const path = join(folder, "log");
  const children: ChildProcess[] = [];

  before(function () {
    if (spawnSync("python3", ["--version"]).status !== 0) this.skip();
  });
  after(() => {
    for (const child of children) child.kill("SIGKILL");
    rmSync(folder, { recursive: true });
  });

  async function daemon(): Promise<{ child: ChildProcess; next: () => Promise<string> }> {
    const child = spawn("python3", ["-c", DAEMON, path], { stdio: ["ignore", "pipe", "inherit"] });
    children.push(child);
    assert.ok(child.stdout);
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const next = async () => String((await lines.next()).value);
    assert.equal(await next(), "ready");
    return { child, next };
  }

  it("gets every line, also after the daemon was restarted", async () => {
    const log = new LocalLog(path);
    assert.equal(log.start(), false, "there is no daemon yet");
    const first = await daemon();
    assert.equal(log.start(), true);
    log.write("<172>one");
    assert.equal(await first.next(), "<172>one");
    first.child.kill("SIGKILL");
    await once(first.child, "exit");
    log.write("<172>lost");
    assert.equal(log.dropped, 1);
    const second = await daemon();
    log.write("<172>two");
    assert.equal(await second.next(), "<172>two");
    log.stop();
    log.stop();
  });

  it("never blocks on a daemon that does not read", async () => {
    const { child } = await daemon();
    child.kill("SIGSTOP");
    const log = new LocalLog(path);
    assert.equal(log.start(), true);
    const start = performance.now();
    for (let i = 0; i < 2_000; i++) log.write("x".repeat(1_000));
    assert.ok(performance.now() - start < 5_000);
    assert.ok(log.dropped > 0);
    log.stop();
  });
});
