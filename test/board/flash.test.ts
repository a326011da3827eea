// An emulated flash: the image written to a simulated NAND chip of 256 MiB, booted as preinit does, a
// setting changed and a server learnt, the root replaced as sysupgrade does it, and both are there.

import assert from "node:assert/strict";
import { join } from "node:path";
import { needs } from "../lab/package.ts";
import { frames } from "./frame.ts";
import { flashImage } from "./image/flash.ts";
import { Guest } from "./image/guest.ts";

const ROOT = join(import.meta.dirname, "../..");
const STORE = join(ROOT, "build/board/source");
const CAPTURE = join(ROOT, "test/captures/mail/smtp-asa.pcap");
const TIME = 1_764_000_000;
const MEMORY_MIB = 1_024;
const BOOT_MS = 180_000;
const COMMAND_MS = 300_000;
const FRAME_MS = 20;

describe("board: an emulated flash", function () {
  this.timeout(900_000);
  let guest: Guest;

  before(async function () {
    needs(this, { packages: ["qemu-system-x86", "kmod", "squashfs-tools", "mtd-utils"] });
    const built = flashImage(ROOT, STORE, TIME);
    guest = new Guest({ family: "x86_64", image: built, memoryMiB: MEMORY_MIB });
    await guest.start();
  });
  after(() => guest?.stop());

  const watch = (): Promise<string> =>
    guest.run("chroot /new /usr/sbin/striplight watch 2>&1 & sleep 1", COMMAND_MS);

  it("is written to the chip, and the root mounts from it", async () => {
    await guest.expect(/guest: ready/, BOOT_MS);
    const said = await guest.run("write_flash && mount_root; dmesg | tail -5", COMMAND_MS);
    const mounts = await guest.run("mount", COMMAND_MS);
    assert.match(mounts, /ubiblock0_0 on \/rom type squashfs/);
    assert.match(mounts, /rootfs_data on \/overlay type ubifs/, said);
    assert.match(mounts, /overlay on \/new type overlay/);
    assert.match(await guest.run("cat /new/etc/release", COMMAND_MS), /^first$/m);
  });

  it("runs the watch, which learns a server; the owner changes a setting", async () => {
    await guest.run(
      "sed -i \"s/#option alert_hold .*/option alert_hold '2h'/\" /new/etc/config/striplight",
      COMMAND_MS,
    );
    await watch();
    await guest.expect(/striplight: watching eth0/, COMMAND_MS);
    for (const frame of frames(CAPTURE)) {
      guest.send(frame);
      await new Promise((resolve) => setTimeout(resolve, FRAME_MS));
    }
    await guest.expect(/capability-rewritten \(likely\)/, COMMAND_MS);
    await guest.run("kill -TERM $(pidof node); while pidof node; do sleep 1; done", COMMAND_MS);
    assert.match(await guest.run("ls /new/etc/striplight", COMMAND_MS), /baseline/);
  });

  it("keeps both over an upgrade", async () => {
    const before = await guest.run("cd /new/etc/striplight; md5sum *; cd /", COMMAND_MS);
    const said = await guest.run("upgrade; ps", COMMAND_MS);
    assert.match(await guest.run("cat /new/etc/release", COMMAND_MS), /^second$/m, said);
    const settings = await guest.run("grep alert_hold /new/etc/config/striplight", COMMAND_MS);
    assert.match(settings, /^\s*option alert_hold '2h'$/m);
    const after = await guest.run("cd /new/etc/striplight; md5sum *; cd /", COMMAND_MS);
    assert.equal(after, before);
    await watch();
    await guest.expect(/striplight: watching eth0/, COMMAND_MS);
  });
});
