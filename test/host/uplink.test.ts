// What the host learns of a router's uplink from text a router prints: the device to tap, the LAN
// address behind a connection, and what flow offloading hides. The texts in uplink/ are our own.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { adviseOn, liesAbove, offloadSetting } from "../../host/run/offload.ts";
import { Conntrack, offloadedIn, openerIn } from "../../host/tap/conntrack.ts";
import { uplinkIn } from "../../host/tap/uplink.ts";

const text = (name: string): string =>
  readFileSync(join(import.meta.dirname, "uplink", name), "utf8");
/** A list of connections in a file of its own, opened. */
function trackedList(content: string) {
  const folder = mkdtempSync(join(tmpdir(), "striplight-conntrack-"));
  const path = join(folder, "list");
  writeFileSync(path, content);
  const conntrack = new Conntrack(path);
  conntrack.start();
  const remove = (): void => {
    conntrack.stop();
    conntrack.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { path, conntrack, remove };
}

const NOTHING = { software: 0, hardware: 0 };

describe("the uplink", () => {
  it("is tapped below PPPoE, and has its addresses above", () => {
    assert.deepEqual(uplinkIn(text("pppoe.json")), { device: "eth0", addressed: "pppoe-wan" });
  });

  it("is the one that is up with the best default route, whatever its name", () => {
    assert.deepEqual(uplinkIn(text("backup.json")), { device: "eth1", addressed: "eth1" });
  });

  it("is IPv6's where there is no other", () => {
    const route = [{ target: "::", mask: 0 }];
    const dump = { interface: [{ up: true, l3_device: "wg0", route }] };
    assert.deepEqual(uplinkIn(JSON.stringify(dump)), { device: "wg0", addressed: "wg0" });
  });

  it("is unknown without a default route, or without a dump", () => {
    assert.equal(uplinkIn('{"interface":[{"up":true,"device":"br-lan","route":[]}]}'), null);
    assert.equal(uplinkIn("Command failed: Not found"), null);
    assert.equal(uplinkIn(""), null);
  });
});

describe("the tracked connections", () => {
  const flow = { client: "198.51.100.7", clientPort: 1024, server: "203.0.113.25", serverPort: 25 };

  it("name the LAN address and survive a changed port", () => {
    assert.equal(openerIn(text("conntrack.txt"), flow), "192.168.1.20");
  });

  it("name an IPv6 address in its short form", () => {
    const six = {
      client: "2001:db8:1::7",
      clientPort: 49_999,
      server: "2001:db8::25",
      serverPort: 25,
    };
    assert.equal(openerIn(text("conntrack.txt"), six), "fd00::20");
  });

  it("name the router for its own connections, and nobody for unknown ones", () => {
    const own = { ...flow, clientPort: 33_000 };
    assert.equal(openerIn(text("conntrack.txt"), own), "198.51.100.7");
    assert.equal(openerIn(text("conntrack.txt"), { ...flow, clientPort: 102 }), null);
    assert.equal(openerIn(text("conntrack.txt"), { ...flow, server: "203.0.113.26" }), null);
  });

  it("say how many a fast path carries", () => {
    assert.deepEqual(offloadedIn(text("conntrack.txt")), { software: 1, hardware: 1 });
  });

  it("are read again at once for a connection they do not know yet", () => {
    const list = trackedList("");
    try {
      assert.equal(list.conntrack.lanClient(flow), null);
      writeFileSync(list.path, text("conntrack.txt"));
      assert.equal(list.conntrack.lanClient(flow), "192.168.1.20");
      assert.equal(list.conntrack.lanClient({ ...flow, clientPort: 33_000 }), null, "the router's");
      assert.deepEqual(list.conntrack.offloaded(), { software: 1, hardware: 1 });
    } finally {
      list.remove();
    }
  });

  it("take a tenth of the time at most, however many connections they do not know", async () => {
    // 20,000 connections: reading takes milliseconds.
    const list = trackedList(text("conntrack.txt").repeat(3_400));
    try {
      const unknown = { ...flow, clientPort: 102 };
      const begin = process.cpuUsage();
      let asked = 0;
      for (; process.cpuUsage(begin).user < 2_000_000; asked++) list.conntrack.lanClient(unknown);
      assert.ok(list.conntrack.reads * 2 < asked, `${list.conntrack.reads} readings of ${asked}`);
      writeFileSync(list.path, text("conntrack.txt").replaceAll("dport=1024", "dport=102"));
      await new Promise((resolve) => setTimeout(resolve, 1_050));
      assert.equal(
        list.conntrack.lanClient(unknown),
        "192.168.1.20",
        "an old list is not believed",
      );
    } finally {
      list.remove();
    }
  });

  it("are no failure where there are none", () => {
    const conntrack = new Conntrack("/nonexistent/nf_conntrack");
    conntrack.start();
    assert.equal(conntrack.lanClient(flow), null);
    assert.deepEqual(conntrack.offloaded(), NOTHING);
    conntrack.stop();
  });
});

describe("flow offloading", () => {
  const software = "config defaults\n\toption flow_offloading '1'\n";
  const hardware = `${software}\toption flow_offloading_hw '1'\n`;

  it("is read from the firewall's own configuration", () => {
    assert.deepEqual(offloadSetting(software), { software: true, hardware: false });
    assert.deepEqual(offloadSetting(hardware), { software: true, hardware: true });
    assert.deepEqual(offloadSetting("config defaults\n\toption input 'ACCEPT'\n"), {
      software: false,
      hardware: false,
    });
    assert.deepEqual(offloadSetting("config 'unclosed"), { software: false, hardware: false });
  });

  it("hides nothing in software from a physical device", () => {
    const status = adviseOn(offloadSetting(software), { software: 7, hardware: 0 }, []);
    assert.deepEqual(status, { software: true, hardware: false, blindFlows: 0, advice: null });
  });

  it("hides one direction in software from a device above, and says which setting helps", () => {
    const status = adviseOn(offloadSetting(software), { software: 7, hardware: 0 }, ["pppoe-wan"]);
    assert.equal(status.blindFlows, 7);
    assert.match(status.advice ?? "", /pppoe-wan.*flow_offloading=0/);
  });

  it("hides what hardware carries, wherever the tap is", () => {
    const status = adviseOn(offloadSetting(hardware), { software: 7, hardware: 3 }, []);
    assert.equal(status.blindFlows, 3);
    assert.match(status.advice ?? "", /3 connections.*flow_offloading_hw=0/);
  });

  it("is not advised on when it is off", () => {
    const off = { software: false, hardware: false };
    assert.equal(adviseOn(off, NOTHING, ["eth0.7"]).advice, null);
  });

  it("knows a device above from a physical one", () => {
    assert.ok(liesAbove("DEVTYPE=vlan\nINTERFACE=eth0.7\n"));
    assert.ok(liesAbove("DEVTYPE=ppp\nINTERFACE=pppoe-wan\n"));
    assert.ok(!liesAbove("DEVTYPE=dsa\nINTERFACE=wan\n"));
    assert.ok(!liesAbove("INTERFACE=eth0\n"));
  });
});
