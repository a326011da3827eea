// Brings Debian packages of any architecture here, unpacked, through apt-get with lists of its own:
// the machine's package state stays untouched. What is there already is not fetched again.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

function options(state: string, architecture: string): string[] {
  const settings = [
    `APT::Architecture=${architecture}`,
    `APT::Architectures=${architecture}`,
    `Dir::State=${state}`,
    "Dir::State::status=/dev/null",
    `Dir::Cache=${state}/cache`,
    "APT::Sandbox::User=root",
    "Acquire::Languages=none",
  ];
  return ["-qq", ...settings.flatMap((setting) => ["-o", setting])];
}

/** apt-get's lists for an architecture, brought here once. */
function prepared(store: string, architecture: string): string {
  const state = resolve(store, `apt-${architecture}`);
  if (existsSync(join(state, "status"))) return state;
  mkdirSync(join(state, "lists", "partial"), { recursive: true });
  mkdirSync(join(state, "cache", "archives", "partial"), { recursive: true });
  const settings = options(state, architecture);
  execFileSync("apt-get", [...settings, "update"], { stdio: ["ignore", "ignore", "inherit"] });
  writeFileSync(join(state, "status"), "");
  return state;
}

/** A folder into which all of `names` are unpacked, with files of their versions in `packages/`. */
export function debianPackages(
  store: string,
  architecture: string,
  names: readonly string[],
): string {
  const folder = resolve(store, `debian-${architecture}-${names.join("+")}`);
  if (existsSync(folder)) return folder;
  const state = prepared(store, architecture);
  const growing = `${folder}.part`;
  rmSync(growing, { recursive: true, force: true });
  mkdirSync(join(growing, "packages"), { recursive: true });
  const wanted = names.map((name) => `${name}:${architecture}`);
  execFileSync("apt-get", [...options(state, architecture), "download", ...wanted], {
    cwd: join(growing, "packages"),
  });
  for (const name of readdirSync(join(growing, "packages"))) {
    execFileSync("dpkg-deb", ["-x", join(growing, "packages", name), growing]);
  }
  renameSync(growing, folder);
  return folder;
}

/** The one package an empty package such as linux-image-arm64 stands for. */
export function debianDependency(store: string, architecture: string, name: string): string {
  const state = prepared(store, architecture);
  const shown = execFileSync("apt-cache", [...options(state, architecture), "show", name], {
    encoding: "utf8",
  });
  const [, dependency] = /^Depends: (\S+)/m.exec(shown) ?? [];
  if (dependency === undefined) throw new Error(`${name} for ${architecture} needs nothing.`);
  return dependency;
}
