// The forwarder on a live path, as tcpdump sees it at the router: nothing is changed unless told,
// delay and loss are what was asked for, and forged segments have exactly the fields of their rule.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Recording } from "./capture.ts";
import { curlHttp, curlHttps } from "./client.ts";
import type { Rule } from "./forwarder.ts";
import { CAUSES, type Cause, honestEnd, WITHOUT_RESET } from "./honest.ts";
import { Lab } from "./lab.ts";
import { ADDRESS } from "./namespace.ts";
import { CAPTURE_PACKAGES, NETWORK_PACKAGES, needs } from "./package.ts";
import { type Outcome, run } from "./process.ts";
import { WebServer } from "./web-server.ts";

const SERVER = `${ADDRESS.server}.443 >`;
const SERVER_TTL = 63;

describe("lab: the forwarder on the path", function () {
  this.timeout(60_000);
  const lab = new Lab({ wire: true, mail: false });
  const web = new WebServer(lab.network);
  const clear = new WebServer(lab.network, { port: 80, tls: false });
  const folder = mkdtempSync(join(tmpdir(), "striplight-test-"));

  before(async function () {
    this.timeout(700_000);
    const packages = [
      ...NETWORK_PACKAGES,
      ...CAPTURE_PACKAGES,
      "curl",
      "nftables",
      "openssl",
      "python3",
    ];
    needs(this, { namespaces: true, packages });
    await lab.start();
    await web.start();
    await clear.start();
  });

  after(async () => {
    await web.stop();
    await clear.stop();
    await lab.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  afterEach(async () => {
    await lab.forwarder.clear();
    await lab.forwarder.delay("both", 0);
    await lab.forwarder.lose("both", 0);
  });

  /** Every packet at the uplink while `work` runs under `rules`, one line each as tcpdump says it. */
  async function seen(rules: Rule[], work: () => Promise<Outcome>): Promise<string[]> {
    for (const rule of rules) await lab.forwarder.rule(rule);
    const file = join(folder, "seen.pcap");
    const recording = new Recording(lab.network, file);
    await recording.start();
    await work();
    await new Promise((resolve) => setTimeout(resolve, 200));
    await recording.stop();
    const read = ["tcpdump", "-nnvr", file];
    const { transcript } = await run(lab.network.netns("router"), read);
    // Two lines a packet for IPv4, the second one indented.
    return transcript
      .replace(/\n +/g, " ")
      .split("\n")
      .filter((line) => / IP6? /.test(line));
  }

  const page = (server: string = ADDRESS.server) =>
    curlHttps(lab.network, "blocked.example", { server });

  it("passes a page unchanged, over IPv4 and IPv6", async () => {
    for (const server of [ADDRESS.server, ADDRESS.server6]) {
      const before = await lab.forwarder.count();
      assert.equal((await page(server)).status, 0);
      const after = await lab.forwarder.count();
      assert.ok(after.in > before.in + 40, "frames passed");
      assert.equal(after.injected, before.injected);
    }
  });

  it("delays by what was asked for", async () => {
    const quick = (await honestEnd(lab.network, "closed-port")).elapsedMs;
    await lab.forwarder.delay("both", 100);
    const slow = (await honestEnd(lab.network, "closed-port")).elapsedMs;
    assert.ok(
      slow - quick > 150,
      `${quick.toFixed(0)} ms without, ${slow.toFixed(0)} ms with 2 x 100`,
    );
  });

  it("loses one frame in twenty, and the page still arrives", async () => {
    await lab.forwarder.lose("in", 20);
    const before = await lab.forwarder.count();
    assert.equal((await page()).status, 0);
    assert.ok((await lab.forwarder.count()).lost > before.lost);
  });

  it("forges exactly one RST+ACK with the TTL and IPID it was told, the server's data go on", async () => {
    await lab.forwarder.delay("both", 20);
    const rule = { on: "data", n: 12, port: 443, send: "rstack", ttl: 44, ipid: 13330 };
    const packets = await seen([rule], () => page());
    const fromServer = packets.filter((line) => line.includes(SERVER));
    const resets = fromServer.filter((line) => /Flags \[R/.test(line));
    assert.equal(resets.length, 1, resets.join("\n"));
    assert.match(resets[0] ?? "", /ttl 44, id 13330,.*Flags \[R\.\], cksum 0x\w+ \(correct\)/);
    const later = fromServer.slice(fromServer.indexOf(resets[0] ?? "") + 1);
    assert.ok(
      later.some((line) => /length [1-9]\d*$/.test(line)),
      "data after the reset",
    );
    for (const line of [...later, ...fromServer.slice(0, 5)]) {
      if (!resets.includes(line)) assert.match(line, new RegExp(`ttl ${SERVER_TTL},`));
    }
    assert.ok(
      packets.every((line) => !line.includes("incorrect")),
      "checksums",
    );
    assert.equal(lab.forwarder.forged.length, 1);
  });

  it("does the same over IPv6", async () => {
    await lab.forwarder.delay("both", 20);
    const rule = { on: "data", n: 12, port: 443, send: "rst", ttl: 44 };
    const packets = await seen([rule], () => page(ADDRESS.server6));
    const resets = packets.filter(
      (line) => line.includes(`${ADDRESS.server6}.443 >`) && /Flags \[R/.test(line),
    );
    assert.equal(resets.length, 1);
    assert.match(resets[0] ?? "", /hlim 44,.*Flags \[R\], cksum 0x\w+ \(correct\)/);
  });

  it("answers one name and leaves another alone", async () => {
    await lab.forwarder.rule({ on: "hello", sni: "blocked.example", send: "rst", times: 0 });
    assert.equal((await curlHttps(lab.network, "open.example")).status, 0);
    assert.equal((await page()).status, 35);
    assert.equal((await curlHttps(lab.network, "open.example")).status, 0);
  });

  it("builds ladders: sequence, window, TTL", async () => {
    const rule = {
      on: "hello",
      port: 443,
      send: "rstack",
      ttl: 90,
      ttlstep: 1,
      window: 1201,
      windowstep: 1,
      step: 1460,
      count: 3,
    };
    await lab.forwarder.delay("both", 10);
    const packets = await seen([rule], () => page());
    const resets = packets.filter((line) => line.includes(SERVER) && /Flags \[R/.test(line));
    const fields = resets.map((line) =>
      /ttl (\d+).* seq (\d+).* win (\d+)/.exec(line)?.slice(1).map(Number),
    );
    assert.deepEqual(
      fields.map((each) => each?.[0]),
      [90, 91, 92],
    );
    assert.deepEqual(
      fields.map((each) => each?.[2]),
      [1201, 1202, 1203],
    );
    const [first = 0, second = 0, third = 0] = lab.forwarder.forged.map((each) => each.seq);
    assert.deepEqual([(second - first) >>> 0, (third - second) >>> 0], [1460, 1460]);
  });

  it("resets and drops: nothing of the flow passes afterwards", async () => {
    const rule = { on: "hello", port: 443, send: "rst", ttl: 44, place: "instead", drop: 1 };
    const before = await lab.forwarder.count();
    const packets = await seen([rule], () => page());
    const fromServer = packets.filter((line) => line.includes(SERVER));
    assert.match(fromServer.at(-1) ?? "", /Flags \[R\]/);
    assert.equal(fromServer.length, 2, "the SYN-ACK and the reset");
    assert.ok((await lab.forwarder.count()).dropped > before.dropped);
  });

  it("puts forged octets ahead of the server's own, which still arrive", async () => {
    await lab.forwarder.delay("both", 20);
    const text = "HTTP/1.1_200_OK~Content-Length:_4000~~not_what_the_server_said";
    const rule = { on: "payload", port: 80, send: "data", ttl: 44, text };
    const packets = await seen([rule], () => curlHttp(lab.network, "blocked.example"));
    const first = packets.filter((line) =>
      / 203\.0\.113\.25\.80 >.* seq 1:|\.80 >.* seq \d+:\d+/.test(line),
    );
    assert.match(first[0] ?? "", /ttl 44,/);
    assert.match(first[1] ?? "", /ttl 63,/);
  });

  it("reports a rule it does not understand", async () => {
    await assert.rejects(lab.forwarder.rule({ on: "moon" }), /error on/);
  });

  describe("honest ends, no rule in place", () => {
    for (const cause of Object.keys(CAUSES) as Cause[]) {
      it(`${cause}: ${CAUSES[cause]}`, async () => {
        await lab.forwarder.delay("both", 10);
        const packets = await seen([], () => honestEnd(lab.network, cause));
        const resets = packets.filter((line) => /25\.808\d >.*Flags \[R/.test(line));
        assert.equal(resets.length > 0, !WITHOUT_RESET.includes(cause), packets.join("\n"));
        for (const line of resets) assert.match(line, new RegExp(`ttl ${SERVER_TTL},`));
        assert.equal(lab.forwarder.forged.length, 0);
      });
    }
  });
});
