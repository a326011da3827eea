// Finds a Debian kernel for a machine that is only emulated: the kernel itself and, of its modules,
// those asked for with all they stand on, in the order in which they can be loaded.

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { debianDependency, debianPackages } from "../../../board/package/debian-source.ts";

export interface Kernel {
  /** The compressed kernel. */
  readonly image: string;
  /** Folder that holds lib/modules. */
  readonly root: string;
  /** Paths below `root`, in order of loading. */
  readonly modules: readonly string[];
}

/** `flavour` is Debian's, such as linux-image-cloud-amd64. */
export function kernel(
  store: string,
  debian: string,
  flavour: string,
  wanted: readonly string[],
): Kernel {
  const root = debianPackages(store, debian, [debianDependency(store, debian, flavour)]);
  const [version = ""] = readdirSync(join(root, "lib/modules"));
  if (!existsSync(join(root, "lib/modules", version, "modules.dep"))) {
    execFileSync("depmod", ["-b", root, version]);
  }
  const ordered = wanted.flatMap((name) => {
    const options = ["-d", root, "-S", version, "--show-depends", name];
    const shown = execFileSync("modprobe", options, { encoding: "utf8" });
    return [...shown.matchAll(/^insmod (\S+)/gm)].map((match) => relative(root, match[1] ?? ""));
  });
  return { image: join(root, `boot/vmlinuz-${version}`), root, modules: [...new Set(ordered)] };
}
