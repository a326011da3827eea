// The network of the lab itself: it routes, it is gone after stop, two live side by side, and what
// a crashed run left behind is removed by the next.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { ADDRESS, Network } from "./namespace.ts";
import { needs } from "./package.ts";
import { lineFrom, PYTHON, run, start, stop } from "./process.ts";

const LISTENER = `
import socket
listener = socket.create_server(("::", 7), family=socket.AF_INET6, dualstack_ipv6=True)
print("ready", flush=True)
while True:
    peer, _ = listener.accept()
    peer.close()
`;

const DIAL = "import socket, sys; socket.create_connection((sys.argv[1], 7), 3)";

function present(network: Network): string[] {
  const listed = spawnSync("ip", ["netns", "list"], { encoding: "utf8" }).stdout;
  const prefix = network.netns("home").replace(/home$/, "");
  return listed.split("\n").filter((line) => line.startsWith(prefix));
}

describe("lab: the network", function () {
  this.timeout(60_000);
  const networks = [new Network(), new Network()];

  before(function () {
    this.timeout(700_000);
    needs(this, { namespaces: true, packages: ["python3"] });
  });

  after(() => {
    for (const network of networks) network.stop();
  });

  it("routes both IP versions from home to server, in two networks at once", async () => {
    for (const network of networks) network.start();
    for (const network of networks) {
      const listener = start(network.netns("server"), [PYTHON, "-c", LISTENER]);
      await lineFrom(listener, /ready/);
      for (const address of [ADDRESS.server, ADDRESS.server6]) {
        const dialled = await run(network.netns("home"), [PYTHON, "-c", DIAL, address]);
        assert.equal(dialled.status, 0, dialled.transcript);
      }
      await stop(listener);
    }
  });

  it("is gone after stop, which may be called twice", () => {
    for (const network of networks) {
      assert.equal(present(network).length, 4);
      network.stop();
      network.stop();
      assert.deepEqual(present(network), []);
    }
  });

  it("removes what a run that died has left", () => {
    // A process id that is certainly free: that of a process that has just ended.
    const dead = spawnSync("true").pid;
    const left = `sl-lab-${dead}-0-home`;
    spawnSync("ip", ["netns", "add", left]);
    const network = new Network();
    network.start();
    network.stop();
    assert.ok(!spawnSync("ip", ["netns", "list"], { encoding: "utf8" }).stdout.includes(left));
  });
});
