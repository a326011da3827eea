// Everything that would stop a start, asked before one: by `check`, by the start of a watch, and before a
// running watch takes over a new configuration. Opens nothing that stays open, changes nothing. The first
// mistake ends it with one sentence. What only a start itself can find out (the right to tap, another watch
// on the same socket) is not asked here.

import type { Config } from "../config/schema.ts";
import { EXIT, HostError } from "../ground/errors.ts";
import type { Judge } from "../judge.ts";
import { readCredentials } from "../sink/credentials.ts";
import { linkToTap } from "../tap/link.ts";
import { findUplink } from "../tap/uplink.ts";
import { checkAlertFile, checkOwnFolder } from "./ownership.ts";
import { inspectorFor, judgeFor } from "./pipeline.ts";
import { type Identity, isRoot, ownIdentity, resolveIdentity } from "./privileges.ts";

/** What to tap, and which devices hold the uplink's addresses. */
export interface TapPlace {
  readonly interfaces: readonly string[];
  readonly addressed: readonly string[];
}

/** What a start needs to know and a check has found out. */
export interface Ready {
  readonly place: TapPlace;
  readonly identity: Identity;
}

/** What to tap: what is named on the command line, else in the configuration, else the uplink. */
function placeOf(named: readonly string[], configured: readonly string[]): TapPlace {
  const uplink = findUplink();
  const addressed = uplink === null ? [] : [uplink.addressed];
  if (named.length > 0) return { interfaces: [...new Set(named)], addressed };
  if (configured.length > 0) return { interfaces: configured, addressed };
  if (uplink !== null) return { interfaces: [uplink.device], addressed };
  throw new HostError(
    EXIT.config,
    "there is no default route and no interface is named; name one with -i or option interface.",
  );
}

/** Throws HostError 78 for an evidence name that nobody ever says. */
function checkIgnored({ ignore }: Config, judge: Judge): void {
  for (const { host, port, evidence } of ignore) {
    if (evidence === null || judge.mailClass(evidence) !== "") continue;
    if (judge.segmentFamily(evidence) !== "") continue;
    throw new HostError(
      EXIT.config,
      `option ignore: "${host}|${port}|${evidence}" is not accepted; expected the name of an evidence, as in alerts.`,
    );
  }
}

/**
 * Asks everything; `named` are the interfaces of the command line. A `running` watch has opened what it
 * needs of the files that both name, perhaps with rights that are gone. Throws HostError.
 */
export function preflight(
  config: Config,
  named: readonly string[],
  running: Config | null = null,
): Ready {
  const place = placeOf(named, config.interfaces);
  for (const name of place.interfaces) linkToTap(name);
  // The modules are there, and fit this host and each other.
  checkIgnored(config, judgeFor(inspectorFor(config.profile)));
  // Whoever asks: a running watch is not root any more, and its next start is.
  const wanted = isRoot() || config.user !== null ? resolveIdentity(config.user) : null;
  const identity = wanted !== null && isRoot() ? wanted : ownIdentity();
  for (const folder of [config.runDir, config.stateDir]) checkOwnFolder(folder);
  if (config.alertFile !== null) checkAlertFile(config.alertFile, identity);
  const known = running?.collectors.map((collector) => JSON.stringify(collector)) ?? [];
  for (const collector of config.collectors) {
    if (!known.includes(JSON.stringify(collector))) readCredentials(collector);
  }
  return { place, identity };
}
