// The machines we build for: OpenWrt's names for an architecture, and what npm, Debian and koffi
// call it.

export interface Machine {
  /** What OpenWrt's names begin with. */
  readonly family: string;
  readonly npm: string;
  readonly debian: string;
  /** Debian's folder of libraries; its loader looks there by itself. */
  readonly triplet: string;
  /** Where a glibc program finds its loader on the router. */
  readonly loader: string;
}

export const MACHINES: readonly Machine[] = [
  {
    family: "aarch64",
    npm: "arm64",
    debian: "arm64",
    triplet: "aarch64-linux-gnu",
    loader: "lib/ld-linux-aarch64.so.1",
  },
  {
    family: "x86_64",
    npm: "x64",
    debian: "amd64",
    triplet: "x86_64-linux-gnu",
    // Not /lib64: that is a link of the base system, and a package must not cross it.
    loader: "lib/ld-linux-x86-64.so.2",
  },
];

/** Built when nothing else is asked for: OpenWrt One and GL-MT6000, and PCs. */
export const ARCHITECTURES: readonly string[] = ["aarch64_cortex-a53", "x86_64"];

/** The machine of an OpenWrt architecture, such as aarch64_cortex-a72. */
export function machineOf(architecture: string): Machine {
  const found = MACHINES.find(({ family }) => architecture.startsWith(family));
  if (found !== undefined) return found;
  throw new Error(`there is no Node for ${architecture}: only aarch64 and x86_64 can run one.`);
}
