// G6: a port on which somebody near answers for everybody. When the SYN-ACKs of servers in five unrelated
// networks come from at most three hops away on one port, while other ports' servers are farther, a
// transparent proxy stands there. Accuses nobody: it informs, and says why distances look odd.

import { wideNetworkOf } from "../../ground/address.ts";
import type { Finding } from "../../ground/finding.ts";
import { keepNewest } from "../../ground/newest.ts";
import { DAY_NANOSECONDS } from "../../ground/time.ts";
import { apart, hopsOf } from "./sample.ts";

/** A provider's own first routers and boxes; servers of the Internet are farther. */
const NEAR_HOPS_MAX = 3;
const NETWORKS_MIN = 5;
/** Without some of these, everything is near: a data centre, a laboratory. */
const FARTHER_MIN = 2;
const PORTS_MAX = 64;
const NETWORKS_MAX = 64;

interface Distance {
  readonly hops: number;
  readonly time: bigint;
}

/** Hops to the server of a connection that this house opened; null when unknown or no Internet server. */
function serverHops(finding: Finding): number | null {
  const { clientNear, segments } = finding;
  return clientNear ? hopsOf(segments.synAckTtl) : null;
}

/** True when this connection was answered from near. */
export function isAnsweredNear(finding: Finding): boolean {
  const hops = serverHops(finding);
  return hops !== null && hops <= NEAR_HOPS_MAX;
}

/** How far the servers of each port were lately. */
export class NearProxies {
  /** By port: networks and the hops to their last server. */
  private readonly ports = new Map<number, Map<string, Distance>>();
  private newest = 0n;

  /** Takes what the last finding about a connection says of its server's distance. */
  observe(finding: Finding): void {
    if (finding.cause !== "ended") return;
    const hops = serverHops(finding);
    const network = wideNetworkOf(finding.server);
    if (hops === null || network === null) return;
    if (finding.openTime > this.newest) this.newest = finding.openTime;
    const port = this.ports.get(finding.serverPort) ?? new Map<string, Distance>();
    keepNewest(this.ports, finding.serverPort, port, PORTS_MAX);
    keepNewest(port, network, { hops, time: finding.openTime }, NETWORKS_MAX);
  }

  /** Ports on which a transparent proxy answers, ascending. */
  found(): number[] {
    const farther = [...this.ports].map(([port, networks]) => ({
      port,
      count: this.recent(networks).filter(({ hops }) => hops > NEAR_HOPS_MAX).length,
    }));
    const all = farther.reduce((sum, { count }) => sum + count, 0);
    return farther
      .filter(({ port, count }) => {
        const networks = this.recent(this.ports.get(port) ?? new Map());
        return count === 0 && networks.length >= NETWORKS_MIN && all >= FARTHER_MIN;
      })
      .map(({ port }) => port)
      .sort((a, b) => a - b);
  }

  private recent(networks: ReadonlyMap<string, Distance>): Distance[] {
    return [...networks.values()].filter(({ time }) => apart(time, this.newest) <= DAY_NANOSECONDS);
  }
}
