// Turns a recipe into the octets of an .apk, version 3, as apk 3 and OpenWrt 25.12 install it.
// Does not sign: OpenWrt signs the index. Read apk-v3(5) and apk-package(5).

import { createHash } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import { ABSENT, BLOCK, block, Database, fileHeader, type Value } from "./adb.ts";
import { type Entry, file, folders, installedSize, sorted } from "./entry.ts";
import type { Recipe } from "./recipe.ts";
import { apkScripts } from "./script.ts";

const SCHEMA = "pckg";
const COMPRESSED = Buffer.from("ADBd", "latin1");
const S_IFLNK = 0o120000;
/** apk knows a package by the first 20 octets of a hash over its description. */
const IDENTITY_OCTETS = 20;

function sha256(content: Buffer): Buffer {
  return createHash("sha256").update(content).digest();
}

/** The files OpenWrt's own tools look for beside the package's. */
function records({ name, entries, conffiles, users }: Recipe): Entry[] {
  const place = `lib/apk/packages/${name}`;
  const listed = [...sorted(entries).map(({ path }) => `/${path}\n`)];
  const found = [file(`${place}.list`, listed.join(""))];
  if (users.length > 0) found.push(file(`${place}.rusers`, `${users.join(" ")}\n`));
  if (conffiles.length > 0) {
    found.push(file(`${place}.conffiles`, conffiles.map((path) => `${path}\n`).join("")));
    const fixed = entries.filter(({ path }) => conffiles.includes(`/${path}`));
    const sums = fixed.map(({ path, content }) => `/${path} ${sha256(content).toString("hex")}\n`);
    found.push(file(`${place}.conffiles_static`, sums.join("")));
  }
  return found;
}

/** Everything the archive holds, by folder; the root's own files are under "". */
function byFolder(recipe: Recipe): Map<string, Entry[]> {
  const all = sorted([...recipe.entries, ...records(recipe)]);
  const found = new Map<string, Entry[]>(["", ...folders(all)].map((folder) => [folder, []]));
  for (const entry of all) {
    found.get(entry.path.slice(0, Math.max(0, entry.path.lastIndexOf("/"))))?.push(entry);
  }
  return found;
}

function access(adb: Database, mode: number): Value {
  return adb.object({ 1: adb.int(mode), 2: adb.blob("root"), 3: adb.blob("root") });
}

function fileValue(adb: Database, entry: Entry, time: number): Value {
  const { path, mode, content, target } = entry;
  const name = adb.blob(path.slice(path.lastIndexOf("/") + 1));
  const fields = { 1: name, 2: access(adb, mode), 4: adb.int(time) };
  if (target === null) {
    return adb.object({ ...fields, 3: adb.int(content.length), 5: adb.blob(sha256(content)) });
  }
  const kind = Buffer.alloc(2);
  kind.writeUInt16LE(S_IFLNK);
  return adb.object({
    ...fields,
    3: adb.int(0),
    6: adb.blob(Buffer.concat([kind, Buffer.from(target)])),
  });
}

/** A recipe as the record that stands in packages and, with size and hash, in an index. */
export function describe(
  adb: Database,
  recipe: Recipe,
  known: { readonly hash: Buffer; readonly fileSize: number | null },
): Value {
  const depends = [...recipe.depends.apk].sort().map((name) => adb.object({ 1: adb.blob(name) }));
  return adb.object({
    1: adb.blob(recipe.name),
    2: adb.blob(recipe.version),
    3: adb.blob(known.hash),
    4: adb.blob(recipe.description),
    5: adb.blob(recipe.architecture),
    6: adb.blob(recipe.license),
    7: adb.blob(recipe.name),
    8: adb.blob(recipe.maintainer),
    9: adb.blob(recipe.url),
    12: adb.int(installedSize(recipe.entries)),
    13: known.fileSize === null ? ABSENT : adb.int(known.fileSize),
    15: adb.array(depends),
  });
}

/** The database block of a package. */
function database(recipe: Recipe, identity: Buffer): Buffer {
  const adb = new Database();
  const info = describe(adb, recipe, { hash: identity, fileSize: null });
  const paths = [...byFolder(recipe)].map(([folder, entries]) => {
    const files = adb.array(entries.map((entry) => fileValue(adb, entry, recipe.time)));
    return adb.object({ 1: adb.blob(folder), 2: access(adb, 0o755), 3: files });
  });
  const scripts = Object.entries(apkScripts(recipe.name)).map(([number, text]) => [
    number,
    adb.blob(text),
  ]);
  return adb.finish(
    adb.object({ 1: info, 2: adb.array(paths), 3: adb.object(Object.fromEntries(scripts)) }),
  );
}

/** One block for each file that has content: which folder, which file of it, the content. */
function* contents(recipe: Recipe): Generator<Buffer> {
  let folder = 0;
  for (const entries of byFolder(recipe).values()) {
    folder += 1;
    for (const [index, { content }] of entries.entries()) {
      if (content.length === 0) continue;
      const place = Buffer.alloc(8);
      place.writeUInt32LE(folder, 0);
      place.writeUInt32LE(index + 1, 4);
      yield block(BLOCK.data, place, content);
    }
  }
}

export interface Apk {
  readonly fileName: string;
  readonly content: Buffer;
  /** SHA-256 of its database: what a signed index vouches for. */
  readonly hash: Buffer;
}

/** Builds the package. The identity is a hash of its database with the identity's place empty. */
export function apk(recipe: Recipe): Apk {
  const draft = database(recipe, Buffer.alloc(IDENTITY_OCTETS));
  const identity = sha256(draft).subarray(0, IDENTITY_OCTETS);
  const described = database(recipe, identity);
  const head = [fileHeader(SCHEMA), block(BLOCK.database, described)];
  const packed = deflateRawSync(Buffer.concat([...head, ...contents(recipe)]), { level: 9 });
  return {
    fileName: `${recipe.name}-${recipe.version}.apk`,
    content: Buffer.concat([COMPRESSED, packed]),
    hash: sha256(described),
  };
}
