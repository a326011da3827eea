// What a package holds, as a list: one entry for each file and link, by its place on the router.
// Turns folders and single files into entries; knows no archive format. Everything belongs to root.

import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";

/** A file (`content`) or a symbolic link (`target`); folders follow from the paths. */
export interface Entry {
  /** Without a leading slash. */
  readonly path: string;
  /** Permission bits. */
  readonly mode: number;
  readonly content: Buffer;
  /** null for a file. */
  readonly target: string | null;
}

export function file(path: string, content: Buffer | string, mode = 0o644): Entry {
  return { path, mode, content: Buffer.from(content), target: null };
}

export function link(path: string, target: string): Entry {
  return { path, mode: 0o777, content: Buffer.alloc(0), target };
}

/** One file of this machine; it stays executable if it is. */
export function copied(path: string, from: string): Entry {
  const executable = (lstatSync(from).mode & 0o111) !== 0;
  return file(path, readFileSync(from), executable ? 0o755 : 0o644);
}

/** Every file and link below a folder that mirrors the root. */
export function mirrored(folder: string, under = ""): Entry[] {
  return readdirSync(join(folder, under), { withFileTypes: true }).flatMap((item) => {
    const path = under === "" ? item.name : `${under}/${item.name}`;
    if (item.isDirectory()) return mirrored(folder, path);
    if (item.isSymbolicLink()) return [link(path, readlinkSync(join(folder, path)))];
    return [copied(path, join(folder, path))];
  });
}

/** By the octets of their paths, the order both formats are written in. */
export function sorted(entries: readonly Entry[]): Entry[] {
  return [...entries].sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
}

/** Every folder above the entries, parents first. */
export function folders(entries: readonly Entry[]): string[] {
  const found = new Set<string>();
  for (const { path } of entries) {
    for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1)) {
      found.add(path.slice(0, at));
    }
  }
  return [...found].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

/** Octets of all files. */
export function installedSize(entries: readonly Entry[]): number {
  return entries.reduce((sum, entry) => sum + entry.content.length, 0);
}
