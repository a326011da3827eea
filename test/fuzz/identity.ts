// Where broken collectors live, and what they show there as a certificate: a good one, and those that a
// sender must refuse. Made with openssl in a folder of the caller's.

import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** PEM texts. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
}

/** A good certificate, and three that must be refused though one key fits all. */
export interface Identities {
  /** A PEM file with the issuers that the sender trusts. */
  readonly ca: string;
  readonly good: Identity;
  readonly expired: Identity;
  readonly otherName: Identity;
  readonly stranger: Identity;
}

/** On loopback, and of this process alone: two runs at a time must not meet. */
export const HOST = [
  ...["127", String(1 + (process.pid >>> 16))],
  ...[(process.pid >>> 8) & 0xff, process.pid & 0xff].map(String),
].join(".");
const HERE = `IP:${HOST}`;
const ELSEWHERE = "IP:192.0.2.1";
const LONG_AGO = ["20200101000000Z", "20200102000000Z"];
const YEARS_FROM_NOW = ["20200101000000Z", "20991231000000Z"];

/** Makes every certificate in `folder`; takes a fraction of a second. */
export function makeIdentities(folder: string): Identities {
  mkdirSync(join(folder, "issued"), { recursive: true });
  const openssl = (...args: string[]): void => {
    execFileSync("openssl", args, { cwd: folder, stdio: "ignore" });
  };
  const make = (name: string, place: string, [from = "", to = ""]: string[]): Identity => {
    const config = [
      ...["[ca]", "default_ca = own", "[own]", "new_certs_dir = issued", "database = index"],
      ...["serial = serial", "default_md = sha256", "policy = any", "unique_subject = no"],
      ...["[any]", "commonName = supplied", "[names]", `subjectAltName = ${place}`],
    ];
    writeFileSync(join(folder, "ca.cnf"), `${config.join("\n")}\n`);
    writeFileSync(join(folder, "index"), "");
    writeFileSync(join(folder, "serial"), "01\n");
    const [key, request, cert] = [`${name}.key`, `${name}.csr`, `${name}.pem`];
    const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    openssl("req", "-new", ...kind, "-subj", `/CN=${name}`, "-keyout", key, "-out", request);
    const issue = ["-selfsign", "-batch", "-notext", "-config", "ca.cnf", "-extensions", "names"];
    const times = ["-startdate", from, "-enddate", to];
    openssl("ca", ...issue, ...times, "-keyfile", key, "-in", request, "-out", cert);
    const text = (file: string): string => readFileSync(join(folder, file), "utf8");
    return { cert: text(cert), key: text(key) };
  };
  const good = make("good", HERE, YEARS_FROM_NOW);
  const expired = make("expired", HERE, LONG_AGO);
  const otherName = make("other-name", ELSEWHERE, YEARS_FROM_NOW);
  const stranger = make("stranger", HERE, YEARS_FROM_NOW);
  const ca = join(folder, "trusted.pem");
  writeFileSync(ca, [good, expired, otherName].map(({ cert }) => cert).join(""));
  return { ca, good, expired, otherName, stranger };
}
