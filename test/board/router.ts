// Puts an emulated machine in the place of the lab's router: its two cards are tap devices, bridged
// to the wires of the home and of the provider. Speaks to the guest; judges nothing.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Network, UPLINK } from "../lab/namespace.ts";
import { deviceTree } from "./image/device-tree.ts";
import { emptyDisk, Guest } from "./image/guest.ts";
import { type Image, type ImageRequest, image } from "./image/image.ts";

const ROOT = join(import.meta.dirname, "../..");
export const STORE = join(ROOT, "build/board/source");
const IMAGES = join(ROOT, "build/board/image");
/** For the packages; any time will do. */
const TIME = 1_764_000_000;
const DISK_MIB = 64;

/** Machines that can be emulated, with what it takes and the lamp their kernel drives. */
export const MACHINES = [
  {
    family: "x86_64",
    architecture: "x86_64",
    packages: ["qemu-system-x86", "kmod", "squashfs-tools"],
    lamp: "input*::capslock",
  },
  {
    family: "aarch64",
    architecture: "aarch64_cortex-a53",
    packages: ["qemu-system-arm", "device-tree-compiler", "kmod", "squashfs-tools"],
    lamp: "red:alarm",
  },
] as const;

export type Machine = (typeof MACHINES)[number];

export function guestImage({ architecture }: Machine, extra?: ImageRequest["extra"]): Image {
  const asked = { root: ROOT, store: STORE, architecture, time: TIME };
  return image(extra === undefined ? asked : { ...asked, extra });
}

/** Bridges a wire of the router's place to a new tap device, in place of its addresses. */
function bridge(network: Network, wire: string, tap: string): void {
  const ip = (...words: string[]) => network.ip("-n", network.netns("router"), ...words);
  ip("address", "flush", "dev", wire);
  ip("tuntap", "add", "dev", tap, "mode", "tap");
  ip("link", "add", `br-${wire}`, "type", "bridge");
  for (const link of [wire, tap]) ip("link", "set", link, "master", `br-${wire}`);
  for (const link of [tap, `br-${wire}`]) {
    ip("link", "set", link, "addrgenmode", "none");
    ip("link", "set", link, "up");
  }
}

/** A guest that routes between the home and the provider of a network that runs. */
export function emulatedRouter(
  network: Network,
  machine: Machine,
  booted: Image,
  { memoryMiB = 512, words = [] as readonly string[] } = {},
): Guest {
  bridge(network, UPLINK, "tap-wan");
  bridge(network, "lan", "tap-lan");
  return guest(machine, booted, memoryMiB, words, {
    netns: network.netns("router"),
    taps: ["tap-wan", "tap-lan"],
  });
}

/** A guest on tap devices that are there, or on a wire of its own. */
export function guest(
  { family }: Machine,
  booted: Image,
  memoryMiB: number,
  words: readonly string[] = [],
  place?: { readonly netns: string; readonly taps: readonly string[] },
): Guest {
  const lamps = family === "aarch64" ? { deviceTree: deviceTree(IMAGES, memoryMiB) } : {};
  const wires = place === undefined ? {} : { place };
  const disk = changes(family);
  return new Guest({ family, image: booted, memoryMiB, disk, words, ...wires, ...lamps });
}

/** A guest whose clocks count instructions; it reads `files` as disks, the first as /dev/vdc. */
export function countingGuest(
  { family }: Machine,
  booted: Image,
  memoryMiB: number,
  files: readonly string[],
): Guest {
  const disk = changes(family);
  return new Guest({ family, image: booted, memoryMiB, disk, files, counting: true });
}

/** A new disk for what a guest changes. */
function changes(family: string): string {
  mkdirSync(IMAGES, { recursive: true });
  return emptyDisk(join(IMAGES, `${family}-${process.pid}.disk`), DISK_MIB);
}
