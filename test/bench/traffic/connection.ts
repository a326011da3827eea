// One TCP connection as its two stacks would run it → frames, with sequence and acknowledgement
// numbers, IP identification, TTL, window and timestamps kept per side as Linux or Windows keeps
// them. It also writes what no honest stack sends: forged resets. Timing is the scripts' business.
// RFC 9293 §3.10.7, RFC 7323 §3.2.

import { type Address, clientPort, far4, far6, home4, home6 } from "./address.ts";
import type { CaptureFile } from "./capture-file.ts";
import {
  ACK,
  FIN,
  OPTIONS_NONE,
  OPTIONS_SYN_LINUX,
  OPTIONS_SYN_WINDOWS,
  OPTIONS_TIMESTAMP,
  type Path,
  PSH,
  path,
  RST,
  type Segment,
  SYN,
  writeTcp,
} from "./frame.ts";
import { type Material, NOTHING } from "./material.ts";
import type { Random } from "./random.ts";
import { MILLISECOND } from "./timeline.ts";

export const CLIENT = 0;
export const SERVER = 1;
export type Side = 0 | 1;

export type Stack = "linux" | "windows";

export interface Host {
  readonly address: Address;
  readonly stack: Stack;
  /** TTL or hop limit as seen at the home's uplink. */
  readonly ttl: number;
}

/** What a truth file says of a flow. */
export interface FlowName {
  readonly client: string;
  readonly clientPort: number;
  readonly server: string;
  readonly serverPort: number;
}

interface End {
  readonly host: Host;
  readonly path: Path;
  /** SND.NXT and RCV.NXT. */
  next: number;
  received: number;
  id: number;
  window: number;
  readonly clockOffset: number;
  clock: number;
}

/** A host at home, one router behind the tap's wire. */
export function homeHost(random: Random, version: 4 | 6): Host {
  const index = random.below(24);
  return { address: version === 4 ? home4(index) : home6(index), stack: "linux", ttl: 63 };
}

/** A server whose distance follows from its address, so that all its flows agree. */
export function farHost(index: number, version: 4 | 6, stack: Stack = "linux"): Host {
  const hops = 7 + ((index * 7919) % 13);
  const initial = stack === "linux" ? 64 : 128;
  return { address: version === 4 ? far4(index) : far6(index), stack, ttl: initial - hops };
}

export class Connection {
  readonly client: Host;
  readonly server: Host;
  readonly flow: FlowName;
  readonly roundTrip: number;
  readonly version: 4 | 6;
  readonly timestamps: boolean;
  /** Largest payload of a segment that carries this connection's usual options. */
  readonly segmentSize: number;
  readonly #ends: readonly [End, End];
  readonly #capture: CaptureFile;

  constructor(capture: CaptureFile, random: Random, client: Host, server: Host, port: number) {
    this.#capture = capture;
    this.client = client;
    this.server = server;
    this.version = client.address.octets.length === 4 ? 4 : 6;
    this.timestamps = server.stack === "linux";
    this.segmentSize = (this.version === 4 ? 1460 : 1440) - (this.timestamps ? 12 : 0);
    this.roundTrip = random.between(14, 70) * MILLISECOND + random.below(MILLISECOND);
    const from = clientPort(random);
    this.flow = {
      client: client.address.text,
      clientPort: from,
      server: server.address.text,
      serverPort: port,
    };
    const there = path(true, "tcp", client.address, from, server.address, port);
    const back = path(false, "tcp", server.address, port, client.address, from);
    this.#ends = [newEnd(random, client, there), newEnd(random, server, back)];
  }

  /** Frame number of the last frame written (1-based). */
  get frame(): number {
    return this.#capture.frames;
  }

  end(side: Side): End {
    return this.#ends[side];
  }

  syn(): void {
    const end = this.end(CLIENT);
    this.#write(CLIENT, SYN, end.next, 0, OPTIONS_SYN_LINUX, 64240);
    end.next = (end.next + 1) >>> 0;
  }

  synAck(): void {
    const end = this.end(SERVER);
    this.take(SERVER);
    const linux = end.host.stack === "linux";
    const options = linux ? OPTIONS_SYN_LINUX : OPTIONS_SYN_WINDOWS;
    this.#write(SERVER, SYN | ACK, end.next, end.received, options, linux ? 65160 : 65535);
    end.next = (end.next + 1) >>> 0;
  }

  /** The three-way handshake, ending when the client's ACK has left the house. */
  *open(): Generator<number, void, void> {
    this.syn();
    yield this.roundTrip;
    this.synAck();
    yield 300_000;
    this.ack(CLIENT);
  }

  /** The side has now received everything the other one has sent. */
  take(side: Side): void {
    this.end(side).received = this.end(side === CLIENT ? SERVER : CLIENT).next;
  }

