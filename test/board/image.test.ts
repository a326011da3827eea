// The packages on emulated machines: boots, the watch starts under an init that respawns it, a mail
// session whose STARTTLS is stripped crosses the wire, and the guest's own log, lamp and processes
// say what became of it. Software emulation is slow: nothing here measures speed.

import assert from "node:assert/strict";
import { join } from "node:path";
import { deviceTree } from "../../board/image/device-tree.ts";
import { Guest } from "../../board/image/guest.ts";
import { image } from "../../board/image/image.ts";
import { needs } from "../lab/package.ts";
import { frames } from "./frame.ts";

const ROOT = join(import.meta.dirname, "../..");
const STORE = join(ROOT, "build/board/source");
const CAPTURE = join(ROOT, "test/captures/mail/smtp-asa.pcap");
const TIME = 1_764_000_000;
const MEMORY_MIB = 512;
const BOOT_MS = 120_000;
const START_MS = 180_000;
const COMMAND_MS = 60_000;
const FRAME_MS = 20;

const pid = "$(pidof node | cut -d' ' -f1)";

function machine(family: string, architecture: string, packages: string[], lamp: string): void {
  describe(`board: an emulated ${family} router`, function () {
    this.timeout(600_000);
    let guest: Guest;
    const led = `/sys/class/leds/${lamp}`;

    before(async function () {
      needs(this, { packages: [...packages, "kmod"] });
      const built = image(ROOT, STORE, architecture, TIME);
      const lamps =
        family === "aarch64"
          ? { deviceTree: deviceTree(join(ROOT, "build/board/image"), MEMORY_MIB) }
          : {};
      guest = new Guest({ family, image: built, memoryMiB: MEMORY_MIB, ...lamps });
      await guest.start();
    });
    after(() => guest?.stop());

    it("boots, and the watch comes up by itself on the uplink", async () => {
      await guest.expect(/guest: ready/, BOOT_MS);
      await guest.expect(/striplight: watching eth0/, START_MS);
    });

    it("holds no right it does not need", async () => {
      const text = await guest.run(`cat /proc/${pid}/status`, COMMAND_MS);
      assert.match(text, /^Uid:\s+969\s+969\s+969\s+969$/m);
      assert.match(text, /^Groups:\s*$/m);
      for (const set of ["CapInh", "CapPrm", "CapEff", "CapAmb"]) {
        assert.match(text, new RegExp(`^${set}:\\s+0+$`, "m"));
      }
      assert.match(text, /^NoNewPrivs:\s+1$/m);
    });

    it("lights the kernel's own lamp steadily", async () => {
      const state = await guest.run(
        `cat ${led}/trigger ${led}/delay_on ${led}/delay_off`,
        COMMAND_MS,
      );
      assert.match(state, /\[timer\]/);
      assert.match(state, /^1000\n0\n/m);
    });

    it("tells of a stripped session in the log, and the lamp blinks fast", async () => {
      for (const frame of frames(CAPTURE)) {
        guest.send(frame);
        await new Promise((resolve) => setTimeout(resolve, FRAME_MS));
      }
      await guest.expect(/local5\.warn\S* striplight\S* .*STARTTLS/, COMMAND_MS);
      const state = await guest.run(`cat ${led}/delay_on ${led}/delay_off`, COMMAND_MS);
      assert.match(state, /^100\n100\n/m);
    });

    it("calms the lamp when it is acknowledged", async () => {
      assert.match(await guest.run("striplight ack", START_MS), /1 alert acknowledged/);
      const state = await guest.run(`cat ${led}/delay_on ${led}/delay_off`, COMMAND_MS);
      assert.match(state, /^1000\n0\n/m);
    });

    it("comes back after it was killed, with what it remembers", async () => {
      const before = await guest.run("cd /etc/striplight; md5sum *", COMMAND_MS);
      await guest.run(`kill -9 ${pid}`, COMMAND_MS);
      await guest.expect(/striplight: watching eth0/, START_MS);
      const after = await guest.run("cd /etc/striplight; md5sum *", COMMAND_MS);
      assert.match(before, /baseline/);
      assert.equal(after, before);
    });

    it("puts the lamp back as it was when it is stopped", async () => {
      await guest.run("sed -i /striplight/d /etc/inittab; kill -HUP 1; sleep 1", COMMAND_MS);
      await guest.run(`kill -TERM ${pid}; sleep 5`, COMMAND_MS);
      assert.doesNotMatch(await guest.run(`cat ${led}/trigger`, COMMAND_MS), /\[timer\]/);
    });
  });
}

machine("x86_64", "x86_64", ["qemu-system-x86"], "input*::capslock");
machine("aarch64", "aarch64_cortex-a53", ["qemu-system-arm", "device-tree-compiler"], "red:alarm");
