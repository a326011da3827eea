// Finds one mail front behind many addresses: servers of unrelated operators, in different networks,
// that show the same greeting host and the same list within a day. Bounded; time is the finding's.

import { widePrefix } from "../ground/address.ts";
import type { Finding } from "../ground/finding.ts";
import { keepNewest } from "../ground/newest.ts";
import { DAY_SECONDS } from "../ground/time.ts";
import { secondsOf } from "./book.ts";
import { normalised } from "./entry.ts";

const FRONTS_MAX = 512;
const SERVERS_MAX = 16;
const SERVERS_MIN = 3;
const OPERATORS_MIN = 2;
const NETWORKS_MIN = 2;

interface Sighted {
  readonly operator: string;
  readonly network: string;
  readonly seconds: number;
}

/** Greetings with their lists, and the servers that showed them. */
export class FrontTable {
  private readonly fronts = new Map<string, Map<string, Sighted>>();

  /** Notes a session; true when its greeting and list are one front for several operators. */
  observe(finding: Finding, operator: string, words: readonly string[]): boolean {
    const greeting = finding.mail?.greetingHost.toLowerCase() ?? "";
    if (greeting === "" || words.length === 0) return false;
    const key = `${finding.serverPort} ${greeting} ${normalised(words).join(" ")}`;
    const seconds = secondsOf(finding.time);
    const servers = this.fronts.get(key) ?? new Map<string, Sighted>();
    servers.delete(finding.server);
    servers.set(finding.server, { operator, network: widePrefix(finding.server), seconds });
    for (const [server, sighted] of servers) {
      const old = seconds - sighted.seconds > DAY_SECONDS;
      if (old || servers.size > SERVERS_MAX) servers.delete(server);
    }
    keepNewest(this.fronts, key, servers, FRONTS_MAX);
    const networks = new Set([...servers.values()].map((sighted) => sighted.network));
    const operators = new Set([...servers.values()].map((sighted) => sighted.operator));
    return (
      servers.size >= SERVERS_MIN &&
      operators.size >= OPERATORS_MIN &&
      networks.size >= NETWORKS_MIN
    );
  }
}
