// Turns the kernel's list of tracked connections into two facts: which LAN address a connection at
// the uplink belongs to, and how many connections a fast path carries past the tap. Opened while
// privileged, read again only when asked. Read the kernel's nf_conntrack_standalone.c on the format:
//
//   ipv4 2 tcp 6 431990 ESTABLISHED src=LAN dst=FAR sport=A dport=B src=FAR dst=WAN sport=B dport=C
//
// The first tuple is as the opener sent it, the second as the answer comes to the uplink.

import { closeSync, openSync, readSync } from "node:fs";
import { ADDRESS_SIZE, formatAddress, networkOctets } from "../ground/address.ts";

const CONNTRACK_PATH = "/proc/net/nf_conntrack";

/** A list is believed for this long: an alert asks for several connections at once. */
const FRESH_MS = 1_000;
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

/** The LAN address that opened `flow` from behind this router; null when it is not another one. */
export function lanClientIn(list: string, flow: TrackedFlow): string | null {
  const ports = ` sport=${flow.serverPort} dport=${flow.clientPort} `;
  for (let at = list.indexOf(ports); at >= 0; at = list.indexOf(ports, at + 1)) {
    const end = list.indexOf("\n", at);
    const line = list.slice(list.lastIndexOf("\n", at) + 1, end < 0 ? list.length : end);
    const [opened, answer] = [...line.matchAll(TUPLE)];
    const [, source = "", target = "", sport, dport] = answer ?? [];
    if (Number(sport) !== flow.serverPort || Number(dport) !== flow.clientPort) continue;
    if (plain(source) !== flow.server || plain(target) !== flow.client) continue;
    const lan = plain(opened?.[1] ?? "");
    return lan === flow.client ? null : lan;
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

  /** The LAN address behind a connection, or null when unknown. */
  lanClient(flow: TrackedFlow): string | null {
    return lanClientIn(this.#read(), flow);
  }

  /** Connections on a fast path now. */
  offloaded(): { readonly software: number; readonly hardware: number } {
    return offloadedIn(this.#read());
  }

  #read(): string {
    if (this.#descriptor === null) return "";
    const now = performance.now();
    if (now - this.#readAt < FRESH_MS) return this.#list;
    this.#readAt = now;
    const parts: Buffer[] = [];
    let length = 0;
    try {
      for (let size = 1; size > 0 && length < LIST_MAX; length += size) {
        const part = Buffer.alloc(READ_SIZE);
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
