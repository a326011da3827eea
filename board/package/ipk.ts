// Turns a recipe into the octets of an .ipk, as opkg and OpenWrt 24.10 install it: a gzipped tar of
// debian-binary, the files, and what opkg must know of them.

import { type Entry, file, installedSize } from "./entry.ts";
import type { Recipe } from "./recipe.ts";
import { opkgScripts } from "./script.ts";
import { tarGz } from "./tar.ts";

const STORED = 0;

/** The fields of a package, as they stand in its control file and in an index. */
function control(recipe: Recipe): string {
  const fields: Record<string, string> = {
    Package: recipe.name,
    Version: recipe.version,
    // An empty line is worse than none: opkg trips over it.
    Depends: recipe.depends.opkg.join(", "),
    Source: `feeds/packages/${recipe.section}/${recipe.name}`,
    SourceName: recipe.name,
    License: recipe.license,
    Section: recipe.section,
    SourceDateEpoch: String(recipe.time),
    "Require-User": recipe.users.join(" "),
    Maintainer: recipe.maintainer,
    URL: recipe.url,
    Architecture: recipe.architecture,
    "Installed-Size": String(installedSize(recipe.entries)),
    Description: recipe.description,
  };
  return Object.entries(fields)
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `${name}: ${value}\n`)
    .join("");
}

export interface Ipk {
  readonly fileName: string;
  readonly content: Buffer;
  readonly control: string;
}

export async function ipk(recipe: Recipe): Promise<Ipk> {
  const { time, conffiles, entries } = recipe;
  const described = control(recipe);
  const about: Entry[] = [file("control", described)];
  if (conffiles.length > 0) {
    about.push(file("conffiles", conffiles.map((path) => `${path}\n`).join("")));
  }
  for (const [name, text] of Object.entries(opkgScripts())) about.push(file(name, text, 0o755));
  const parts = [
    file("debian-binary", "2.0\n"),
    file("data.tar.gz", await tarGz(entries, time)),
    file("control.tar.gz", await tarGz(about, time)),
  ];
  return {
    fileName: `${recipe.name}_${recipe.version}_${recipe.architecture}.ipk`,
    content: await tarGz(parts, time, STORED), // its parts are compressed already
    control: described,
  };
}
