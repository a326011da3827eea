// Makes the Debian packages of the lab present: names in, the names that are still missing out.
// Installs with apt-get, quietly and without starting any service. Does not remove anything again.
// Read: invoke-rc.d(8) on policy-rc.d, debconf(7) on DEBIAN_FRONTEND.

import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, rmSync, writeFileSync } from "node:fs";

/** What the network of the lab itself is made of. */
export const NETWORK_PACKAGES = ["iproute2", "ethtool"];

/** The mail peers. `dovecot-*` also serves as Postfix's authentication back end. */
export const MAIL_PACKAGES = [
  "postfix",
  "dovecot-imapd",
  "dovecot-pop3d",
  "openssl",
  "swaks",
  "libio-socket-inet6-perl",
  "libnet-ssleay-perl",
  "curl",
  "python3",
  "msmtp",
];

/** Recording and reading captures. */
export const CAPTURE_PACKAGES = ["tcpdump"];

const POLICY = "/usr/sbin/policy-rc.d";
const LOCK_TIMEOUT_S = 120;
const INSTALL_TIMEOUT_MS = 600_000;

/** A policy that forbids every start, so that an installed server does not run outside the lab. */
const POLICY_TEXT = "#!/bin/sh\n# Written by the lab for the time of an installation.\nexit 101\n";

/** Which of `packages` dpkg does not report as installed. */
export function missingPackages(packages: readonly string[]): string[] {
  return packages.filter((name) => {
    const query = spawnSync("dpkg", ["--status", name], { encoding: "utf8" });
    return query.status !== 0 || !/^Status: .* installed$/m.test(query.stdout);
  });
}

/**
 * Installs what is missing and returns what is missing still (no apt-get, no root, no network).
 * `apt-get update` runs only when a first attempt fails. Never throws.
 */
export function installPackages(packages: readonly string[]): string[] {
  const missing = missingPackages(packages);
  if (missing.length === 0) return [];
  if (process.getuid?.() !== 0 || spawnSync("apt-get", ["--version"]).status !== 0) return missing;
  withoutServiceStart(() => {
    spawnSync("debconf-set-selections", [], {
      input: "postfix postfix/main_mailer_type select No configuration\n",
    });
    if (!aptGet(["install", ...missing])) {
      aptGet(["update"]);
      aptGet(["install", ...missing]);
    }
  });
  return missingPackages(packages);
}

function aptGet(words: string[]): boolean {
  const [verb = "", ...names] = words;
  const options = [
    "-y",
    "-qq",
    "--no-install-recommends",
    "-o",
    `DPkg::Lock::Timeout=${LOCK_TIMEOUT_S}`,
  ];
  const run = spawnSync("apt-get", [verb, ...options, ...names], {
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C.UTF-8" },
    stdio: "ignore",
    timeout: INSTALL_TIMEOUT_MS,
  });
  return run.status === 0;
}

/** Runs `install` under a policy that starts no service; a policy of the machine's own is kept. */
function withoutServiceStart(install: () => void): void {
  const guarded = !existsSync(POLICY);
  if (guarded) writeFileSync(POLICY, POLICY_TEXT, { mode: 0o755 });
  try {
    install();
  } finally {
    if (guarded) rmSync(POLICY, { force: true });
  }
}

/** What a test asks of the machine beside packages. */
export interface Demand {
  packages?: readonly string[];
  /** Network namespaces: root, `ip` and a kernel that makes them. */
  namespaces?: boolean;
}

/**
 * Call first in a mocha `before`: installs what can be installed, else skips the suite by name.
 * With CI=true nothing may be skipped: it throws instead.
 */
export function needs(test: Mocha.Context, demand: Demand): void {
  const reason = unmet(demand);
  if (reason === null) return;
  if (process.env.CI === "true") throw new Error(`this machine cannot run the lab: ${reason}`);
  process.stdout.write(`      skipped: ${reason}\n`);
  test.skip();
}

function unmet(demand: Demand): string | null {
  if (demand.namespaces && process.getuid?.() !== 0) return "root is needed for network namespaces";
  const wanted = [...(demand.namespaces ? NETWORK_PACKAGES : []), ...(demand.packages ?? [])];
  const missing = installPackages(wanted);
  if (missing.length > 0) return `packages not installable here: ${missing.join(" ")}`;
  if (demand.namespaces && !kernelHasNamespaces()) return "this kernel makes no network namespaces";
  return null;
}

function kernelHasNamespaces(): boolean {
  try {
    execFileSync("unshare", ["--net", "true"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
