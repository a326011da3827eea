// Turns routes and links made in a namespace of our own into what the tap is told about them.
// Skipped where no namespace can be made.

import assert from "node:assert/strict";
import { once } from "node:events";
import { findLink, framesCarried, ownAddresses } from "../../host/tap/link.ts";
import { Namespace } from "./namespace.ts";

describe("the link", function () {
  this.timeout(20_000);
  const namespace = new Namespace("link");

  before(function () {
    if (!namespace.start()) this.skip();
  });
  after(() => namespace.stop());

  /** What link.ts says inside the namespace. */
  async function seen(): Promise<unknown> {
    const child = namespace.node("link-reader.ts", "far");
    let text = "";
    child.stdout?.on("data", (chunk) => {
      text += String(chunk);
    });
    await once(child, "close");
    return JSON.parse(text);
  }

  it("finds no default route where there is none", async () => {
    assert.deepEqual(await seen(), { device: null, addresses: [], up: true, hardware: 1 });
  });

  it("takes the default route with the lowest metric, IPv4 before IPv6", async () => {
    namespace.run("ip", "address", "add", "192.0.2.1/24", "dev", "near");
    namespace.run("ip", "address", "add", "198.51.100.1/24", "dev", "far");
    namespace.set("net.ipv6.conf.far.disable_ipv6", 0);
    namespace.run("ip", "address", "add", "2001:db8::1/64", "dev", "far", "nodad");
    namespace.run("ip", "route", "add", "default", "via", "2001:db8::2", "dev", "far");
    const six = await seen();
    assert.ok(six !== null && typeof six === "object" && "device" in six);
    assert.equal(six.device, "far");
    namespace.run("ip", "route", "add", "default", "via", "198.51.100.2", "metric", "200");
    namespace.run("ip", "route", "add", "default", "via", "192.0.2.2", "metric", "100");
    const four = await seen();
    assert.ok(four !== null && typeof four === "object" && "device" in four);
    assert.equal(four.device, "near");
    assert.ok("addresses" in four && Array.isArray(four.addresses));
    assert.ok(four.addresses.includes("198.51.100.1") && four.addresses.includes("2001:db8::1"));
  });

  it("knows the loopback interface of any machine, and what does not exist", () => {
    const loopback = findLink("lo");
    assert.equal(loopback?.hardware, 772);
    assert.equal(findLink("nowhere"), null);
    assert.equal(framesCarried("nowhere"), 0);
    assert.deepEqual(ownAddresses("nowhere"), []);
  });
});
