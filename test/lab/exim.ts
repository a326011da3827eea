// A real Exim beside Postfix, although their packages exclude each other: unpacked, not installed,
// and run in a root of its own (the machine's root below, a temporary layer above), in the server's
// namespace. Offers STARTTLS, takes mail for the lab's domain and discards it.
// Read: Exim specification, ch. 14 (main options), 38 (the daemon); mount(8) on overlay.

import { type ChildProcess, execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Network } from "./namespace.ts";
import { run, start, stop, until } from "./process.ts";
import { DOMAIN, makeCertificate, SERVER_NAME } from "./server.ts";

/** Exim listens here; Postfix has 25 and 587. */
export const EXIM_PORT = 2525;

/** What Exim's program is linked with: installed as packages, for libraries of theirs come along. */
export const EXIM_LIBRARIES = [
  "libdb5.3",
  "libgnutls-dane0",
  "libgnutls30",
  "libidn12",
  "libidn2-0",
  "libnsl2",
  "libpcre2-8-0",
];
const PACKAGES = ["exim4-daemon-light", "libgnutls-dane0"];
const CACHE = fileURLToPath(new URL("../../build/lab/exim/", import.meta.url));

/** Downloads the packages once; returns whether they are there. */
export function fetchExim(): boolean {
  mkdirSync(CACHE, { recursive: true });
  const missing = PACKAGES.filter(
    (name) => !readdirSync(CACHE).some((file) => file.startsWith(`${name}_`)),
  );
  if (missing.length === 0) return true;
  return spawnSync("apt-get", ["download", "-qq", ...missing], { cwd: CACHE }).status === 0;
}

/** One running Exim. Call `fetchExim` before. */
export class EximServer {
  readonly #network: Network;
  #folder = "";
  #child: ChildProcess | null = null;

  constructor(network: Network) {
    this.#network = network;
  }

  async start(): Promise<void> {
    this.#folder = mkdtempSync(join(tmpdir(), "striplight-exim-"));
    this.#makeLayer(join(this.#folder, "layer"));
    mkdirSync(join(this.#folder, "mount"));
    const netns = this.#network.netns("server");
    this.#child = start(netns, ["unshare", "--mount", "sh", "-c", ENTER, "sh", this.#folder]);
    let said = "";
    this.#child.stdout?.on("data", (octets: Buffer) => {
      said += octets;
    });
    this.#child.stderr?.on("data", (octets: Buffer) => {
      said += octets;
    });
    const listens = async () => {
      const listed = await run(netns, ["ss", "-Hltn"]);
      return new RegExp(`:${EXIM_PORT}\\s`).test(listed.transcript);
    };
    await until("Exim listens", listens).catch((problem) => {
      throw new Error(`${problem}: ${said}`);
    });
  }

  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child !== null) await stop(child);
    if (this.#folder !== "") rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = "";
  }

  /** What lies above the machine's root: the package, its account, its configuration. */
  #makeLayer(layer: string): void {
    for (const folder of ["etc/exim4", "var/spool/exim4", "var/log/exim4"]) {
      mkdirSync(join(layer, folder), { recursive: true });
    }
    const archives = readdirSync(CACHE).filter((name) => name.endsWith(".deb"));
    for (const name of archives) execFileSync("dpkg-deb", ["-x", CACHE + name, layer]);
    for (const [file, line] of Object.entries(ACCOUNT_LINES)) {
      const kept = readFileSync(`/etc/${file}`, "utf8");
      writeFileSync(join(layer, "etc", file), `${kept}${line}\n`);
    }
    makeCertificate(this.#folder);
    for (const name of ["certificate.pem", "key.pem"]) {
      copyFileSync(join(this.#folder, name), join(layer, "etc/exim4", name));
      chmodSync(join(layer, "etc/exim4", name), 0o644);
    }
    writeFileSync(join(layer, "etc/exim4/exim4.conf"), CONFIGURATION);
    for (const folder of ["var/spool/exim4", "var/log/exim4"]) {
      execFileSync("chown", ["-R", EXIM_UID, join(layer, folder)]);
    }
  }
}

/** An account that no Debian machine assigns by itself. */
const EXIM_UID = "48999:48999";
const ACCOUNT_LINES = {
  passwd: "Debian-exim:x:48999:48999::/var/spool/exim4:/usr/sbin/nologin",
  group: "Debian-exim:x:48999:",
};

/** A layer must not lie on the file system it covers, so it is copied into memory first. */
const ENTER = `
set -e
cd "$1/mount"
mount -t tmpfs lab .
cd "$1/mount"
mkdir upper work root
cp -a "$1/layer/." upper
mount -t overlay -o lowerdir=/,upperdir=upper,workdir=work lab root
mount --rbind /dev root/dev
mount -t proc lab root/proc
exec chroot root /usr/sbin/exim4 -bdf -oX ${EXIM_PORT}
`;

const CONFIGURATION = `primary_hostname = ${SERVER_NAME}
domainlist local_domains = ${DOMAIN}
acl_smtp_rcpt = accept_local
tls_advertise_hosts = *
tls_certificate = /etc/exim4/certificate.pem
tls_privatekey = /etc/exim4/key.pem
host_lookup =
rfc1413_query_timeout = 0s
never_users =
begin acl
accept_local:
  accept domains = +local_domains
  deny
begin routers
discard:
  driver = redirect
  domains = +local_domains
  data = :blackhole:
`;
