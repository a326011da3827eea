// Turns entries into the archive a Linux kernel unpacks as its first root file system: "newc", every
// number as eight hexadecimal digits, everything owned by root. Read cpio(5).

import { type Entry, folders, sorted } from "../../../board/package/entry.ts";

const MAGIC = "070701";
const LAST = "TRAILER!!!";
const S_IFDIR = 0o040000;
const S_IFREG = 0o100000;
const S_IFLNK = 0o120000;

const padding = (length: number): Buffer => Buffer.alloc(-length & 3);

function member(serial: number, name: string, mode: number, content: Buffer): Buffer[] {
  const numbers = [serial, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, name.length + 1, 0];
  const fields = numbers.map((value) => value.toString(16).padStart(8, "0")).join("");
  const head = Buffer.from(`${MAGIC}${fields}${name}\0`, "latin1");
  return [head, padding(head.length), content, padding(content.length)];
}

export function cpio(entries: readonly Entry[]): Buffer {
  const none = Buffer.alloc(0);
  const parts = folders(entries).map((path, index) =>
    member(index + 1, path, S_IFDIR | 0o755, none),
  );
  for (const { path, mode, content, target } of sorted(entries)) {
    const serial = parts.length + 1;
    if (target === null) parts.push(member(serial, path, S_IFREG | mode, content));
    else parts.push(member(serial, path, S_IFLNK | mode, Buffer.from(target)));
  }
  parts.push(member(0, LAST, 0, none));
  return Buffer.concat(parts.flat());
}
