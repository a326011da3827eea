// Brings published npm packages of other machines here, through npm itself: name, version and the
// hash npm must find, in; a folder, out. What is there already is not fetched again.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

export interface NpmSource {
  readonly name: string;
  readonly version: string;
  /** As in a lock file: sha512-BASE64. */
  readonly integrity: string;
}

/** Members of the packed package that are kept; folders with all that is in them. */
export function npmPackage(
  store: string,
  { name, version, integrity }: NpmSource,
  members: readonly string[],
): string {
  const folder = join(store, `${name.replace(/^@/, "").replace("/", "-")}-${version}`);
  if (existsSync(folder)) return folder;
  mkdirSync(store, { recursive: true });
  const packed = execFileSync("npm", ["pack", "--silent", `${name}@${version}`], {
    cwd: store,
    encoding: "utf8",
  }).trim();
  const archive = join(store, packed);
  const sum = `sha512-${createHash("sha512").update(readFileSync(archive)).digest("base64")}`;
  if (sum !== integrity) throw new Error(`${name}@${version} is not what was expected: ${sum}.`);
  const growing = `${folder}.part`;
  rmSync(growing, { recursive: true, force: true });
  mkdirSync(growing);
  const names = members.map((member) => `package/${member}`);
  execFileSync("tar", ["-xzf", archive, "-C", growing, "--strip-components=1", ...names]);
  rmSync(archive);
  renameSync(growing, folder);
  return folder;
}
