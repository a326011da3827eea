// Turns the kernel's list of tracked connections into two facts: which LAN address a connection at
// the uplink belongs to, and how many connections a fast path carries past the tap. Opened while
// privileged; read again when it is old, or when it does not know a connection yet. Read the kernel's nf_conntrack_standalone.c on the format:
//
//   ipv4 2 tcp 6 431990 ESTABLISHED src=LAN dst=FAR sport=A dport=B src=FAR dst=WAN sport=B dport=C
//
// The first tuple is as the opener sent it, the second as the answer comes to the uplink.

import { closeSync, openSync, readSync } from "node:fs";
import { ADDRESS_SIZE, formatAddress, networkOctets } from "../ground/address.ts";

const CONNTRACK_PATH = "/proc/net/nf_conntrack";

/** A list is believed for this long: an alert asks for several connections at once. */
const FRESH_MS = 1_000;
/** A fresh list that does not know a connection is read again while that takes less than this share of a processor. */
const SHARE = 0.1;
/** Processor time that may be spent on it at once: a session asks at its beginning, and sessions come in bursts. */
const SPARE_MS = 500;
const MICROSECONDS = 1_000;
const READ_SIZE = 65_536;
/** At 200 octets a connection more than the largest table a router keeps. */
const LIST_MAX = 32 * 1_048_576;

/** One connection as the uplink sees it; addresses as formatAddress writes them. */
export interface TrackedFlow {
  readonly client: string;
  readonly clientPort: number;
  readonly server: string;
  readonly serverPort: number;
}

const TUPLE = /src=(\S+) dst=(\S+) sport=(\d+) dport=(\d+)/g;

/** The kernel writes IPv6 addresses with every zero. */
function plain(address: string): string {
  if (!address.includes(":")) return address;
  const octets = networkOctets(`${address}/128`);
  return formatAddress(new DataView(octets.buffer, octets.byteOffset, ADDRESS_SIZE), 0);
}

/** The address that opened `flow`, which differs from its client behind this router; null when it is not there. */
export function openerIn(list: string, flow: TrackedFlow): string | null {
  const ports = ` sport=${flow.serverPort} dport=${flow.clientPort} `;
  for (let at = list.indexOf(ports); at >= 0; at = list.indexOf(ports, at + 1)) {
    const end = list.indexOf("\n", at);
    const line = list.slice(list.lastIndexOf("\n", at) + 1, end < 0 ? list.length : end);
    const [opened, answer] = [...line.matchAll(TUPLE)];
    const [, source = "", target = "", sport, dport] = answer ?? [];
    if (Number(sport) !== flow.serverPort || Number(dport) !== flow.clientPort) continue;
    if (plain(source) !== flow.server || plain(target) !== flow.client) continue;
    return plain(opened?.[1] ?? "");
  }
  return null;
}

/** Connections a software or hardware fast path carries. */
export function offloadedIn(list: string): {
  readonly software: number;
  readonly hardware: number;
} {
  const count = (flag: string): number => list.split(flag).length - 1;
  return { software: count("[OFFLOAD]"), hardware: count("[HW_OFFLOAD]") };
}

export class Conntrack {
  readonly #path: string;
  #descriptor: number | null = null;
  #list = "";
  #readAt = Number.NEGATIVE_INFINITY;
  #spareMs = SPARE_MS;
  #reads = 0;

  constructor(path: string = CONNTRACK_PATH) {
    this.#path = path;
  }

  /** Opens the list. A kernel without one, or without the right to it, is no failure: no answers. */
  start(): void {
    try {
      this.#descriptor ??= openSync(this.#path, "r");
    } catch {
      this.#descriptor = null;
    }
  }

  /** Safe to call twice. */
  stop(): void {
    if (this.#descriptor !== null) closeSync(this.#descriptor);
    this.#descriptor = null;
    this.#list = "";
    this.#readAt = Number.NEGATIVE_INFINITY;
  }

  /** The LAN address behind a connection; null when it is unknown or the client's own. */
  lanClient(flow: TrackedFlow): string | null {
    const opener = openerIn(this.#fresh(), flow) ?? openerIn(this.#again(), flow);
    return opener === flow.client ? null : opener;
  }

  /** Connections on a fast path now. */
  offloaded(): { readonly software: number; readonly hardware: number } {
    return offloadedIn(this.#fresh());
  }

  /** How often the list was read. */
  get reads(): number {
    return this.#reads;
  }

  #fresh(): string {
    return performance.now() - this.#readAt < FRESH_MS ? this.#list : this.#read();
  }

  /** The list as it is now, unless reading would take more than its share of the time. */
  #again(): string {
    return this.#spareMs > 0 ? this.#read() : "";
  }

  #read(): string {
    const begin = performance.now();
    const before = process.cpuUsage();
    this.#reads++;
    const list = this.#readList();
    const { user, system } = process.cpuUsage(before);
    if (Number.isFinite(this.#readAt)) this.#spareMs += (begin - this.#readAt) * SHARE;
    this.#spareMs = Math.min(this.#spareMs, SPARE_MS) - (user + system) / MICROSECONDS;
    this.#readAt = begin;
    return list;
  }

  #readList(): string {
    if (this.#descriptor === null) return "";
    const parts: Buffer[] = [];
    let length = 0;
    try {
      for (let size = 1; size > 0 && length < LIST_MAX; length += size) {
        const part = Buffer.allocUnsafe(READ_SIZE);
        size = readSync(this.#descriptor, part, 0, part.length, length);
        parts.push(part.subarray(0, size));
      }
    } catch {
      return this.#list; // the network namespace went away; what was read last still holds
    }
    this.#list = Buffer.concat(parts).toString("latin1");
    return this.#list;
  }
}