  ack(side: Side): void {
    this.take(side);
    this.send(side, NOTHING, 0, 0, ACK);
  }

  /** One segment of new data, acknowledging what `take` has taken. */
  send(side: Side, body: Material, start: number, length: number, flags = PSH | ACK): void {
    const end = this.end(side);
    this.#write(side, flags, end.next, end.received, this.#usual, end.window, body, start, length);
    end.next = (end.next + length + (flags & FIN)) >>> 0;
  }

  /** A segment seen again, or seen late: `back` octets before the sender's next one. */
  resend(side: Side, back: number, body: Material, start: number, length: number): void {
    const end = this.end(side);
    const seq = (end.next - back) >>> 0;
    this.#write(side, ACK, seq, end.received, this.#usual, end.window, body, start, length);
  }

  /** Octets that the wire lost upstream: sent, numbered, never seen here. */
  lose(side: Side, length: number): void {
    const end = this.end(side);
    end.next = (end.next + length) >>> 0;
    end.id = (end.id + 1) & 0xffff;
  }

  /** Takes the other side's octets and says something of at most a few segments. */
  say(side: Side, body: Material): void {
    this.take(side);
    const length = body.octets.length;
    for (let start = 0; start < length; start += this.segmentSize) {
      this.send(side, body, start, Math.min(this.segmentSize, length - start));
    }
  }

  fin(side: Side): void {
    this.take(side);
    this.send(side, NOTHING, 0, 0, FIN | ACK);
  }

  /** An orderly close, begun by one side. */
  *close(first: Side): Generator<number, void, void> {
    const second = first === CLIENT ? SERVER : CLIENT;
    this.fin(first);
    yield this.roundTrip;
    this.fin(second);
    yield 200_000;
    this.ack(first);
  }

  /** An application's abort: RST+ACK at SND.NXT. Linux sends it through its normal path. */
  abort(side: Side, ahead = 0): void {
    const end = this.end(side);
    const linux = end.host.stack === "linux";
    const options = linux ? this.#usual : OPTIONS_NONE;
    const seq = (end.next + ahead) >>> 0;
    this.#write(side, RST | ACK, seq, end.received, options, linux ? end.window : 0);
  }

  /** What a stack without the connection answers to a segment with ACK: a plain RST. */
  reactive(side: Side): void {
    const seq = this.end(side === CLIENT ? SERVER : CLIENT).received;
    this.#forge(side, { flags: RST, seq, ack: 0, window: 0, id: 0, ttl: this.end(side).host.ttl });
  }

  /** What a closed port answers to a SYN: RST+ACK, sequence number zero. */
  refuse(): void {
    const end = this.end(SERVER);
    this.take(SERVER);
    const { ttl, stack } = end.host;
    const id = stack === "linux" ? 0 : end.id++ & 0xffff;
    this.#forge(SERVER, { flags: RST | ACK, seq: 0, ack: end.received, window: 0, id, ttl });
  }

  /** Any header at all in the name of `side`: a bare segment without options. */
  forge(side: Side, header: Omit<Segment, "options" | "clock" | "echo">): void {
    this.#forge(side, header);
  }

  get #usual(): number {
    return this.timestamps ? OPTIONS_TIMESTAMP : OPTIONS_NONE;
  }

  #forge(side: Side, header: Omit<Segment, "options" | "clock" | "echo">): void {
    const segment = { ...header, options: OPTIONS_NONE, clock: 0, echo: 0 };
    writeTcp(this.#capture, this.end(side).path, segment, NOTHING, 0, 0);
  }

  #write(
    side: Side,
    flags: number,
    seq: number,
    ack: number,
    options: number,
    window: number,
    body: Material = NOTHING,
    start = 0,
    length = 0,
  ): void {
    const end = this.end(side);
    const linuxSynAck = flags === (SYN | ACK) && end.host.stack === "linux";
    const id = linuxSynAck ? 0 : end.id; // Linux answers a SYN before it has a socket to count in
    if (!linuxSynAck) end.id = (end.id + 1) & 0xffff;
    end.clock = (end.clockOffset + Math.floor(this.#capture.now / MILLISECOND)) >>> 0;
    const echo = flags === SYN ? 0 : this.end(side === CLIENT ? SERVER : CLIENT).clock;
    const { ttl } = end.host;
    const { clock } = end;
    const segment = { flags, seq, ack, window, id, ttl, options, clock, echo };
    writeTcp(this.#capture, end.path, segment, body, start, length);
  }
}

function newEnd(random: Random, host: Host, along: Path): End {
  return {
    host,
    path: along,
    next: random.word(),
    received: 0,
    id: random.below(65536),
    window: host.stack === "linux" ? 502 : 1026,
    clockOffset: random.word(),
    clock: 0,
  };
}
