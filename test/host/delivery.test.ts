// Turns outages of a collector into what has arrived afterwards: everything, in order, once; or,
// where the queue was too small, an exact count of what is missing. All on the loopback interface.

import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { createServer as createTlsServer } from "node:tls";
import type { Collector } from "../../host/config/schema.ts";
import { EXIT } from "../../host/ground/errors.ts";
import { Delivery } from "../../host/sink/delivery.ts";
import { Syslog } from "../../host/sink/syslog.ts";
import { exampleAlert } from "./alert-example.ts";
import { collectorAt, freePort, numbers, until } from "./outage.ts";

const HERE = import.meta.dirname;
const dropLine = (count: number): string => `dropped ${count}`;

describe("delivery to a collector", function () {
  this.timeout(60_000);
  const folder = mkdtempSync(join(tmpdir(), "striplight-delivery-"));
  const started: Delivery[] = [];
  const children: ChildProcess[] = [];

  after(async () => {
    await Promise.all(started.map((delivery) => delivery.stop()));
    for (const child of children) child.kill("SIGKILL");
    rmSync(folder, { recursive: true });
  });

  function deliver(collector: Collector): Delivery {
    const delivery = new Delivery(collector, dropLine);
    started.push(delivery);
    delivery.start();
    return delivery;
  }

  async function startCollector(port: number, file: string): Promise<ChildProcess> {
    const args = ["--import", "tsx", join(HERE, "collector.ts"), String(port), file];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    children.push(child);
    assert.ok(child.stdout);
    await once(child.stdout, "data");
    return child;
  }

  const linesIn = (file: string): string[] => {
    try {
      return readFileSync(file, "utf8").trimEnd().split("\n");
    } catch {
      return [];
    }
  };

  it("brings 500 records in order, once each, to a collector killed on the way", async () => {
    const port = await freePort();
    const file = join(folder, "killed");
    const delivery = deliver(collectorAt(port));
    let collector = await startCollector(port, file);
    for (const [index, line] of numbers(500).entries()) {
      delivery.send(line);
      if (index % 5 === 0) await pause(2);
      if (index === 120 || index === 300) {
        // What a collector has read but not written dies with it; no sender can know.
        await until(() => linesIn(file).length === index + 1, "what is on its way");
        collector.kill(index === 120 ? "SIGKILL" : "SIGTERM");
        await once(collector, "exit");
      }
      if (index === 200 || index === 400) collector = await startCollector(port, file);
    }
    await until(() => delivery.status().queued === 0, "the queue to empty");
    await until(() => linesIn(file).length >= 500, "the collector to write");
    assert.deepEqual(linesIn(file), numbers(500));
    assert.equal(delivery.status().dropped, 0);
    assert.equal(delivery.status().delivered, 500);
  });

  for (const [how, times] of [
    ["breaks off with what it has not read", 2],
    ["closes having read it", 1],
  ] as const) {
    it(`sends a record ${times === 1 ? "once" : "again"} to a collector that ${how}`, async () => {
      const received: string[] = [];
      let visits = 0;
      const server = createServer((socket) => {
        visits += 1;
        socket.on("error", () => {});
        if (times === 2 && visits === 1) setTimeout(() => socket.resetAndDestroy(), 40);
        else {
          socket.on("data", (octets) => {
            received.push(String(octets));
            if (visits === 1) socket.end();
          });
        }
      });
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      const delivery = deliver(collectorAt((server.address() as AddressInfo).port));
      delivery.send("first");
      await until(() => visits === 2, "the second connection");
      delivery.send("second");
      await until(() => received.join(" ").includes("second"), "the second record");
      assert.equal(received.join(" "), "5 first 6 second");
      server.close();
      await delivery.stop();
    });
  }

  it("counts exactly what found no room, and says so in its place", async () => {
    const port = await freePort();
    const file = join(folder, "dropped");
    const delivery = deliver(collectorAt(port, { queue: 10 }));
    for (const line of numbers(35)) delivery.send(line);
    assert.deepEqual([delivery.status().queued, delivery.status().dropped], [10, 25]);
    assert.equal(delivery.status().connected, false);
    await startCollector(port, file);
    await until(() => delivery.status().queued === 0, "the queue to empty");
    delivery.send("afterwards");
    await until(() => linesIn(file).length >= 12, "the last record");
    assert.deepEqual(linesIn(file), [...numbers(10), "dropped 25", "afterwards"]);
  });

  it("drops nothing of a burst longer than the queue while the collector is there", async () => {
    const port = await freePort();
    const file = join(folder, "burst");
    await startCollector(port, file);
    const delivery = deliver(collectorAt(port, { queue: 8 }));
    await until(() => delivery.status().connected, "the connection");
    for (const line of numbers(100)) {
      delivery.send(line);
      await pause(1);
    }
    await until(() => linesIn(file).length >= 100, "the collector to write");
    assert.deepEqual(linesIn(file), numbers(100));
  });

  it("sends datagrams, and keeps them while the port is unreachable", async () => {
    const port = await freePort();
    const delivery = deliver(collectorAt(port, { proto: "udp" }));
    for (const line of numbers(20)) delivery.send(line);
    await pause(300);
    assert.equal(delivery.status().delivered, 0);
    const received: string[] = [];
    const socket = createSocket("udp4").on("message", (octets) => received.push(String(octets)));
    socket.bind(port, "127.0.0.1");
    await until(() => received.length >= 20, "the datagrams");
    await until(() => delivery.status().queued === 0, "the queue to empty");
    assert.deepEqual(received, numbers(20));
    socket.close();
  });

  describe("over TLS", () => {
    let port = 0;
    const received: string[] = [];
    const certificate = join(folder, "cert.pem");
    const key = join(folder, "key.pem");
    const server = () =>
      createTlsServer({ cert: readFileSync(certificate), key: readFileSync(key) }, (socket) => {
        socket.on("error", () => {});
        socket.on("data", (octets) => received.push(String(octets)));
      });
    let running: ReturnType<typeof server>;

    before(async () => {
      const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
      const kind = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"];
      execFileSync("openssl", [...kind, "-keyout", key, "-out", certificate, ...subject], {
        stdio: "ignore",
      });
      running = server().listen(0, "127.0.0.1");
      await once(running, "listening");
      port = (running.address() as AddressInfo).port;
    });
    after(() => running.close());

    it("delivers where the certificate is valid for the name", async () => {
      const wishes = { proto: "tls", host: "localhost", ca: certificate } as const;
      const delivery = deliver(collectorAt(port, wishes));
      delivery.send("secret enough");
      await until(() => delivery.status().delivered === 1, "delivery");
      assert.deepEqual(received, ["13 secret enough"]);
    });

    for (const [why, wishes] of [
      ["the certificate is of nobody we trust", { host: "localhost" }],
      ["the certificate is for another name", { host: "127.0.0.1", ca: certificate }],
    ] as const) {
      it(`keeps its records where ${why}`, async () => {
        const delivery = deliver(collectorAt(port, { proto: "tls", ...wishes }));
        delivery.send("not for you");
        await pause(500);
        assert.deepEqual([delivery.status().queued, delivery.status().connected], [1, false]);
        assert.ok(!received.join().includes("not for you"));
      });
    }

    it("refuses to start without a certificate file it was told to use", () => {
      const wishes = { proto: "tls", ca: "/nonexistent.pem" } as const;
      const delivery = new Delivery(collectorAt(port, wishes), dropLine);
      assert.throws(() => delivery.start(), {
        status: EXIT.config,
        message:
          /option ca: "\/nonexistent\.pem" cannot be read \(ENOENT\); expected a PEM file\.$/,
      });
    });
  });

  it("reaches the local log and every collector through one door", async () => {
    const [first, second] = [await freePort(), await freePort()];
    const files = [join(folder, "first"), join(folder, "second")] as const;
    await startCollector(first, files[0]);
    await startCollector(second, files[1]);
    const collectors = [collectorAt(first), collectorAt(second)];
    const syslog = new Syslog({ facility: "local5", collectors, localPath: "/nonexistent" });
    syslog.start();
    syslog.alert(exampleAlert(), 0);
    syslog.heartbeat({ frames: 12, lost: 0 });
    syslog.testAlarm();
    await until(() => files.every((file) => linesIn(file).length >= 3), "delivery");
    await syslog.stop();
    assert.deepEqual(linesIn(files[0]), linesIn(files[1]));
    const [alert, heartbeat, test] = linesIn(files[0]);
    assert.match(alert ?? "", / capability-rewritten \[striplight@32473 id="9f2c01d4a7b3e586" /);
    assert.match(heartbeat ?? "", /^<174>1 \S+ \S+ striplight \d+ heartbeat - .*frames=12 lost=0$/);
    assert.match(test ?? "", / test-alarm - TEST: /);
    assert.equal(syslog.status().local, false);
  });
});
