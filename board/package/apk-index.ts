// Turns packages into packages.adb, the index of an apk feed, signed with an EC key.
// Read apk-v3(5) on signatures: the key signs schema, signature header and the SHA-512 of the block.

import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import { BLOCK, block, Database, fileHeader } from "./adb.ts";
import { type Apk, describe } from "./apk.ts";
import type { Recipe } from "./recipe.ts";

const SCHEMA = "indx";
const SHA512 = 4;
/** A P-256 public key in DER ends with its uncompressed point. */
const POINT_OCTETS = 65;
const KEY_NAME_OCTETS = 16;

function sha512(...content: readonly Buffer[]): Buffer {
  const hash = createHash("sha512");
  for (const part of content) hash.update(part);
  return hash.digest();
}

function keyName(key: KeyObject): Buffer {
  const point = createPublicKey(key)
    .export({ type: "spki", format: "der" })
    .subarray(-POINT_OCTETS);
  return sha512(point).subarray(0, KEY_NAME_OCTETS);
}

/** Version 0 of a signature: version, digest, the key's name; then the signature itself. */
function signature(privateKey: string, content: Buffer): Buffer {
  const key = createPrivateKey(privateKey);
  const head = Buffer.concat([Buffer.from([0, SHA512]), keyName(key)]);
  const signed = Buffer.concat([Buffer.from(SCHEMA, "latin1"), head, sha512(content)]);
  return Buffer.concat([head, sign("sha512", signed, key)]);
}

/** The index; `privateKey` is a P-256 key in PEM. */
export function apkIndex(
  packages: readonly { readonly recipe: Recipe; readonly apk: Apk }[],
  privateKey: string,
): Buffer {
  const adb = new Database();
  const order = [...packages].sort((a, b) => (a.recipe.name < b.recipe.name ? -1 : 1));
  const described = order.map(({ recipe, apk }) =>
    describe(adb, recipe, { hash: apk.hash, fileSize: apk.content.length }),
  );
  const content = adb.finish(adb.object({ 1: adb.blob("striplight"), 2: adb.array(described) }));
  const signed = block(BLOCK.signature, signature(privateKey, content));
  const whole = Buffer.concat([fileHeader(SCHEMA), block(BLOCK.database, content), signed]);
  return Buffer.concat([Buffer.from("ADBd", "latin1"), deflateRawSync(whole, { level: 9 })]);
}
