// Turns one text file into a router's root for a moment: our files, stand-ins for OpenWrt's
// commands, what the case adds; runs its script under the router's own shell and gives back what
// the stand-ins recorded. Needs busybox and a user namespace, no rights.

import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const FILES = join(import.meta.dirname, "../../board/openwrt/striplight/files");
const MOCK = join(import.meta.dirname, "mock");
const BUSYBOX = "/bin/busybox";
const TOOLS = "sh cat grep sed tail cut tr rm mkdir touch echo ln readlink kill sleep usleep".split(
  " ",
);
const PATH = "/sbin:/bin:/usr/sbin:/usr/bin";

export interface ShellCase {
  /** What the case is about, in words. */
  readonly prose: string;
  readonly run: string;
  readonly files: readonly {
    readonly path: string;
    readonly text: string;
    readonly mode: number;
  }[];
  readonly expect: string;
}

/** Reads a case: prose, then sections that begin with "-- Name --". */
export function readCase(text: string): ShellCase {
  const [prose = "", ...rest] = text.split(/^-- (.+) --\n/m);
  const sections = new Map<string, string>();
  for (let at = 0; at + 1 < rest.length; at += 2) sections.set(rest[at] ?? "", rest[at + 1] ?? "");
  const files = [...sections].flatMap(([name, content]) => {
    const [kind, path = ""] = name.split(" ");
    if (kind !== "File" && kind !== "Program") return [];
    return [{ path, text: content, mode: kind === "Program" ? 0o755 : 0o644 }];
  });
  const known = [...sections.keys()].filter((name) =>
    /^(Run|Expect|(File|Program) \/.*)$/.test(name),
  );
  if (known.length !== sections.size || !sections.has("Run") || !sections.has("Expect")) {
    throw new Error(`sections must be Run, File, Program and Expect: ${[...sections.keys()]}`);
  }
  return { prose, run: sections.get("Run") ?? "", files, expect: sections.get("Expect") ?? "" };
}

function build(root: string, { files }: ShellCase): void {
  cpSync(FILES, root, { recursive: true });
  cpSync(MOCK, root, { recursive: true });
  for (const folder of ["bin", "mock", "var", "tmp", "dev"]) {
    mkdirSync(join(root, folder), { recursive: true });
  }
  cpSync(BUSYBOX, join(root, "bin/busybox"));
  for (const tool of TOOLS) symlinkSync("busybox", join(root, "bin", tool));
  writeFileSync(join(root, "dev/null"), "");
  for (const { path, text, mode } of files) {
    const place = join(root, path);
    mkdirSync(dirname(place), { recursive: true });
    rmSync(place, { force: true });
    writeFileSync(place, text, { mode });
  }
}

/** What the stand-ins recorded while the case's script ran, and how it failed if it did. */
export function runCase(shellCase: ShellCase): string {
  const root = mkdtempSync(join(tmpdir(), "striplight-router-"));
  try {
    build(root, shellCase);
    // The shell is the first process of its own: what it leaves behind ends with it.
    const own = ["--map-root-user", "--pid", "--fork", "--kill-child"];
    const argv = [...own, "chroot", root, "/bin/sh", "-c", shellCase.run];
    const env = { PATH: `${PATH}:${process.env.PATH}` };
    const { status, stderr } = spawnSync("unshare", argv, { env, encoding: "utf8" });
    const path = join(root, "record");
    const record = existsSync(path) ? readFileSync(path, "utf8") : "";
    return status === 0 ? record : `${record}${stderr}ended with status ${status}\n`;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
