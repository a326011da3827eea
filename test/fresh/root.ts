// A root file system that holds nothing but what the README asks for: a C compiler, make, Node with npm,
// and apt. What belongs to the machine and not to the project (mirror, name resolution, certificates,
// the settings of apt and npm) is taken over from this one, so that no host is written down here.

import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

/** What the README asks for, beside Node and npm. */
const PACKAGES = ["make", "gcc", "libc6-dev", "ca-certificates"];
/** Settings of the machine: the same path inside. */
const SETTINGS = [
  "/etc/resolv.conf",
  "/etc/hosts",
  "/etc/ssl/certs/ca-certificates.crt",
  "/usr/local/share/ca-certificates",
  "/usr/share/keyrings",
  "/etc/apt/sources.list",
  "/etc/apt/sources.list.d",
  "/etc/apt/keyrings",
  "/etc/apt/trusted.gpg.d",
  "/etc/apt/auth.conf.d",
];
const APT_SETTINGS = "/etc/apt/apt.conf.d";
/** Variables by which programs find a proxy or a certificate. */
const ENVIRONMENT = /^((https?|no)_proxy|NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR)|NPM_CONFIG_\w+)$/i;
/** Folders a checkout does not hold. */
const MADE = new Set(["node_modules", "build", ".git"]);

const said = (program: string, words: readonly string[]): string =>
  execFileSync(program, words, { encoding: "utf8" }).trim();

/** The first archive apt knows, and its release: `[address, name]`. */
function archive(): [string, string] {
  const targets = said("apt-get", [
    "indextargets",
    "--format",
    "$(REPO_URI) $(RELEASE)",
    "Created-By: Packages",
  ]);
  const [address, release] = targets.split("\n")[0]?.split(" ") ?? [];
  if (address === undefined || release === undefined) throw new Error("apt knows no archive.");
  return [address, release];
}

function takeOver(root: string, path: string): void {
  if (!existsSync(path)) return;
  mkdirSync(join(root, dirname(path)), { recursive: true });
  rmSync(join(root, path), { recursive: true, force: true });
  cpSync(path, join(root, path), { recursive: true, dereference: true });
}

/** apt's settings without its hooks, which call programs of the machine's own. */
function aptSettings(root: string): void {
  for (const name of readdirSync(APT_SETTINGS)) {
    const path = join(APT_SETTINGS, name);
    if (!/Invoke|Pre-Install-Pkgs/.test(readFileSync(path, "utf8"))) takeOver(root, path);
  }
}

/** Node and npm as they run here, and npm's settings. */
function node(root: string): void {
  const npm = join(said("npm", ["root", "--global"]), "npm");
  mkdirSync(join(root, "usr/local/lib/node_modules"), { recursive: true });
  cpSync(process.execPath, join(root, "usr/local/bin/node"), { dereference: true });
  cpSync(npm, join(root, "usr/local/lib/node_modules/npm"), { recursive: true, dereference: true });
  for (const name of ["npm", "npx"]) {
    symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, join(root, "usr/local/bin", name));
  }
  const global = said("npm", ["config", "get", "globalconfig"]);
  if (existsSync(global)) cpSync(global, join(root, "usr/local/etc/npmrc"));
  const own = join(homedir(), ".npmrc");
  if (existsSync(own)) cpSync(own, join(root, "root/.npmrc"));
}

/** Makes the root in an empty folder, with the checkout `project` in it; returns the checkout's place inside. */
export function makeRoot(root: string, project: string): string {
  const [address, release] = archive();
  const include = `--include=${PACKAGES.join(",")}`;
  const words = ["--variant=minbase", include, release, root, address];
  execFileSync("debootstrap", words, { stdio: ["ignore", "ignore", "inherit"] });
  for (const path of SETTINGS) takeOver(root, path);
  aptSettings(root);
  node(root);
  const place = "/home/striplight";
  cpSync(project, join(root, place), {
    recursive: true,
    filter: (path) => !MADE.has(path.slice(project.length).replace(/^\/+/, "")),
  });
  return place;
}

/** The environment inside: nothing of this machine but where its proxies and certificates are. */
export function environment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) => ENVIRONMENT.test(name));
  return {
    ...(Object.fromEntries(kept) as Record<string, string>),
    HOME: "/root",
    PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    LANG: "C.UTF-8",
    DEBIAN_FRONTEND: "noninteractive",
  };
}
