// Turns what the kernel tells about interfaces into the few facts a tap needs: which one carries
// the default route, whether one exists and is up, what kind of link it is, its own addresses,
// and how many frames it has carried. Changes nothing. Read proc_net(5), netdevice(7).

import { readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { EXIT, HostError } from "../ground/errors.ts";
import { interfaceFlags, interfaceHardware, interfaceIndex } from "./libc.ts";

const ARPHRD_ETHER = 1;
const ARPHRD_LOOPBACK = 772; // has an Ethernet header too, of zeros
/** Links whose frames begin with the IP header: PPP, raw IP, ipip, ip6ip6, sit, none (tun). */
const HEADERLESS: readonly number[] = [512, 519, 768, 769, 776, 65534];

/** How a link's frames begin; "unknown" is anything we have no eyes for. */
export type Framing = "ethernet" | "ip" | "unknown";

/** How the frames of a link with this ARPHRD number begin. */
export function framingOf(hardware: number): Framing {
  if (hardware === ARPHRD_ETHER || hardware === ARPHRD_LOOPBACK) return "ethernet";
  return HEADERLESS.includes(hardware) ? "ip" : "unknown";
}

const RTF_UP = 0x0001;
const RTF_REJECT = 0x0200;
const IFF_UP = 0x1;
const IFF_RUNNING = 0x40;

/** One line per record, or nothing when this kernel has no such file (IPv6 switched off). */
function records(path: string): string[][] {
  let text: string;
  try {
    text = readFileSync(path, "latin1");
  } catch {
    return [];
  }
  return text.split("\n").map((line) => line.trim().split(/\s+/));
}

/** The device with the lowest metric, or null. */
function lowestMetric(routes: readonly { name: string; metric: number }[]): string | null {
  const sorted = [...routes].sort((a, b) => a.metric - b.metric);
  return sorted[0]?.name ?? null;
}

const usable = (flags: number): boolean => (flags & RTF_UP) !== 0 && (flags & RTF_REJECT) === 0;

/** The device of a default route in the text format of /proc/net/route, or null. */
function defaultRoute4(lines: readonly string[][]): string | null {
  const routes = lines.flatMap((f) => {
    const [name, destination, , flags, , , metric, mask] = f;
    if (name === undefined || destination !== "00000000" || mask !== "00000000") return [];
    if (!usable(Number.parseInt(flags ?? "0", 16))) return [];
    return [{ name, metric: Number(metric) }];
  });
  return lowestMetric(routes);
}

/** The device of a default route in the text format of /proc/net/ipv6_route, or null. */
function defaultRoute6(lines: readonly string[][]): string | null {
  const routes = lines.flatMap((f) => {
    const [destination, length, , , , metric, , , flags, name] = f;
    if (name === undefined || length !== "00" || !/^0+$/.test(destination ?? "")) return [];
    if (name === "lo" || !usable(Number.parseInt(flags ?? "0", 16))) return [];
    return [{ name, metric: Number.parseInt(metric ?? "0", 16) }];
  });
  return lowestMetric(routes);
}

/** The interface of the default route: IPv4's, else IPv6's, else null. */
export function defaultInterface(): string | null {
  return (
    defaultRoute4(records("/proc/net/route")) ?? defaultRoute6(records("/proc/net/ipv6_route"))
  );
}

/** The gateways of all usable default routes, as the kernel writes them; sorted. */
export function defaultGateways(): string[] {
  const four = records("/proc/net/route").flatMap((f) => {
    const [, destination, gateway, flags, , , , mask] = f;
    const isDefault = destination === "00000000" && mask === "00000000";
    return isDefault && usable(Number.parseInt(flags ?? "0", 16)) ? [gateway ?? ""] : [];
  });
  const six = records("/proc/net/ipv6_route").flatMap((f) => {
    const [destination, length, , , gateway, , , , flags, name] = f;
    const isDefault = length === "00" && /^0+$/.test(destination ?? "") && name !== "lo";
    return isDefault && usable(Number.parseInt(flags ?? "0", 16)) ? [gateway ?? ""] : [];
  });
  return [...new Set([...four, ...six])].sort();
}

/** What is true of an interface now; `index` changes when it is re-created under its name. */
export interface Link {
  readonly index: number;
  readonly up: boolean;
  /** True while the other end is there. */
  readonly running: boolean;
  /** ARPHRD number: 1 Ethernet, 512 PPP, 772 loopback, 65534 none. */
  readonly hardware: number;
}

/** The interface of that name, or null when there is none. */
export function findLink(name: string): Link | null {
  const index = interfaceIndex(name);
  const flags = interfaceFlags(name);
  const hardware = interfaceHardware(name);
  if (index === 0 || flags < 0 || hardware < 0) return null;
  const running = (flags & IFF_RUNNING) !== 0;
  return { index, up: (flags & IFF_UP) !== 0, running, hardware };
}

/** The interface of that name. Throws HostError 69 where there is none to tap. */
export function linkToTap(name: string): Link {
  const link = findLink(name);
  if (link !== null) return link;
  throw new HostError(EXIT.unavailable, `there is no interface named "${name}" to tap.`);
}

/** The addresses an interface holds, without prefix lengths and zones. */
export function ownAddresses(name: string): string[] {
  return (networkInterfaces()[name] ?? []).map((entry) => entry.address);
}

/** Frames an interface has carried in both directions since it was created. */
export function framesCarried(name: string): number {
  for (const fields of records("/proc/net/dev")) {
    const [device, ...counts] = fields.join(" ").replace(":", " ").split(/\s+/);
    if (device === name) return Number(counts[1]) + Number(counts[9]);
  }
  return 0;
}
