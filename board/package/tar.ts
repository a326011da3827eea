// Turns entries into a gzipped tar whose octets depend on nothing but them: sorted, owned by root,
// one time for all. Read tar(5), ustar.

import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { pack } from "tar-stream";
import { type Entry, folders, sorted } from "./entry.ts";

const OWNER = { uid: 0, gid: 0, uname: "root", gname: "root" };

/** Names begin with "./", as both formats of OpenWrt want them. */
export async function tarGz(entries: readonly Entry[], time: number, level = 9): Promise<Buffer> {
  const archive = pack();
  const mtime = new Date(time * 1_000);
  const collected = buffer(archive);
  for (const path of ["", ...folders(entries).map((folder) => `${folder}/`)]) {
    archive.entry({ ...OWNER, name: `./${path}`, type: "directory", mode: 0o755, mtime });
  }
  for (const { path, mode, content, target } of sorted(entries)) {
    const header = { ...OWNER, name: `./${path}`, mode, mtime };
    if (target === null) archive.entry({ ...header, size: content.length }, content);
    else archive.entry({ ...header, type: "symlink", linkname: target });
  }
  archive.finalize();
  return gzipSync(await collected, { level });
}
