// Turns questions into answers over a socket in a folder of our own: the running watch's end and
// the asking command's end together.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EXIT, HostError } from "../../host/ground/errors.ts";
import { ask, Control, type ControlRequest } from "../../host/run/control.ts";

/** A user without rights on every system. */
const NOBODY = 65_534;

describe("the control socket", () => {
  let folder = "";
  let control: Control;
  const asked: ControlRequest[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "striplight-run-"));
    asked.length = 0;
    control = new Control(folder, (request) => {
      asked.push(request);
      if (request.command === "ack" && request.id === "unknown") {
        throw new HostError(EXIT.unavailable, 'there is no alert "unknown" to acknowledge.');
      }
      return { heard: request.command };
    });
  });
  afterEach(async () => {
    await control.stop();
    rmSync(folder, { recursive: true });
  });

  it("answers each command", async () => {
    await control.start();
    const requests: ControlRequest[] = [
      { command: "status" },
      { command: "ack", id: null },
      { command: "ack", id: "9f2c" },
      { command: "test-alarm" },
    ];
    for (const request of requests) {
      assert.deepEqual(await ask(folder, request), { heard: request.command });
    }
    assert.deepEqual(asked, requests);
  });

  it("passes on what the watch refuses", async () => {
    await control.start();
    await assert.rejects(ask(folder, { command: "ack", id: "unknown" }), {
      status: EXIT.unavailable,
      message: 'there is no alert "unknown" to acknowledge.',
    });
  });

  it("says where a watch is missing", async () => {
    const missing = {
      status: EXIT.unavailable,
      message: `no running watch answers on ${join(folder, "control.sock")}; start one with "striplight watch".`,
    };
    await assert.rejects(ask(folder, { command: "status" }), missing);
    await control.start();
    await control.stop();
    await control.stop();
    assert.equal(existsSync(join(folder, "control.sock")), false);
    await assert.rejects(ask(folder, { command: "status" }), missing);
  });

  it("refuses a second watch, and replaces the socket of a dead one", async () => {
    await control.start();
    const second = new Control(folder, () => ({}));
    await assert.rejects(second.start(), { status: EXIT.unavailable, message: /another watch/ });
    assert.deepEqual(await ask(folder, { command: "status" }), { heard: "status" });
    await control.stop();
    const script = [
      'import { createServer } from "node:net";',
      `createServer().listen(${JSON.stringify(join(folder, "control.sock"))}, () =>`,
      '  process.kill(process.pid, "SIGKILL"));',
    ].join("\n");
    spawnSync(process.execPath, ["--input-type=module", "-e", script]);
    assert.equal(existsSync(join(folder, "control.sock")), true);
    await second.start();
    assert.deepEqual(await ask(folder, { command: "status" }), {});
    await second.stop();
  });

  it("is closed to others", async () => {
    await control.start();
    assert.equal(statSync(join(folder, "control.sock")).mode & 0o777, 0o660);
  });

  it("refuses a folder it may not write", async () => {
    const absent = new Control(join(folder, "absent"), () => ({}));
    await assert.rejects(absent.start(), {
      status: EXIT.unavailable,
      message: /^there is no folder/,
    });
    chmodSync(folder, 0o500);
    const root = process.getuid?.() === 0;
    if (root) process.seteuid?.(NOBODY); // root may write anywhere
    try {
      const expected = { status: EXIT.noPermission, message: /\(EACCES\)\.$/ };
      await assert.rejects(control.start(), expected);
    } finally {
      if (root) process.seteuid?.(0);
      chmodSync(folder, 0o700);
    }
  });

  const nonsense = ["not json", '{"command":"reboot"}', '{"command":"ack","id":7}', "null", "[]"];
  for (const line of nonsense) {
    it(`does not act on ${line}`, async () => {
      await control.start();
      const socket = createConnection(join(folder, "control.sock"));
      socket.write(`${line}\n`);
      const [reply] = await once(socket, "data");
      assert.match(String(reply), /^\{"error":"the running watch does not know this question/);
      assert.deepEqual(asked, []);
      socket.destroy();
    });
  }

  it("hangs up on a request without end", async () => {
    await control.start();
    const socket = createConnection(join(folder, "control.sock"));
    socket.on("error", () => {});
    socket.write("x".repeat(100_000));
    await new Promise((resolve) => socket.on("close", resolve));
    assert.deepEqual(asked, []);
  });
});
