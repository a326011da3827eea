// Striplight speaks to nobody but the collectors it is told of: in a namespace without any address it
// replays and watches as anywhere, and while it watches no socket of TCP, UDP or raw IP is open there.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Namespace } from "./namespace.ts";

const PROGRAM = join(import.meta.dirname, "../../build/striplight.cjs");
const STORY = join(import.meta.dirname, "../captures/uplink-story.pcap");
/** Tables of sockets by protocol; a title, then a line a socket. */
const TABLES = ["tcp", "tcp6", "udp", "udp6", "raw", "raw6"];
const PATIENCE_MS = 10_000;

describe("without a network", function () {
  this.timeout(2 * PATIENCE_MS);
  const namespace = new Namespace("alone");
  const folder = mkdtempSync(join(tmpdir(), "striplight-alone-"));

  before(function () {
    if (!namespace.start()) this.skip();
    namespace.run("ip", "link", "set", "lo", "down");
  });
  after(() => {
    namespace.stop();
    rmSync(folder, { recursive: true });
  });

  const sockets = (): string[] =>
    TABLES.flatMap((table) =>
      namespace.run("sh", "-c", `cat /proc/net/${table} 2>/dev/null || true`).split("\n").slice(1),
    ).filter((line) => line.trim() !== "");

  it("a replay says what it says elsewhere", () => {
    const words = [PROGRAM, "replay", "--json", STORY];
    const elsewhere = spawnSync(process.execPath, words, { encoding: "utf8" });
    assert.notEqual(elsewhere.stdout, "");
    assert.equal(namespace.run(process.execPath, ...words), elsewhere.stdout);
  });

  it("a watch opens no socket to anybody", async () => {
    const config = join(folder, "striplight");
    const places = ["run", "state"].map((name) => `\toption ${name}_dir '${join(folder, name)}'`);
    writeFileSync(config, ["config striplight 'main'", ...places, ""].join("\n"));
    const inside = ["netns", "exec", namespace.name, process.execPath, PROGRAM];
    const watch = spawn("ip", [...inside, "watch", "-i", "far", "-c", config]);
    try {
      let said = "";
      for await (const octets of watch.stderr) {
        said += String(octets);
        if (said.includes("watching far")) break; // closes the stream: the watch goes on all the same
      }
      namespace.send(1_000, 0, 100);
      assert.match(namespace.run("cat", "/proc/net/packet"), /\n.+/); // the tap itself
      assert.deepEqual(sockets(), []);
    } finally {
      watch.kill("SIGTERM");
      if (watch.exitCode === null) await once(watch, "exit");
    }
    assert.equal(watch.exitCode, 0);
  });
});
