// When the uplink changed: address, gateway or link, in a namespace of our own. What changes by itself for
// privacy is no change. Skipped where no namespace can be made.

import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { Namespace } from "./namespace.ts";

/** Some looks later nothing more is coming. */
const QUIET_MS = 400;

describe("the uplink's changes", function () {
  this.timeout(30_000);
  const namespace = new Namespace("home");
  let child: ChildProcess | null = null;
  let told = "";

  before(async function () {
    if (!namespace.start()) this.skip();
    namespace.set("net.ipv6.conf.far.disable_ipv6", 0);
    namespace.run("ip", "address", "add", "198.51.100.1/24", "dev", "far");
    namespace.run("ip", "address", "add", "2001:db8::1/64", "dev", "far", "nodad");
    child = namespace.node("home-reader.ts", "far");
    child.stdout?.on("data", (chunk) => {
      told += String(chunk);
    });
    while (!told.includes("ready")) await once(child.stdout ?? process.stdin, "data");
    await pause(QUIET_MS);
  });
  after(() => {
    child?.kill();
    namespace.stop();
  });

  /** How many changes were told after something was done. */
  async function changes(...command: [string, ...string[]]): Promise<number> {
    told = "";
    namespace.run(...command);
    await pause(QUIET_MS);
    return told.split("changed").length - 1;
  }

  it("tells another address, gateway and link", async () => {
    assert.ok((await changes("ip", "address", "add", "203.0.113.7/24", "dev", "far")) > 0);
    assert.ok((await changes("ip", "address", "del", "198.51.100.1/24", "dev", "far")) > 0);
    const route = ["route", "replace", "default", "via"];
    assert.ok((await changes("ip", ...route, "203.0.113.1", "dev", "far")) > 0);
    assert.ok((await changes("ip", ...route, "203.0.113.2", "dev", "far")) > 0);
    assert.ok((await changes("ip", "link", "set", "near", "down")) > 0, "the modem went away");
    assert.ok((await changes("ip", "link", "set", "near", "up")) > 0, "and came back");
  });

  it("tells another prefix, and no other address within one", async () => {
    const add = ["address", "add"];
    assert.equal(await changes("ip", ...add, "2001:db8::abcd/64", "dev", "far", "nodad"), 0);
    assert.ok((await changes("ip", ...add, "2001:db8:1::1/64", "dev", "far", "nodad")) > 0);
  });

  it("tells nothing while nothing happens", async () => {
    assert.equal(await changes("true"), 0);
  });
});
