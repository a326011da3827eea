// Builds what a guest with a simulated NAND chip boots: a kernel, the tools, and a flash image with a
// squashfs root of both packages in UBI, as OpenWrt lays it out on NAND. A second root, told apart by
// one file, is what an upgrade writes. Read ubinize(8).

import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { debianPackages } from "../../../board/package/debian-source.ts";
import { copied, type Entry, file, link, mirrored } from "../../../board/package/entry.ts";
import { runtime } from "../../../board/package/runtime.ts";
import { service } from "../../../board/package/service.ts";
import { cpio } from "./cpio.ts";
import type { Image } from "./image.ts";
import { kernel } from "./kernel.ts";
import { squashfs } from "./squashfs.ts";

const ARCHITECTURE = "x86_64";
/** The small kernel has no NAND chip to simulate. */
const FLAVOUR = "linux-image-amd64";
const DEVICES = ["virtio_pci", "virtio_net", "nandsim", "ubi"];
/** ubifs compresses through these, and does not say so in its own dependencies. */
const COMPRESSORS = ["lzo", "zstd", "deflate"];
const FILE_SYSTEMS = ["ubifs", "squashfs", "overlay"];
const MODULES = [...DEVICES, ...COMPRESSORS, ...FILE_SYSTEMS];
/** A chip of 256 MiB with pages of 2 KiB in blocks of 128 KiB. */
const CHIP = "first_id_byte=0x20 second_id_byte=0xaa third_id_byte=0x00 fourth_id_byte=0x15";
const GEOMETRY = ["-m", "2048", "-p", "128KiB", "-s", "2048"];
const LAYOUT = `[rootfs]
mode=ubi
image=first.squashfs
vol_id=0
vol_type=dynamic
vol_size=64MiB
vol_name=rootfs

[rootfs_data]
mode=ubi
vol_id=1
vol_type=dynamic
vol_size=1MiB
vol_name=rootfs_data
vol_flags=autoresize
`;
const TOOLS = ["ubiformat", "ubiattach", "ubiblock", "ubiupdatevol"];

/** Both roots and the flash image in `folder`. */
function writeRoots(folder: string, entries: readonly Entry[]): void {
  for (const name of ["first", "second"]) {
    squashfs(join(folder, `${name}.squashfs`), [...entries, file("etc/release", `${name}\n`)]);
  }
  writeFileSync(join(folder, "layout"), LAYOUT);
  execFileSync("ubinize", ["-o", "flash.ubi", ...GEOMETRY, "layout"], { cwd: folder });
}

/** `root` is the project's folder, `store` where fetched things are kept. */
export function flashImage(root: string, store: string, time: number): Image {
  const chosen = kernel(store, "amd64", FLAVOUR, MODULES);
  const busybox = join(debianPackages(store, "amd64", ["busybox-static"]), "bin/busybox");
  const mtd = debianPackages(store, "amd64", ["mtd-utils"]);
  const node = runtime(store, ARCHITECTURE, time).entries;
  const folder = join(root, "build/board/image/flash");
  mkdirSync(folder, { recursive: true });
  const shell = [copied("bin/busybox", busybox), link("bin/sh", "busybox")];
  writeRoots(folder, [
    ...service(root, store, ARCHITECTURE, time).entries,
    ...node,
    ...mirrored(join(root, "test/board/image/guest")),
    ...shell,
    ...["dev", "proc", "sys", "var", "tmp"].map((name) => file(`${name}/.keep`, "")),
  ]);
  const loader = node.find(({ path }) => path.startsWith("lib/ld-linux"))?.content ?? "";
  const modules = chosen.modules.map((path) =>
    path.endsWith("/nandsim.ko") ? `/${path} ${CHIP}\n` : `/${path}\n`,
  );
  const entries = [
    ...shell,
    copied("init", join(root, "test/board/image/flash/init")),
    file("etc/modules", modules.join("")),
    ...chosen.modules.map((path) => file(path, readFileSync(join(chosen.root, path)))),
    ...TOOLS.map((name) => copied(`sbin/${name}`, join(mtd, "usr/sbin", name))),
    ...node.filter(({ path }) => /\/libc\.so\.6$/.test(path)),
    file("lib64/ld-linux-x86-64.so.2", loader, 0o755),
    ...["flash.ubi", "second.squashfs"].map((name) => copied(name, join(folder, name))),
    ...["dev", "proc", "sys"].map((name) => file(`${name}/.keep`, "")),
  ];
  const initramfs = join(folder, "initramfs.cpio");
  writeFileSync(initramfs, cpio(entries));
  return { kernel: chosen.image, initramfs, root: null };
}
