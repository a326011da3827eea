// Turns a privileged process into one that may do nothing but what it has already opened.
// Called once, after the tap, the lamp and the logs are open; nothing is ever regained.
// Does not use capset(2): it changes one thread, and Node has a dozen. Read setresuid(2), proc(5).

import { readdirSync, readFileSync } from "node:fs";
import { EXIT, HostError } from "../ground/errors.ts";
import { noNewPrivileges } from "../tap/libc.ts";

/** Whom to become. */
export interface Identity {
  readonly user: string;
  readonly uid: number;
  readonly gid: number;
}

/** The user we ask for when none is configured, and the one every system has. */
const OWN_USER = "striplight";
const ANY_USER = "nobody";

/** The line of a user in the text of /etc/passwd, or null. */
function findUser(name: string, passwd: string): Identity | null {
  for (const line of passwd.split("\n")) {
    const [user, , uid, gid] = line.split(":");
    if (user === name) return { user, uid: Number(uid), gid: Number(gid) };
  }
  return null;
}

/**
 * Finds the user to become: the configured one, else `striplight`, else `nobody`. Throws
 * HostError 78 for a configured user that does not exist or is root itself.
 */
export function resolveIdentity(configured: string | null): Identity {
  let passwd = "";
  try {
    passwd = readFileSync("/etc/passwd", "utf8");
  } catch {
    passwd = ""; // without the file there is no user by name; the sentence below says so
  }
  const wanted = configured ?? OWN_USER;
  const own = findUser(wanted, passwd);
  const identity = own ?? (wanted === OWN_USER ? findUser(ANY_USER, passwd) : null);
  if (identity === null) {
    throw new HostError(
      EXIT.config,
      `option user: there is no user "${wanted}"; name one of this system.`,
    );
  }
  if (identity.uid === 0) {
    throw new HostError(EXIT.config, `option user: "${wanted}" is root; name an ordinary user.`);
  }
  return identity;
}

/** Whether this process has rights to give up. */
export const isRoot = (): boolean => process.getuid?.() === 0;

/**
 * Does something with the rights of the identity where we have more, and takes our own back. The C
 * library changes every thread; nothing else of ours runs meanwhile.
 */
export function withRightsOf<T>(identity: Identity, act: () => T): T {
  const { getgroups, setgroups, setegid, seteuid } = process;
  if (!isRoot() || !getgroups || !setgroups || !setegid || !seteuid) return act();
  const groups = getgroups.call(process);
  setgroups.call(process, []);
  setegid.call(process, identity.gid);
  seteuid.call(process, identity.uid);
  try {
    return act();
  } finally {
    seteuid.call(process, 0);
    setegid.call(process, 0);
    setgroups.call(process, groups);
  }
}

/** Threads of this process that still are root or hold a capability. */
function privilegedThreads(): string[] {
  return readdirSync("/proc/self/task").filter((thread) => {
    const status = readFileSync(`/proc/self/task/${thread}/status`, "utf8");
    const uids = /^Uid:\s+(.*)$/m.exec(status)?.[1]?.split(/\s+/) ?? ["0"];
    const held = /^Cap(?:Prm|Eff|Amb):\s+0*[1-9a-f]/m.test(status);
    return held || uids.includes("0");
  });
}

/**
 * Becomes the identity, in every thread, and makes sure of it. Returns false where there was
 * nothing to give up because the process is not root. Throws HostError 77 when any thread kept
 * a privilege.
 */
export function dropPrivileges(identity: Identity): boolean {
  const { setgroups, setgid, setuid, getuid } = process;
  if (getuid?.() !== 0 || !setgroups || !setgid || !setuid) return false;
  setgroups.call(process, []);
  setgid.call(process, identity.gid);
  setuid.call(process, identity.uid);
  noNewPrivileges();
  const kept = privilegedThreads();
  if (kept.length > 0) {
    throw new HostError(
      EXIT.noPermission,
      `${kept.length} threads could not give up root for "${identity.user}"; nothing was tapped.`,
    );
  }
  return true;
}

/** Whom we already are, when there is nothing to give up. */
export function ownIdentity(): Identity {
  return { user: "this user", uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
}
