// make fresh: runs the README's commands, one after the other, in a root that holds nothing but what the
// README asks for, and prints how each ended. Outside make test: it takes as long as all of them together.
// Usage: make fresh (as root; COMMANDS="run test feed" by default; ROOT=folder keeps the root there).

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { installPackages } from "../lab/package.ts";
import { environment, makeRoot } from "./root.ts";

const PROJECT = fileURLToPath(new URL("../../", import.meta.url)).replace(/\/$/, "");
/** Lines of a command's end that are shown. */
const SHOWN = 3;
/**
 * Mounts that live and die with the command; then the root becomes the root of the whole mount namespace:
 * in a mere chroot the kernel lets nobody make namespaces of their own.
 */
const INSIDE = `mount --rbind "$1" "$1" && cd "$1" && mount -t proc proc proc && mount --rbind /sys sys &&
mount --rbind /dev dev && mount -t tmpfs tmpfs run && shift && pivot_root . . && umount -l . && cd / && exec "$@"`;

/** Runs one make target inside; its exit status and the last lines it wrote. */
async function inside(root: string, place: string, target: string) {
  const script = `cd ${place} && exec make ${target}`;
  const words = ["--mount", "--propagation", "private", "sh", "-c", INSIDE, "fresh", root];
  const child = spawn("unshare", [...words, "/bin/sh", "-c", script], {
    env: { ...environment(), CI: "true" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let tail = "";
  const keep = (text: Buffer): void => {
    process.stderr.write(text);
    tail = (tail + text.toString()).slice(-4_096);
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const status = await new Promise<number>((resolve) =>
    child.on("close", (code) => resolve(code ?? 1)),
  );
  return { status, lines: tail.trim().split("\n").slice(-SHOWN) };
}

async function main(): Promise<number> {
  if (process.getuid?.() !== 0) {
    process.stderr.write("make fresh needs root, to make a root file system.\n");
    return 77;
  }
  const missing = installPackages(["debootstrap"]);
  if (missing.length > 0) {
    process.stderr.write(`packages that cannot be installed here: ${missing.join(" ")}.\n`);
    return 69;
  }
  const kept = process.env.ROOT ?? "";
  const root = kept === "" ? mkdtempSync(join(tmpdir(), "striplight-fresh-")) : kept;
  let worst = 0;
  try {
    const begin = performance.now();
    const place = existsSync(join(root, "home/striplight"))
      ? "/home/striplight"
      : makeRoot(root, PROJECT);
    process.stdout.write(`root made in ${((performance.now() - begin) / 1000).toFixed(0)} s\n`);
    for (const target of (process.env.COMMANDS ?? "run test feed").split(" ")) {
      const from = performance.now();
      const { status, lines } = await inside(root, place, target);
      const seconds = ((performance.now() - from) / 1000).toFixed(0);
      process.stdout.write(`make ${target}: status ${status} in ${seconds} s\n`);
      for (const line of lines) process.stdout.write(`    ${line}\n`);
      worst = Math.max(worst, status);
    }
  } finally {
    if (kept === "") rmSync(root, { recursive: true, force: true });
  }
  return worst;
}

process.exitCode = await main();
