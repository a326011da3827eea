// The package writers held against what the real apk 3.0.5 and opkg accepted: fixture/ has those
// octets. Then against independent readers: tar and gzip for one format, a reader of its own for the
// other. That apk and opkg accept the rest is shown where they can be had.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  verify,
} from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, inflateRawSync } from "node:zlib";
import { apk } from "../../board/package/apk.ts";
import { apkIndex } from "../../board/package/apk-index.ts";
import { stripped, withLoader } from "../../board/package/elf.ts";
import { ipk } from "../../board/package/ipk.ts";
import { opkgIndex } from "../../board/package/opkg-index.ts";
import { blocks, readPackage } from "./adb-reader.ts";
import { SAMPLE } from "./sample.ts";

const FIXTURE = join(import.meta.dirname, "fixture");
const fixture = (name: string): Buffer => readFileSync(join(FIXTURE, name));
const sha256 = (content: Buffer): string => createHash("sha256").update(content).digest("hex");
/** Compressed octets differ between versions of zlib; what they hold must not. */
const inflated = (content: Buffer): Buffer => inflateRawSync(content.subarray(4));
/** A private key as the writers take it. */
const pem = (key: KeyObject): string => key.export({ type: "pkcs8", format: "pem" }).toString();

/** Members of a tar, with the archives in it unpacked; as tar lists them. */
function listed(archive: Buffer): string[] {
  const listing = execFileSync("tar", ["--numeric-owner", "-tvf", "-"], { input: archive });
  return listing.toString("utf8").trim().split("\n");
}

function member(archive: Buffer, name: string): Buffer {
  return execFileSync("tar", ["-xOf", "-", name], { input: archive, maxBuffer: 1 << 26 });
}

describe("board: an .apk", () => {
  it("has the octets apk accepted", () => {
    assert.deepEqual(
      inflated(apk(SAMPLE).content),
      inflated(fixture("striplight-sample-1.2.3-r4.apk")),
    );
  });

  it("is the same twice", () => {
    assert.equal(sha256(apk(SAMPLE).content), sha256(apk(SAMPLE).content));
  });

  it("lists what was put in, in order, owned by root, each with its hash and content", () => {
    const read = readPackage(inflated(apk(SAMPLE).content));
    assert.equal(read.name, SAMPLE.name);
    assert.equal(read.version, SAMPLE.version);
    const paths = read.files.map(({ path }) => path);
    assert.deepEqual(paths, [
      "etc/config/striplight-sample",
      "lib/apk/packages/striplight-sample.conffiles",
      "lib/apk/packages/striplight-sample.conffiles_static",
      "lib/apk/packages/striplight-sample.list",
      "lib/apk/packages/striplight-sample.rusers",
      "usr/bin/striplight-sample",
      "usr/lib/striplight-sample/empty",
      "usr/lib/striplight-sample/latest",
      "usr/lib/striplight-sample/noise",
    ]);
    for (const { path, owner, hash, content } of read.files) {
      assert.equal(owner, "root:root", path);
      const entry = SAMPLE.entries.find((candidate) => candidate.path === path);
      if (entry === undefined || entry.target !== null) continue;
      assert.deepEqual(content, entry.content, path);
      assert.equal(hash, sha256(entry.content), path);
    }
  });
});

describe("board: an .ipk", () => {
  it("has the octets opkg accepted", async () => {
    const parts = ["./debian-binary", "./control.tar.gz", "./data.tar.gz"];
    const made = gunzipSync((await ipk(SAMPLE)).content);
    const accepted = gunzipSync(fixture("striplight-sample_1.2.3-r4_x86_64.ipk"));
    assert.deepEqual(member(made, "./debian-binary"), member(accepted, "./debian-binary"));
    for (const part of parts.slice(1)) {
      assert.deepEqual(gunzipSync(member(made, part)), gunzipSync(member(accepted, part)), part);
    }
  });

  it("is the same twice", async () => {
    assert.equal(sha256((await ipk(SAMPLE)).content), sha256((await ipk(SAMPLE)).content));
  });

  it("lists what was put in, sorted, owned by root, at one time", async () => {
    const outer = gunzipSync((await ipk(SAMPLE)).content);
    const rows = listed(gunzipSync(member(outer, "./data.tar.gz")));
    assert.deepEqual(
      rows.map((row) => row.replace(/^(\S+) 0\/0\s+(\d+) \S+ \S+ /, "$1 $2 ")),
      [
        "drwxr-xr-x 0 ./",
        "drwxr-xr-x 0 ./etc/",
        "drwxr-xr-x 0 ./etc/config/",
        "drwxr-xr-x 0 ./usr/",
        "drwxr-xr-x 0 ./usr/bin/",
        "drwxr-xr-x 0 ./usr/lib/",
        "drwxr-xr-x 0 ./usr/lib/striplight-sample/",
        "-rw-r--r-- 21 ./etc/config/striplight-sample",
        "-rwxr-xr-x 26 ./usr/bin/striplight-sample",
        "-rw-r--r-- 0 ./usr/lib/striplight-sample/empty",
        "lrwxrwxrwx 0 ./usr/lib/striplight-sample/latest -> noise",
        "-rw-r--r-- 70000 ./usr/lib/striplight-sample/noise",
      ],
    );
  });

  it("has no empty field, over which opkg would trip", async () => {
    assert.doesNotMatch((await ipk(SAMPLE)).control, /: *$/m);
  });
});

