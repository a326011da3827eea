// Turns entries into a squashfs image, the read-only root of a router. Read mksquashfs(1).

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Entry } from "../../../board/package/entry.ts";

/** Fast rather than small: xz would take a minute more, and tests boot the image once. */
const COMPRESSION = ["-comp", "zstd", "-Xcompression-level", "3"];

function unpack(folder: string, entries: readonly Entry[]): void {
  for (const { path, mode, content, target } of entries) {
    const place = join(folder, path);
    mkdirSync(dirname(place), { recursive: true });
    if (target === null) writeFileSync(place, content, { mode });
    else symlinkSync(target, place);
  }
}

/** Writes the image to `target`, over one that is there; everything in it belongs to root. */
export function squashfs(target: string, entries: readonly Entry[]): void {
  mkdirSync(dirname(target), { recursive: true });
  const root = mkdtempSync(`${target}.root-`);
  try {
    unpack(root, entries);
    const options = [...COMPRESSION, "-all-root", "-noappend", "-quiet", "-no-progress"];
    execFileSync("mksquashfs", [root, target, ...options], { stdio: "ignore" });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
