// Builds what an emulated machine boots: a Debian kernel, and a root file system of BusyBox, the files
// of both packages and the guest's own few. Nothing of it is meant for a real router.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { debianPackages } from "../package/debian-source.ts";
import { copied, type Entry, file, link, mirrored } from "../package/entry.ts";
import { machineOf } from "../package/machine.ts";
import { runtime } from "../package/runtime.ts";
import { service } from "../package/service.ts";
import { cpio } from "./cpio.ts";
import { kernel } from "./kernel.ts";

/** Debian's kernels: the small one has no LED class on arm64. */
const KERNELS: Readonly<Record<string, { flavour: string; modules: readonly string[] }>> = {
  x86_64: {
    flavour: "linux-image-cloud-amd64",
    modules: ["virtio_pci", "virtio_net", "ledtrig-timer"],
  },
  aarch64: {
    flavour: "linux-image-arm64",
    modules: [
      "virtio_mmio",
      "virtio_pci",
      "virtio_net",
      "gpio-pl061",
      "leds-gpio",
      "ledtrig-timer",
    ],
  },
};

export interface Image {
  readonly kernel: string;
  readonly initramfs: string;
}

/** `root` is the project's folder, `store` where fetched things are kept. */
export function image(root: string, store: string, architecture: string, time: number): Image {
  const machine = machineOf(architecture);
  const wanted = KERNELS[machine.family];
  if (wanted === undefined) throw new Error(`no kernel is known for ${machine.family}.`);
  const chosen = kernel(store, machine.debian, wanted.flavour, wanted.modules);
  const busybox = join(debianPackages(store, machine.debian, ["busybox-static"]), "bin/busybox");
  const entries: Entry[] = [
    ...service(root, store, architecture, time).entries,
    ...runtime(store, architecture, time).entries,
    ...mirrored(join(root, "board/image/guest")),
    copied("bin/busybox", busybox),
    link("bin/sh", "busybox"),
    link("init", "bin/busybox"),
    link("sbin/init", "/bin/busybox"),
    file("etc/modules", chosen.modules.map((path) => `${path}\n`).join("")),
    ...chosen.modules.map((path) => file(path, readFileSync(join(chosen.root, path)))),
    ...["dev", "proc", "sys"].map((folder) => file(`${folder}/.keep`, "")),
  ];
  const folder = join(root, "build/board/image");
  mkdirSync(folder, { recursive: true });
  const initramfs = join(folder, `${machine.family}.cpio`);
  writeFileSync(initramfs, cpio(entries));
  return { kernel: chosen.image, initramfs };
}
