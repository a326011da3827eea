// What flow offloading hides: one watch on a LAN port, its bridge, the uplink and the VLAN above it, one
// connection of 400,000 octets for each way a firewall may hook its flowtable, and for each what
// every tap saw and what `status` says of it. Prints the table. Needs a kernel of its own.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { file } from "../../board/package/entry.ts";
import { needs } from "../lab/package.ts";
import type { Guest } from "./image/guest.ts";
import { tools } from "./image/tool.ts";
import { guest as boot, guestImage, MACHINES, STORE } from "./router.ts";

const TAPS = ["lan1", "br-lan", "wan0", "wan0.2"] as const;
const MEMORY_MIB = 512;
const BOOT_MS = 120_000;
const COMMAND_MS = 60_000;
/** Shares of the frames on the LAN port: all of them; one direction or less. */
const WHOLE_MIN = 0.98;
const HALF_MAX = 0.6;

const PACKAGES =
  "nftables libnftables1 libnftnl11 libmnl0 libjansson4 libgmp10 libedit2 libbsd0 libmd0 libtinfo6 \
libxtables12 iproute2 libbpf1 libelf1 libcap2 zlib1g".split(" ");
const MODULES =
  "veth bridge 8021q nf_conntrack nf_nat nf_tables nft_ct nft_chain_nat nft_masq nf_flow_table \
nf_flow_table_inet nft_flow_offload".split(" ");

interface Way {
  readonly name: string;
  readonly devices: string;
  readonly condition: string;
  /** Taps that see the whole connection. */
  readonly whole: readonly string[];
}

/** fw4 hooks br-lan and the uplink's device; the rest is what else firewalls are seen to do. */
const WAYS: readonly Way[] = [
  { name: "no flowtable", devices: "", condition: "", whole: TAPS },
  {
    name: "br-lan, wan0",
    devices: "br-lan, wan0",
    condition: "",
    whole: ["lan1", "br-lan", "wan0"],
  },
  { name: "br-lan, wan0.2", devices: "br-lan, wan0.2", condition: "", whole: TAPS },
  { name: "lan1, wan0", devices: "lan1, wan0", condition: "", whole: ["lan1", "wan0"] },
  {
    name: "lan1, wan0 after 20 packets",
    devices: "lan1, wan0",
    condition: "ct packets > 20",
    whole: ["lan1", "wan0"],
  },
  {
    name: "br-lan, wan0, port left out",
    devices: "br-lan, wan0",
    // The port as the opener named it: an answer goes to another, and takes the connection along.
    condition: "ct original proto-dst != 80",
    whole: TAPS,
  },
];

interface Seen {
  readonly frames: Readonly<Record<string, number>>;
  readonly software: boolean;
  readonly blindFlows: number;
  readonly advice: string | null;
}

interface Row extends Seen {
  readonly way: Way;
  readonly forwarded: number;
  readonly offloaded: number;
}

function print(rows: readonly Row[]): void {
  const titles = ["flowtable hooked to", ...TAPS, "forwarded", "offloaded", "blind", "status says"];
  const line = (cells: readonly (string | number)[]) =>
    cells.map((cell, at) => String(cell).padEnd(at === 0 ? 29 : 10)).join("");
  const lines = rows.map(({ way, frames, forwarded, offloaded, blindFlows, advice }) =>
    line([
      way.name,
      ...TAPS.map((tap) => frames[tap] ?? 0),
      forwarded,
      offloaded,
      blindFlows,
      (advice ?? "nothing").slice(0, 88),
    ]),
  );
  process.stdout.write(`${[line(titles), ...lines].join("\n")}\n`);
}

describe("board: what flow offloading hides", function () {
  this.timeout(400_000);
  const [machine] = MACHINES;
  const rows: Row[] = [];
  let guest: Guest;

  before(async function () {
    needs(this, { packages: machine.packages });
    const entries = [
      ...tools(STORE, machine.architecture, PACKAGES, ["usr/sbin/nft", "bin/ip"]),
      file("opt/offload.sh", readFileSync(join(import.meta.dirname, "offload.sh"))),
      file("etc/inittab", "::sysinit:/etc/rc\n::respawn:-/bin/sh\n"),
    ];
    const booted = guestImage(machine, { name: "offload", entries, modules: MODULES });
    guest = boot(machine, booted, MEMORY_MIB);
    await guest.start();
    await guest.expect(/guest: ready/, BOOT_MS);
    const named = TAPS.map((tap) => `-i ${tap}`).join(" ");
    await guest.run(". /opt/offload.sh; build; rules; connect; hang_up", COMMAND_MS);
    // What it says would come between the lines of what is asked.
    await guest.run(`/usr/sbin/striplight watch ${named} > /tmp/said 2>&1 & sleep 1`, COMMAND_MS);
    const watching = "while ! grep -q watching /tmp/said; do usleep 200000; done";
    await guest.run(watching, BOOT_MS);
  });

  after(async () => {
    await guest?.stop();
    if (rows.length > 0) print(rows);
  });

  async function status(): Promise<Seen> {
    const text = await guest.run("striplight status --json", COMMAND_MS);
    const { interfaces, offload } = JSON.parse(/^\{.*\}$/m.exec(text)?.[0] ?? "{}");
    const counted = interfaces.map((each: { interface: string; frames: number }) => [
      each.interface,
      each.frames,
    ]);
    return { ...offload, frames: Object.fromEntries(counted) };
  }

  const number = async (command: string): Promise<number> =>
    Number(/^\d+$/m.exec(await guest.run(command, COMMAND_MS))?.[0]);

  for (const way of WAYS) {
    it(`hooked to ${way.name}`, async () => {
      const said = await guest.run(`rules "${way.devices}" "${way.condition}"`, COMMAND_MS);
      assert.doesNotMatch(said, /Error/, said);
      const before = await status();
      await guest.run("connect", COMMAND_MS);
      const seen = await status();
      const offloaded = await number("offloaded");
      await guest.run("hang_up", COMMAND_MS);
      const forwarded = await number("forwarded");
      const frames = Object.fromEntries(
        TAPS.map((tap) => [tap, (seen.frames[tap] ?? 0) - (before.frames[tap] ?? 0)]),
      );
      rows.push({ ...seen, way, frames, forwarded, offloaded });
      const all = frames.lan1 ?? 0;
      assert.ok(all > 100, `${all} frames on lan1`);
      for (const tap of TAPS) {
        const share = (frames[tap] ?? 0) / all;
        const told = `${tap} saw ${frames[tap]} of ${all} frames`;
        if (way.whole.includes(tap)) assert.ok(share > WHOLE_MIN, told);
        else assert.ok(share < HALF_MAX, told);
      }
      assert.equal(seen.software, offloaded > 0);
      // The watch knows its devices, not where the flowtable is hooked: above any hook it warns.
      assert.equal(seen.blindFlows, offloaded);
      if (offloaded > 0) assert.match(seen.advice ?? "", /wan0\.2/);
      else assert.equal(seen.advice, null);
    });
  }
});
