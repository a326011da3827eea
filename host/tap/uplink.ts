// Finds the device to tap: the uplink's own as OpenWrt's netifd knows it, else that of the default
// route. Takes `device`, never `l3_device`: below PPPoE or a tunnel every frame passes, above it
// a fast path may take one direction away. Asks once, changes nothing. Read ubus(1).

import { execFileSync } from "node:child_process";
import { defaultInterface } from "./link.ts";

/** Where frames are tapped, and which device holds the uplink's addresses: pppoe-wan above eth0. */
export interface Uplink {
  readonly device: string;
  readonly addressed: string;
}

/** netifd answers in milliseconds or is not there. */
const ANSWER_MS = 2_000;
const DUMP_MAX = 1_048_576;

type Values = Readonly<Record<string, unknown>>;

const valuesOf = (value: unknown): Values =>
  typeof value === "object" && value !== null ? { ...value } : {};
const listOf = (value: unknown): Values[] => (Array.isArray(value) ? value.map(valuesOf) : []);

/** The metric of an interface's default route of one family; infinite without one. */
function metricOf(network: Values, target: string): number {
  const routes = listOf(network.route).filter((route) => {
    return route.mask === 0 && route.target === target;
  });
  return Math.min(...routes.map((route) => Number(route.metric ?? network.metric ?? 0)));
}

/**
 * The uplink in what `ubus call network.interface dump` prints: the interface that is up with the
 * best default route, IPv4's before IPv6's. null where there is none, or the text is not a dump.
 */
export function uplinkIn(dump: string): Uplink | null {
  let networks: Values[];
  try {
    networks = listOf(valuesOf(JSON.parse(dump)).interface).filter(({ up }) => up === true);
  } catch {
    return null;
  }
  for (const target of ["0.0.0.0", "::"]) {
    const routed = networks
      .filter((network) => Number.isFinite(metricOf(network, target)))
      .sort((a, b) => metricOf(a, target) - metricOf(b, target));
    for (const { device, l3_device: layer3 } of routed) {
      const below = typeof device === "string" ? device : layer3;
      if (typeof below !== "string") continue;
      return { device: below, addressed: typeof layer3 === "string" ? layer3 : below };
    }
  }
  return null;
}

/** The uplink of this machine, or null when it has none now. */
export function findUplink(): Uplink | null {
  try {
    const dump = execFileSync("ubus", ["call", "network.interface", "dump"], {
      encoding: "utf8",
      timeout: ANSWER_MS,
      maxBuffer: DUMP_MAX,
      stdio: ["ignore", "pipe", "ignore"],
    });
    const found = uplinkIn(dump);
    if (found !== null) return found;
  } catch {
    // no netifd here
  }
  const device = defaultInterface();
  return device === null ? null : { device, addressed: device };
}
