// Builds what an emulated machine boots: a Debian kernel, a squashfs root of BusyBox, the files of
// both packages and the guest's own few, and a first root that lays a writable disk over it, as
// preinit does. Nothing of it is meant for a real router.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { debianPackages } from "../../../board/package/debian-source.ts";
import { copied, type Entry, file, link, mirrored } from "../../../board/package/entry.ts";
import { machineOf } from "../../../board/package/machine.ts";
import { runtime } from "../../../board/package/runtime.ts";
import { service } from "../../../board/package/service.ts";
import { cpio } from "./cpio.ts";
import { type Kernel, kernel } from "./kernel.ts";
import { squashfs } from "./squashfs.ts";

/** What it takes to find the root; ext4 mounts the writable disk. */
const ROOT_MODULES = ["virtio_pci", "virtio_blk", "squashfs", "overlay", "ext4"];
const LAMP_MODULES = ["ledtrig-timer", "ledtrig-heartbeat"];

/** Debian's kernels: the small ones have no LED class on arm64 and no PPPoE on amd64. */
const KERNELS: Readonly<Record<string, { flavour: string; modules: readonly string[] }>> = {
  x86_64: { flavour: "linux-image-amd64", modules: ["virtio_net", ...LAMP_MODULES] },
  aarch64: {
    flavour: "linux-image-arm64",
    modules: ["virtio_net", "gpio-pl061", "leds-gpio", ...LAMP_MODULES],
  },
};
const FOLDERS = ["dev", "proc", "sys", "var", "tmp"];

export interface Image {
  readonly kernel: string;
  readonly initramfs: string;
  /** The squashfs of the first disk; null where the first root is all there is. */
  readonly root: string | null;
}

export interface ImageRequest {
  /** The project's folder. */
  readonly root: string;
  /** Where fetched things are kept. */
  readonly store: string;
  /** OpenWrt's name. */
  readonly architecture: string;
  /** Seconds since 1970, for the packages. */
  readonly time: number;
  /** What else the root holds, and which modules it takes. */
  readonly extra?: {
    readonly name: string;
    readonly entries: readonly Entry[];
    readonly modules: readonly string[];
  };
}

function moduleEntries({ root, modules }: Kernel): Entry[] {
  return [
    file("etc/modules", modules.map((path) => `/${path}\n`).join("")),
    ...modules.map((path) => file(path, readFileSync(join(root, path)))),
  ];
}

export function image({ root, store, architecture, time, extra }: ImageRequest): Image {
  const machine = machineOf(architecture);
  const wanted = KERNELS[machine.family];
  if (wanted === undefined) throw new Error(`no kernel is known for ${machine.family}.`);
  const { debian, family } = machine;
  const first = kernel(store, debian, wanted.flavour, ROOT_MODULES);
  const all = [...wanted.modules, ...(extra?.modules ?? [])];
  const later = kernel(store, debian, wanted.flavour, all);
  const modules = later.modules.filter((path) => !first.modules.includes(path));
  const busybox = join(debianPackages(store, debian, ["busybox-static"]), "bin/busybox");
  const shell = [copied("bin/busybox", busybox), link("bin/sh", "busybox")];
  const folder = join(root, "build/board/image");
  const name = extra === undefined ? family : `${family}-${extra.name}`;
  const rootImage = join(folder, `${name}.squashfs`);
  squashfs(rootImage, [
    ...service(root, store, architecture, time).entries,
    ...runtime(store, architecture, time).entries,
    ...mirrored(join(root, "test/board/image/guest")),
    ...(extra?.entries ?? []),
    ...shell,
    link("sbin/init", "/bin/busybox"),
    ...moduleEntries({ ...later, modules }),
    ...FOLDERS.map((each) => file(`${each}/.keep`, "")),
  ]);
  mkdirSync(folder, { recursive: true });
  const initramfs = join(folder, `${name}.cpio`);
  const preinit = copied("init", join(root, "test/board/image/preinit"));
  writeFileSync(initramfs, cpio([...shell, preinit, ...moduleEntries(first)]));
  return { kernel: first.image, initramfs, root: rootImage };
}
