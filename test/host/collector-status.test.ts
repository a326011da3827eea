// What a status says of each collector: reached, sent, or away and why. Each is configured wrongly in
// another way; everything stays on the loopback interface.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import type { Collector } from "../../host/config/schema.ts";
import { Delivery, type DeliveryStatus } from "../../host/sink/delivery.ts";
import { describeStatus, describeTest } from "../../host/text/status-text.ts";
import { collectorAt, freePort, until } from "./outage.ts";

const listening = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
};

describe("the status of a collector", function () {
  this.timeout(60_000);
  const folder = mkdtempSync(join(tmpdir(), "striplight-status-"));
  const deliveries: Delivery[] = [];
  const servers: Server[] = [];

  after(async () => {
    await Promise.all(deliveries.map((delivery) => delivery.stop()));
    for (const server of servers) server.close();
    rmSync(folder, { recursive: true });
  });

  /** The status once it says this, of a collector that is sent one line. */
  async function statusOf(collector: Collector, wanted: RegExp): Promise<DeliveryStatus> {
    const delivery = new Delivery(collector, String);
    deliveries.push(delivery);
    delivery.start();
    delivery.send("<173>1 a line");
    const says = () => `${delivery.status().state} ${delivery.status().why}`;
    await until(() => wanted.test(says()), `${collector.host} ${collector.port}: ${wanted}`);
    return delivery.status();
  }

  it("gives five that are configured wrongly a reason each, and does not claim what UDP cannot know", async () => {
    const request =
      "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1";
    const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    execFileSync("openssl", [...request.split(" "), "-keyout", key, "-out", cert], {
      stdio: "ignore",
    });
    const secure = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) });
    const silent = createServer(() => {}); // accepts and says nothing
    const clear = createServer((socket) => socket.end("220 this is no TLS\r\n"));
    const plain = createServer((socket) => socket.resume());
    servers.push(secure, silent, clear, plain);
    const [securePort, silentPort, clearPort, plainPort] = await Promise.all(
      servers.map(listening),
    );
    const port = (number: number | undefined): number => number ?? assert.fail("no port");
    const datagrams = createSocket("udp4").bind(0, "127.0.0.1");
    await new Promise((resolve) => datagrams.once("listening", resolve));

    const wrong: readonly (readonly [Collector, RegExp])[] = [
      [collectorAt(514, { host: "nowhere.invalid", proto: "tcp" }), /^away name not found$/],
      [collectorAt(await freePort(), { proto: "tcp" }), /^away refused$/],
      [collectorAt(port(securePort), { proto: "tls" }), /^away certificate not trusted \(.+\)$/],
      [collectorAt(port(silentPort), { proto: "tls" }), /^away no answer$/],
      [collectorAt(port(clearPort), { proto: "tls" }), /^away it does not speak TLS \(.+\)$/],
    ];
    const right: readonly (readonly [Collector, RegExp])[] = [
      [collectorAt(port(plainPort), { proto: "tcp" }), /^reached null$/],
      [collectorAt(port(securePort), { proto: "tls", ca: cert }), /^reached null$/],
      [collectorAt(datagrams.address().port, { proto: "udp" }), /^sent null$/],
    ];
    const found = await Promise.all(
      [...wrong, ...right].map(([collector, wanted]) => statusOf(collector, wanted)),
    );
    datagrams.close();
    assert.equal(new Set(found.map(({ why }) => why)).size, wrong.length + 1);

    const text = describeStatus({ syslog: { collectors: found } });
    assert.match(
      text,
      /^ {2}tcp nowhere\.invalid 514: away \(name not found\), 0 delivered, 1 waiting/m,
    );
    assert.match(text, /^ {2}udp 127\.0\.0\.1 \d+: sent, /m);
    const test = describeTest({
      lamp: null,
      lampProblem: "option led names none",
      local: true,
      collectors: found,
    });
    assert.match(test, /^no lamp blinks: option led names none; it is in this machine's own log; /);
    assert.match(test, /^ {2}tcp 127\.0\.0\.1 \d+: away \(refused\)$/m);
  });
});
