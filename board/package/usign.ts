// Keys and signatures in the form usign writes and opkg checks: two lines, a comment and the
// base64 of "Ed", eight octets that name the key, and an Ed25519 value (RFC 8032 §5.1).

import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";

const ALGORITHM = "Ed";
/** An Ed25519 public key in DER ends with its 32 octets. */
const KEY_OCTETS = 32;

function publicOctets(key: KeyObject): Buffer {
  return createPublicKey(key).export({ type: "spki", format: "der" }).subarray(-KEY_OCTETS);
}

/** Eight octets that name a key. usign draws them; ours follow from the key. */
function nameOf(key: KeyObject): Buffer {
  return createHash("sha256").update(publicOctets(key)).digest().subarray(0, 8);
}

function written(comment: string, key: KeyObject, value: Buffer): string {
  const octets = Buffer.concat([Buffer.from(ALGORITHM), nameOf(key), value]);
  return `untrusted comment: ${comment}\n${octets.toString("base64")}\n`;
}

/** The name of the file in /etc/opkg/keys. */
function fingerprint(privateKey: string): string {
  return nameOf(createPrivateKey(privateKey)).toString("hex");
}

/** The public key file; `privateKey` is PEM. */
export function publicKeyFile(privateKey: string): string {
  const key = createPrivateKey(privateKey);
  return written("striplight", key, publicOctets(key));
}

/** The signature file of a message. */
export function signatureFile(privateKey: string, message: Buffer): string {
  const key = createPrivateKey(privateKey);
  return written(`signed by key ${fingerprint(privateKey)}`, key, sign(null, message, key));
}
