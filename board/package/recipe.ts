// What is true of a package whatever its format: name, version, architecture, who maintains it,
// what it needs and what it holds.

import type { Entry } from "./entry.ts";

export interface Recipe {
  readonly name: string;
  /** Upstream version and release, as in 0.1.0-r1. */
  readonly version: string;
  /** OpenWrt's name, such as aarch64_cortex-a53. */
  readonly architecture: string;
  readonly description: string;
  readonly license: string;
  readonly section: string;
  readonly maintainer: string;
  readonly url: string;
  /** Packages that must be there, for apk and for opkg. */
  readonly depends: { readonly apk: readonly string[]; readonly opkg: readonly string[] };
  /** Users to create, as name=uid:group=gid. */
  readonly users: readonly string[];
  /** Paths the owner may change: kept over upgrades. */
  readonly conffiles: readonly string[];
  readonly entries: readonly Entry[];
  /** Seconds since 1970, for every time in the archive. */
  readonly time: number;
}
