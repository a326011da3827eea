// The two private keys a feed is signed with, as PEM files in a folder of the owner's choice; made
// on first use. Whoever holds them can put software on the routers that trust the feed.

import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface FeedKeys {
  /** P-256, for apk. */
  readonly apk: string;
  /** Ed25519, for opkg. */
  readonly opkg: string;
  /** What a router puts into /etc/apk/keys. */
  readonly apkPublic: string;
}

/** A private key as PEM. */
const pem = (key: KeyObject): string => key.export({ type: "pkcs8", format: "pem" }).toString();

function kept(path: string, make: () => string): string {
  if (!existsSync(path)) writeFileSync(path, make(), { mode: 0o600 });
  return readFileSync(path, "utf8");
}

export function feedKeys(folder: string): FeedKeys {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const publicPath = join(folder, "striplight.pem");
  const apk = kept(join(folder, "apk-private.pem"), () => {
    const pair = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
    writeFileSync(publicPath, pair.publicKey.export({ type: "spki", format: "pem" }));
    return pem(pair.privateKey);
  });
  const opkg = kept(join(folder, "opkg-private.pem"), () => {
    return pem(generateKeyPairSync("ed25519").privateKey);
  });
  return { apk, opkg, apkPublic: readFileSync(publicPath, "utf8") };
}
