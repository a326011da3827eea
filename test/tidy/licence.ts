// `make licences`: every installed package with its version and licence, from its own package.json; exit
// status 1 when one has a licence that nobody has accepted here. Says which ones are not for development alone.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const MODULES = fileURLToPath(new URL("../../node_modules/", import.meta.url));
const LOCK = fileURLToPath(new URL("../../package-lock.json", import.meta.url));
/** Permissive ones: they ask for a notice, nothing more. */
const ACCEPTED = [
  ...["MIT", "MIT-0", "ISC", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "Apache-2.0", "BlueOak-1.0.0"],
  ...[
    "Python-2.0",
    "PSF-2.0",
    "CC0-1.0",
    "Unlicense",
    "(MIT OR Apache-2.0)",
    "MIT OR Apache-2.0",
    "(MIT OR EUPL-1.1+)",
  ],
];
interface Installed {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  /** Not for development alone. */
  readonly shipped: boolean;
}

function foldersIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
    .flatMap(({ name }) => {
      const path = join(folder, name);
      if (name.startsWith("@")) return foldersIn(path);
      const nested = join(path, "node_modules");
      return [path, ...(existsSync(nested) ? foldersIn(nested) : [])];
    });
}

/** Every package under node_modules, sorted by name. */
export function installed(): Installed[] {
  const { packages } = JSON.parse(readFileSync(LOCK, "utf8"));
  return foldersIn(MODULES)
    .filter((folder) => existsSync(join(folder, "package.json")))
    .map((folder) => {
      const { name, version, license, licenses } = JSON.parse(
        readFileSync(join(folder, "package.json"), "utf8"),
      );
      const stated = license?.type ?? license ?? licenses?.[0]?.type ?? "none stated";
      const locked = packages[`node_modules/${folder.slice(MODULES.length)}`];
      const shipped = locked !== undefined && !(locked.dev ?? false);
      return { name, version, licence: String(stated), shipped };
    })
    .filter(({ name }) => name !== undefined)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Those whose licence nobody accepted. */
export function unaccepted(packages: readonly Installed[]): Installed[] {
  return packages.filter(({ licence }) => !ACCEPTED.includes(licence));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const packages = installed();
  for (const { name, version, licence, shipped } of packages) {
    process.stdout.write(`${name} ${version} ${licence}${shipped ? " (at run time)" : ""}\n`);
  }
  const bad = unaccepted(packages);
  for (const { name, licence } of bad) {
    process.stderr.write(`${name}: licence "${licence}" is not among those accepted\n`);
  }
  process.exitCode = bad.length === 0 ? 0 : 1;
}
