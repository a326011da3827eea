// Turns the PEM files a collector names into texts, and makes sure before anything is sent that they are
// what they should be: a certificate that cannot be read would show only at the first connection.

import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Collector } from "../config/schema.ts";
import { codeOf, EXIT, HostError } from "../ground/errors.ts";

/** PEM texts, read while privileged. */
export interface Credentials {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

function refuse(option: string, file: string, what: string, expected: string): never {
  throw new HostError(
    EXIT.config,
    `section collector, option ${option}: "${file}" ${what}; expected ${expected}.`,
  );
}

function read(option: string, file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    return refuse(option, file, `cannot be read (${codeOf(error)})`, "a PEM file");
  }
}

/** The first of the certificates in a PEM text, after a look at each. */
function certificateIn(option: string, file: string, text: string): X509Certificate {
  const expected = "certificates in PEM form";
  try {
    const [first] = (text.match(CERTIFICATE) ?? []).map((pem) => new X509Certificate(pem));
    return first ?? refuse(option, file, "holds no certificate", expected);
  } catch (error) {
    if (error instanceof HostError) throw error;
    return refuse(option, file, "holds a damaged certificate", expected);
  }
}

function keyIn(file: string, text: string): KeyObject {
  try {
    return createPrivateKey(text);
  } catch {
    return refuse("key", file, "holds no usable key", "a private key in PEM form, not encrypted");
  }
}

/** Reads the files a collector names. Throws HostError 78 naming option and file. */
export function readCredentials(collector: Collector): Credentials {
  const { ca, cert, key } = collector;
  const texts: Record<string, string> = {};
  if (ca !== null) {
    texts.ca = read("ca", ca);
    certificateIn("ca", ca, texts.ca);
  }
  if (cert !== null && key !== null) {
    texts.cert = read("cert", cert);
    texts.key = read("key", key);
    const certificate = certificateIn("cert", cert, texts.cert);
    if (!certificate.checkPrivateKey(keyIn(key, texts.key))) {
      refuse("key", key, `is not the key of "${cert}"`, "the key that belongs to option cert");
    }
  }
  return texts;
}