describe("board: a feed", () => {
  it("has an apk index whose signature its public key confirms, as apk checks it", () => {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
    const index = inflated(apkIndex([{ recipe: SAMPLE, apk: apk(SAMPLE) }], pem(privateKey)));
    const accepted = inflated(fixture("packages.adb"));
    const [content, signature] = blocks(index);
    assert.ok(content && signature);
    assert.deepEqual(content, blocks(accepted)[0]);
    const hash = createHash("sha512").update(content).digest();
    const signed = Buffer.concat([Buffer.from("indx"), signature.subarray(0, 18), hash]);
    assert.ok(verify("sha512", signed, publicKey, signature.subarray(18)));
  });

  it("vouches for a package by the hash of its description", () => {
    const made = apk(SAMPLE);
    const [described] = blocks(inflated(made.content));
    assert.equal(made.hash.toString("hex"), sha256(described ?? Buffer.alloc(0)));
  });

  it("has an opkg index whose signature its public key confirms, as usign checks it", async () => {
    const { privateKey } = generateKeyPairSync("ed25519");
    const files = opkgIndex([await ipk(SAMPLE)], pem(privateKey));
    const decoded = (name: string): Buffer =>
      Buffer.from((files[name] ?? "").toString().split("\n")[1] ?? "", "base64");
    const key = decoded("striplight.pub");
    const signature = decoded("Packages.sig");
    assert.equal(key.length, 42);
    assert.equal(signature.length, 74);
    assert.deepEqual(key.subarray(0, 10), signature.subarray(0, 10));
    const der = Buffer.from("302a300506032b6570032100", "hex");
    const spki = Buffer.concat([der, key.subarray(10)]);
    const publicKey = createPublicKey({ key: spki, format: "der", type: "spki" });
    assert.ok(verify(null, files.Packages ?? Buffer.alloc(0), publicKey, signature.subarray(10)));
    assert.deepEqual(gunzipSync(files["Packages.gz"] ?? Buffer.alloc(0)), files.Packages);
    assert.equal(files.Packages?.toString(), fixture("Packages").toString());
  });
});

describe("board: a program without its sections", () => {
  it("is shorter, names no section, and runs", () => {
    const folder = mkdtempSync(join(tmpdir(), "striplight-stripped-"));
    try {
      const program = readFileSync(process.execPath);
      const short = stripped(program);
      assert.ok(short.length < program.length, `${short.length} of ${program.length} octets`);
      assert.equal(short.readBigUInt64LE(40), 0n);
      assert.equal(short.readUInt16LE(60), 0);
      writeFileSync(join(folder, "node"), short, { mode: 0o755 });
      const answer = execFileSync(join(folder, "node"), ["-p", "6 * 7"], { encoding: "utf8" });
      assert.equal(answer, "42\n");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("is refused when it is no program", () => {
    assert.throws(() => stripped(Buffer.from("#!/bin/sh\n")), /not an ELF file/);
    assert.throws(() => stripped(Buffer.alloc(64)), /not an ELF file/);
  });
});

describe("board: a program's loader", () => {
  it("is changed in place, and the program runs with it", () => {
    const folder = mkdtempSync(join(tmpdir(), "striplight-loader-"));
    try {
      const program = readFileSync("/bin/true");
      const loader = /\/lib64\/ld-[\w.-]+/.exec(program.toString("latin1"))?.[0] ?? "";
      const shorter = join("/tmp", "striplight.ld");
      assert.throws(() => withLoader(program, `${loader}/longer`), /no room/);
      const changed = join(folder, "true");
      writeFileSync(changed, withLoader(program, shorter), { mode: 0o755 });
      assert.throws(() => execFileSync(changed), /ENOENT/);
      writeFileSync(shorter, readFileSync(loader), { mode: 0o755 });
      execFileSync(changed);
    } finally {
      rmSync(folder, { recursive: true, force: true });
      rmSync("/tmp/striplight.ld", { force: true });
    }
  });
});
