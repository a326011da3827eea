// What a collector has had of one connection: the records that came whole, when, and how it ended. Takes
// the stream apart by octet counting, and strictly: what is no frame is a fault.
// Read RFC 6587 §3.4.1.

import { readFileSync } from "node:fs";

/** What a count of octets may not exceed; our lines are far shorter. */
const FRAME_MAX = 65_536;
const SPACE = 0x20;

/** How often the process has its turn, and what a turn counts at most. */
const TURN_MS = 10;
const TURN_MS_MAX = 20;
let awake = 0;
let turn = performance.now();
setInterval(() => {
  const now = performance.now();
  awake += Math.min(now - turn, TURN_MS_MAX);
  turn = now;
}, TURN_MS).unref();

/**
 * A record that came whole; times in milliseconds for which the process was awake: sender and collector share
 * it, and where a busy machine lets it sleep nothing settles either.
 */
export interface Arrival {
  readonly text: string;
  readonly at: number;
}

/** One connection, or the time between a datagram port's opening and its closing. */
export class Visit {
  readonly arrivals: Arrival[] = [];
  /** What the sender did against the protocol. */
  readonly faults: string[] = [];
  readonly secure: boolean;
  /** Octets that came so far, and of them those of a frame that is not whole. */
  octets = 0;
  /** Whether all was read, up to the sender's own farewell. */
  orderly = false;
  /** Whether a sender may trust the certificate that was shown. */
  trusted = true;
  /** Whether the kernel held octets that we did not read when it ended. */
  stalled = false;
  /** Octets the kernel had acknowledged in our name when we broke off without reading them. */
  unread = 0;
  /** When it ended; Infinity while it lasts. */
  endedAt = Number.POSITIVE_INFINITY;
  #held = Buffer.alloc(0);

  constructor(secure: boolean) {
    this.secure = secure;
  }

  /** Octets of a frame that is not whole. */
  get rest(): number {
    return this.#held.length;
  }

  /** Takes octets of a stream. */
  take(octets: Buffer): void {
    this.octets += octets.length;
    this.#held = Buffer.concat([this.#held, octets]);
    while (this.faults.length === 0 && this.#takeFrame());
  }

  /** Takes a datagram. */
  takeDatagram(octets: Buffer): void {
    this.octets += octets.length;
    this.#arrive(octets);
  }

  end(): void {
    this.endedAt = Math.min(this.endedAt, awake);
  }

  #takeFrame(): boolean {
    const space = this.#held.indexOf(SPACE);
    const digits = this.#held.subarray(0, space < 0 ? undefined : space).toString("latin1");
    const length = Number(digits);
    if (this.#held.length === 0) return false;
    if (!/^[1-9][0-9]*$/.test(digits) || length > FRAME_MAX) {
      this.faults.push(`no octet count: ${JSON.stringify(digits.slice(0, 40))}`);
      return false;
    }
    if (space < 0 || this.#held.length < space + 1 + length) return false;
    this.#arrive(this.#held.subarray(space + 1, space + 1 + length));
    this.#held = this.#held.subarray(space + 1 + length);
    return true;
  }

  #arrive(octets: Buffer): void {
    this.arrivals.push({ text: octets.toString("utf8"), at: awake });
  }
}

/** What the kernel holds of a loopback socket: see /proc/net/tcp in proc(5). */
export interface Held {
  /** Taken in our name and not read by us. */
  readonly unread: number;
  /** Sent by the other end and not yet taken in our name. */
  readonly inFlight: number;
  /** Datagrams for which there was no room. */
  readonly drops: number;
}

/** Looks at both ends of a connection, or at a datagram port, on IPv4 loopback. */
export function heldByKernel(proto: "tcp" | "udp", port: number, peer: number | null): Held {
  let [unread, inFlight, drops] = [0, 0, 0];
  for (const line of readFileSync(`/proc/net/${proto}`, "utf8").split("\n").slice(1)) {
    const fields = line.trim().split(/\s+/);
    const [local, remote] = [fields[1], fields[2]].map(portOf);
    const [sending = 0, receiving = 0] = (fields[4] ?? "").split(":").map((n) => parseInt(n, 16));
    if (local === port && (peer === null || remote === peer)) {
      unread += receiving;
      if (proto === "udp") drops += Number(fields[12]);
    } else if (peer !== null && local === peer && remote === port) inFlight += sending;
  }
  return { unread, inFlight, drops };
}

function portOf(address: string | undefined): number {
  return parseInt(address?.split(":")[1] ?? "", 16);
}
