// Turns what a collector did to a connection into what is sent again: all that it had not acknowledged, and
// nothing that it read. Datagrams wait for a name, and go in bursts a receiver can take.

import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import type { Collector } from "../../host/config/schema.ts";
import { Delivery } from "../../host/sink/delivery.ts";
import { collectorAt, freePort, numbers, until } from "./outage.ts";

describe("a channel to a collector", function () {
  this.timeout(60_000);
  const started: Delivery[] = [];

  afterEach(async () => {
    await Promise.all(started.map((delivery) => delivery.stop()));
  });

  function deliver(collector: Collector): Delivery {
    const delivery = new Delivery(collector, (count) => `dropped ${count}`);
    started.push(delivery);
    delivery.start();
    return delivery;
  }

  it("sends again what a collector that stopped reading never acknowledged", async () => {
    const received: string[] = [];
    const visits: Socket[] = [];
    const server = createServer((socket) => {
      socket.on("error", () => {});
      visits.push(socket);
      if (visits.length === 1) socket.pause();
      else socket.on("data", (octets) => received.push(String(octets)));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const delivery = deliver(collectorAt((server.address() as AddressInfo).port));
    const lines = numbers(800).map((line) => line.padEnd(2_000, "."));
    for (const line of lines) delivery.send(line);
    await pause(600); // long settled, and yet nobody has them
    const known = delivery.status().delivered;
    visits[0]?.resetAndDestroy();
    await until(() => delivery.status().queued === 0, "the queue to empty");
    await until(() => received.join("").includes("record 799"), "the last record");
    const missing = lines.findIndex((line) => received.join("").includes(line));
    assert.ok(missing <= known + 1, `${missing} are gone where ${known} were acknowledged`);
    server.close();
  });

  it("sends nothing twice to a collector that closes its side and reads on", async () => {
    const received: string[] = [];
    let visits = 0;
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      visits += 1;
      socket.on("error", () => {});
      socket.pause();
      if (visits === 1) setTimeout(() => socket.end(), 200);
      setTimeout(() => socket.resume(), visits === 1 ? 600 : 0);
      socket.on("data", (octets) => received.push(String(octets)));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const delivery = deliver(collectorAt((server.address() as AddressInfo).port));
    const lines = numbers(800).map((line) => line.padEnd(2_000, "."));
    for (const line of lines) delivery.send(line);
    await until(() => delivery.status().queued === 0, "the queue to empty");
    const octets = (): number => received.reduce((sum, piece) => sum + piece.length, 0);
    await until(() => octets() >= lines.length * "2000 ".length + lines.length * 2_000, "all");
    assert.ok(received.join("") === lines.map((line) => `2000 ${line}`).join(""));
    server.close();
  });

  it("keeps datagrams for a collector whose name nobody knows yet", async () => {
    const delivery = deliver(collectorAt(514, { proto: "udp", host: "collector.invalid" }));
    delivery.send("later");
    await pause(500);
    assert.deepEqual([delivery.status().queued, delivery.status().connected], [1, false]);
  });

  it("does not overrun a receiver of datagrams with what had to wait", async () => {
    const port = await freePort();
    const delivery = deliver(collectorAt(port, { proto: "udp" }));
    const lines = numbers(400).map((line) => line.padEnd(2_000, "."));
    for (const line of lines) delivery.send(line);
    const received: string[] = [];
    const socket = createSocket("udp4").on("message", (octets) => received.push(String(octets)));
    socket.bind(port, "127.0.0.1");
    await until(() => delivery.status().queued === 0, "the queue to empty");
    await until(() => received.length >= lines.length, "the datagrams");
    assert.deepEqual(received, lines);
    socket.close();
  });
});
