// Takes programs out of Debian packages for a guest: each in /opt, with every shared library of the
// packages beside those of the runtime. Only tests use them.

import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { debianPackages } from "../../../board/package/debian-source.ts";
import { copied, type Entry, file, link } from "../../../board/package/entry.ts";
import { machineOf } from "../../../board/package/machine.ts";

/** Paths of `programs` are those in the packages; a program keeps its name. */
export function tools(
  store: string,
  architecture: string,
  packages: readonly string[],
  programs: readonly string[],
): Entry[] {
  const { debian, triplet } = machineOf(architecture);
  const root = debianPackages(store, debian, packages);
  const libraries = readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((path) => /\/lib[^/]*\.so(\.[\d.]+)?$/.test(path))
    .filter((path) => !lstatSync(join(root, path)).isDirectory())
    .map((path) => {
      const target = `usr/lib/${triplet}/${basename(path)}`;
      return file(target, readFileSync(join(root, path)), 0o755); // links become files
    });
  return [
    ...programs.map((path) => copied(`opt/${basename(path)}`, join(root, path))),
    ...libraries,
    link("lib64", "lib"), // where Debian's programs look for their loader
  ];
}
