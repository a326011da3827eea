// Makes folders, and says of a folder whether files can be made in it: tried, for only the kernel knows
// all of what forbids it (rights, a read-only disk, a file system such as /proc that holds no files).
// Leaves nothing behind.

import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  rmdirSync,
  statSync,
  unlinkSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { codeOf } from "./errors.ts";

const FOLDER_MODE = 0o755;
/** A disk that is full today may have room tomorrow, and a probe is no reason to fail. */
const FULL = ["ENOSPC", "EDQUOT"];

/**
 * Makes a folder where there is none, with those above it; whether it did. Node's own recursive
 * way never returns in a file system, such as /proc, where a folder can be seen but not made.
 */
export function makeFolder(path: string, mode = FOLDER_MODE): boolean {
  if (existsSync(path) && statSync(path).isDirectory()) return false;
  const above = dirname(path);
  if (above !== path) makeFolder(above);
  mkdirSync(path, { mode });
  return true;
}

/** Why no folder of this path can be made, as an error code; null where it can, or is there. */
export function makingRefused(path: string): string | null {
  if (existsSync(path)) return null;
  const above = dirname(path);
  if (above !== path && !existsSync(above)) return makingRefused(above);
  try {
    mkdirSync(path);
    rmdirSync(path);
    return null;
  } catch (error) {
    return codeOf(error);
  }
}

/** Why no file can be made in a folder that is there, as an error code; null where it can. */
export function writingRefused(folder: string): string | null {
  const probe = join(folder, `.striplight-${process.pid}`);
  try {
    closeSync(openSync(probe, "wx", 0o600));
    unlinkSync(probe);
    return null;
  } catch (error) {
    const code = codeOf(error);
    return FULL.includes(code) ? null : code;
  }
}
