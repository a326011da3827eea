// Gives the folders the watch writes in to the user it becomes: makes them, or says in one sentence why they
// cannot be had. Asking changes nothing, so that a check and a start say the same. Read path_resolution(7).

import { chmodSync, chownSync, existsSync, readdirSync, realpathSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { codeOf, EXIT, HostError } from "../ground/errors.ts";
import { makeFolder, makingRefused, writingRefused } from "../ground/folder.ts";
import { alertFileRefused } from "../sink/alert-file.ts";
import { type Identity, isRoot, withRightsOf } from "./privileges.ts";

/** Folders that belong to the whole system: the top ones, and those under /var and /usr. */
const SYSTEM_FOLDER = /^\/[^/]*$|^\/(var|usr)\/[^/]+$/;
const STICKY = 0o1000;

/**
 * Asks whether a folder can be ours: made, or given to the user. Throws HostError 78 for a folder that
 * others use as well, 77 where it cannot be made or written. Changes nothing.
 */
export function checkOwnFolder(path: string): void {
  if (!existsSync(path)) {
    const code = makingRefused(path);
    if (code === null) return;
    throw new HostError(EXIT.noPermission, `the folder ${path} cannot be made (${code}).`);
  }
  const real = realpathSync(path);
  const found = statSync(real);
  if (!found.isDirectory()) throw new HostError(EXIT.config, `${path} is not a folder; name one.`);
  if (SYSTEM_FOLDER.test(real) || (found.mode & STICKY) !== 0) {
    throw new HostError(
      EXIT.config,
      `the folder ${path} is everybody's; name one for striplight alone, such as ${path}/striplight.`,
    );
  }
  const code = writingRefused(path);
  if (code === null) return;
  throw new HostError(EXIT.noPermission, `the folder ${path} cannot be written (${code}).`);
}

/**
 * Makes a folder, with those above it, and gives it to the identity, for nobody else to read.
 * Throws what checkOwnFolder throws.
 */
export function ownFolder(path: string, identity: Identity): void {
  checkOwnFolder(path);
  try {
    makeFolder(path);
    if (isRoot()) {
      chownSync(path, identity.uid, identity.gid);
      chmodSync(path, 0o750);
    }
  } catch (error) {
    const cause = codeOf(error);
    throw new HostError(EXIT.noPermission, `the folder ${path} cannot be made (${cause}).`);
  }
}

/** Whether a folder is nobody's yet: not there, or without anything in it. */
function isVacant(folder: string): boolean {
  if (SYSTEM_FOLDER.test(folder)) return false;
  if (!existsSync(folder)) return true;
  return statSync(folder).isDirectory() && readdirSync(folder).length === 0;
}

/**
 * Asks whether alerts can be kept at a path by the identity, who gets a folder that is vacant. Throws
 * HostError 78. Changes nothing.
 */
export function checkAlertFile(path: string, identity: Identity): void {
  const folder = dirname(path);
  if (isVacant(folder)) {
    checkOwnFolder(folder);
    return;
  }
  const why = withRightsOf(identity, () => alertFileRefused(path));
  if (why === null) return;
  throw new HostError(
    EXIT.config,
    `option alert_file: ${path} ${why}; name one in a folder that "${identity.user}" may write.`,
  );
}

/** Gives the identity the vacant folder of its alert file. Throws what checkAlertFile throws. */
export function ownAlertFolder(path: string, identity: Identity): void {
  checkAlertFile(path, identity);
  const folder = dirname(path);
  if (isVacant(folder)) ownFolder(folder, identity);
}
