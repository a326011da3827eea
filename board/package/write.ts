// make package and make feed: writes both packages in both formats for every architecture asked
// for, below build/board/, and an index of each feed when --feed is given. The same sources give the
// same octets; only an apk index differs, because an EC signature is drawn anew each time.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { apk } from "./apk.ts";
import { apkIndex } from "./apk-index.ts";
import type { Entry } from "./entry.ts";
import { ipk } from "./ipk.ts";
import { feedKeys } from "./key.ts";
import { ARCHITECTURES, machineOf } from "./machine.ts";
import { opkgIndex } from "./opkg-index.ts";
import type { Recipe } from "./recipe.ts";
import { runtime } from "./runtime.ts";
import { service } from "./service.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const BOARD = join(ROOT, "build/board");
const STORE = join(BOARD, "source");

/** Whoever holds the feed's private keys can put software on routers: they stay out of the checkout. */
const KEYS = join(homedir(), ".config/striplight/feed-key");

/** Seconds since 1970: SOURCE_DATE_EPOCH, else the last commit's, else (an unpacked archive) a file's. */
function sourceTime(): number {
  const asked = process.env.SOURCE_DATE_EPOCH;
  if (asked !== undefined) return Number(asked);
  const told = spawnSync("git", ["log", "-1", "--format=%ct"], { cwd: ROOT, encoding: "utf8" });
  if (told.status === 0) return Number(told.stdout);
  return Math.floor(statSync(join(ROOT, "package.json")).mtimeMs / 1000);
}

function write(path: string, content: Buffer | string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  const sum = createHash("sha256").update(content).digest("hex");
  const size = Buffer.byteLength(content);
  process.stdout.write(`${sum}  ${String(size).padStart(9)}  ${path.slice(ROOT.length)}\n`);
}

/** The package's files as they lie on the router: for images and for OpenWrt's own build. */
function unpack(folder: string, entries: readonly Entry[]): void {
  rmSync(folder, { recursive: true, force: true });
  for (const { path, mode, content } of entries) {
    const place = join(folder, path);
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, content, { mode });
  }
}

async function writeFeed(architecture: string, recipes: readonly Recipe[], index: boolean) {
  const apks = recipes.map((recipe) => ({ recipe, apk: apk(recipe) }));
  const ipks = await Promise.all(recipes.map(ipk));
  const apkFolder = join(BOARD, "apk", architecture);
  const opkgFolder = join(BOARD, "opkg", architecture);
  for (const { apk: made } of apks) write(join(apkFolder, made.fileName), made.content);
  for (const made of ipks) write(join(opkgFolder, made.fileName), made.content);
  if (!index) return;
  const keys = feedKeys(process.env.KEYS ?? KEYS);
  write(join(apkFolder, "packages.adb"), apkIndex(apks, keys.apk));
  write(join(apkFolder, "striplight.pem"), keys.apkPublic);
  for (const [name, content] of Object.entries(opkgIndex(ipks, keys.opkg))) {
    write(join(opkgFolder, name), content);
  }
}

const asked = process.argv.slice(2).filter((word) => word !== "--feed");
const time = sourceTime();
for (const architecture of asked.length > 0 ? asked : ARCHITECTURES) {
  const recipes = [service(ROOT, STORE, architecture, time), runtime(STORE, architecture, time)];
  for (const { name, entries } of recipes) {
    unpack(join(BOARD, "root", `${name}-${machineOf(architecture).family}`), entries);
  }
  await writeFeed(architecture, recipes, process.argv.includes("--feed"));
}
