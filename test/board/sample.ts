// A small package that has one of everything: a script, a setting, a binary larger than 64 KiB, an
// empty file, a link, a user. The packages in fixture/ were written from it and accepted by apk 3.0.5
// and opkg; it must not change.

import { type Entry, file, link } from "../../board/package/entry.ts";
import type { Recipe } from "../../board/package/recipe.ts";

/** Octets that repeat nothing, the same on every machine. */
function noise(length: number): Buffer {
  let state = 1;
  return Buffer.from(
    Array.from({ length }, () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return state >>> 24;
    }),
  );
}

const ENTRIES: readonly Entry[] = [
  file("usr/bin/striplight-sample", "#!/bin/sh\necho striplight\n", 0o755),
  file("usr/lib/striplight-sample/noise", noise(70_000)),
  file("usr/lib/striplight-sample/empty", ""),
  link("usr/lib/striplight-sample/latest", "noise"),
  file("etc/config/striplight-sample", "config sample 'main'\n"),
];

export const SAMPLE: Recipe = {
  name: "striplight-sample",
  version: "1.2.3-r4",
  architecture: "x86_64",
  description: "One of everything a package can hold",
  license: "MIT",
  section: "net",
  maintainer: "Striplight contributors",
  url: "",
  depends: { apk: [], opkg: [] },
  users: ["striplight=969:striplight=969"],
  conffiles: ["/etc/config/striplight-sample"],
  entries: ENTRIES,
  time: 1_764_000_000,
};
