// The recipe of striplight itself: the bundle, the modules, koffi with its binaries for musl and
// glibc, and the files of board/openwrt/striplight/files.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { copied, type Entry, mirrored } from "./entry.ts";
import { machineOf } from "./machine.ts";
import { npmPackage } from "./npm-source.ts";
import type { Recipe } from "./recipe.ts";

const PLACE = "usr/lib/striplight";
const BUILT = [
  "striplight.cjs",
  "inspector.wasm",
  "inspector-board.wasm",
  "inspector-scalar.wasm",
  "judge.wasm",
];

/** koffi's own loader and description, without sources and documents. */
const KOFFI_FILES = [
  "package.json",
  "index.cjs",
  "src/koffi/index.cjs",
  "src/koffi/src/static.cjs",
  "LICENSE.txt",
];
const KOFFI_VERSION = "3.3.4";
const KOFFI_BINARIES: Readonly<Record<string, string>> = {
  arm64:
    "sha512-k6FPjEYDioyVihUqvRFX4QZK0RL/Rrn4xPEzrKxODxgLAUXlhBTut391zPzgsMcArXgN4YTuS11M/kxmA5s+Fg==",
  x64: "sha512-xi47MKuoQ9fA2SsrH6wljl9t9120hO66qEmb1le6q636q55J974cZfcwDrK5nW1GalJ+0NLXoH2T3/NGQBzPNw==",
};

/** koffi beside the bundle, in the layout Node resolves. */
function koffi(root: string, store: string, architecture: string): Entry[] {
  const { npm } = machineOf(architecture);
  const integrity = KOFFI_BINARIES[npm] ?? "";
  const name = `@koromix/koffi-linux-${npm}`;
  const members = ["package.json", "index.js", `linux_${npm}`, `musl_${npm}`];
  const source = npmPackage(store, { name, version: KOFFI_VERSION, integrity }, members);
  const own = join(root, "node_modules/koffi");
  const modules = `${PLACE}/node_modules`;
  return [
    ...KOFFI_FILES.map((path) => copied(`${modules}/koffi/${path}`, join(own, path))),
    ...mirrored(source).map((entry) => ({ ...entry, path: `${modules}/${name}/${entry.path}` })),
  ];
}

/** `root` is the project's own folder; what is built must be built. */
export function service(root: string, store: string, architecture: string, time: number): Recipe {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    version: string;
  };
  const files = join(root, "board/openwrt/striplight/files");
  return {
    name: "striplight",
    version: `${version}-r1`,
    architecture,
    description: "Tells when STARTTLS is stripped from mail or TCP resets are forged on the uplink",
    license: "MIT",
    section: "net",
    maintainer: "Striplight contributors",
    url: "",
    // OpenWrt 25.12 has no node for routers, 24.10 has: there either one will do.
    depends: { apk: ["striplight-runtime"], opkg: [] },
    users: ["striplight=969:striplight=969"],
    conffiles: ["/etc/config/striplight"],
    entries: [
      ...mirrored(files),
      ...BUILT.map((name) => copied(`${PLACE}/${name}`, join(root, "build", name))),
      ...koffi(root, store, architecture),
      copied(`${PLACE}/LICENSE`, join(root, "LICENSE")),
    ],
    time,
  };
}
