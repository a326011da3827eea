// A seed → a collector on loopback that keeps to no agreement: it is away, refuses, resets, closes amid a
// frame, stops reading, answers with garbage, shows a wrong certificate. Writes down what it got and how
// each connection ended, and reads on like a good one once it is told to heal.

import { createSocket, type Socket as DatagramSocket } from "node:dgram";
import { type EventEmitter, once } from "node:events";
import { createServer, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { TLSSocket } from "node:tls";
import { Random } from "../scenario/language/random.ts";
import {
  AWAY,
  CERTIFICATES,
  CONDUCTS,
  type Conduct,
  DATAGRAM_CONDUCTS,
  garbage,
  HANDSHAKES,
  HEALTHY,
  type Protocol,
  type Scene,
} from "./conduct.ts";
import { HOST, type Identities, type Identity } from "./identity.ts";
import { heldByKernel, Visit } from "./visit.ts";

/** Below the ports that outgoing connections get: one of those could connect to itself. */
const PORT_FIRST = 20_000;
const PORT_COUNT = 12_000;
/** Ports of collectors under way: whose is away must not be taken for another one. */
const taken = new Set<number>();
/** A visit's conduct shows within this, and an absence lasts as long. */
const LIFE_MIN_MS = 100;
const LIFE_MS = 800;
const OCTETS_MAX = 30_000;
/** One more segment of the loopback interface may be taken in our name while we look. */
const SEGMENT = 65_536;
/** What TLS may have decrypted or taken in that never came to us. */
const TLS_HELD = 131_072;

export class BrokenCollector {
  readonly visits: Visit[] = [];
  /** How often each conduct was met. */
  readonly met = new Map<string, number>();
  /** Datagrams for which our own buffer had no room. */
  overrun = 0;
  readonly #protocol: Protocol;
  readonly #turn: number;
  readonly #seed: number;
  readonly #random: Random;
  readonly #identities: Identities;
  /** Open connections, and how each is broken off. */
  readonly #open = new Map<Socket, () => void>();
  readonly #server = createServer({ allowHalfOpen: true, noDelay: true });
  #datagrams: DatagramSocket | null = null;
  #port = 0;
  #healed = false;
  #stopped = false;

  /** `turn` decides what comes first, `seed` everything else. */
  constructor(protocol: Protocol, turn: number, seed: number, identities: Identities) {
    this.#protocol = protocol;
    this.#turn = turn;
    this.#seed = seed;
    this.#random = new Random(seed);
    this.#identities = identities;
    this.#server.on("connection", (raw) => this.#receive(raw));
  }

  /** Finds a port of its own; is there at once or only later, as the lot falls. */
  async start(): Promise<number> {
    for (;;) {
      const port = PORT_FIRST + this.#random.below(PORT_COUNT);
      if (taken.has(port) || !(await this.#listen(port))) continue;
      taken.add(port);
      await this.#leave();
      this.#port = port;
      void this.#comeAndGo(port);
      return port;
    }
  }

  /** From now on it is there, and reads all that comes. */
  heal(): void {
    this.#healed = true;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const breakOff of this.#open.values()) breakOff();
    await this.#leave();
    taken.delete(this.#port);
  }

  /** Away and there by turns, until it is healed. */
  async #comeAndGo(port: number): Promise<void> {
    const life = (): number => LIFE_MIN_MS + this.#random.below(LIFE_MS);
    if (this.#random.once(2)) await this.#beAway(life());
    while (!this.#stopped) {
      if (!(await this.#listen(port))) {
        await pause(LIFE_MIN_MS); // a stranger has taken the port meanwhile
        continue;
      }
      do await pause(life() * 2);
      while (this.#healed && !this.#stopped);
      await this.#leave();
      await this.#beAway(this.#healed ? 0 : life());
    }
  }

  async #beAway(ms: number): Promise<void> {
    this.#meet(AWAY);
    await pause(ms);
  }

  async #listen(port: number): Promise<boolean> {
    if (this.#protocol === "udp") return this.#bind(port);
    this.#server.listen(port, HOST);
    return await settled(this.#server);
  }

  async #leave(): Promise<void> {
    this.#unbind();
    if (!this.#server.listening) return;
    await new Promise(setImmediate); // a connection that nobody accepted yet would be reset unseen
    this.#server.close(); // only to new connections
  }

  #meet(conduct: string): void {
    this.met.set(conduct, (this.met.get(conduct) ?? 0) + 1);
  }

  #newVisit(): Visit {
    const visit = new Visit(this.#protocol === "tls");
    this.visits.push(visit);
    return visit;
  }

  async #bind(port: number): Promise<boolean> {
    const socket = createSocket("udp4");
    const random = new Random(this.#seed + this.visits.length);
    const conduct = this.#healed ? HEALTHY : (random.pick(DATAGRAM_CONDUCTS) ?? HEALTHY);
    socket.bind(port, HOST);
    if (!(await settled(socket))) return false;
    this.#meet(conduct);
    const visit = this.#newVisit();
    socket.on("error", () => {});
    socket.on("message", (octets, { address, port: sender }) => {
      visit.takeDatagram(octets);
      if (conduct.startsWith("talks")) socket.send(garbage(random), sender, address);
    });
    this.#datagrams = socket;
    return true;
  }

  #unbind(): void {
    const socket = this.#datagrams;
    const visit = this.visits.at(-1);
    this.#datagrams = null;
    if (socket === null || visit === undefined) return;
    const { unread, drops } = heldByKernel("udp", socket.address().port, null);
    visit.unread = unread;
    visit.end();
    this.overrun += drops;
    socket.close();
  }

  /** A new connection: draws what will become of it. */
  #receive(raw: Socket): void {
    const random = new Random(this.#seed * 1_000 + this.visits.length);
    const visit = this.#newVisit();
    this.#open.set(raw, () => raw.destroy());
    raw.on("error", () => {});
    raw.on("close", () => {
      this.#open.delete(raw);
      visit.end();
    });
    const life = LIFE_MIN_MS + random.below(LIFE_MS);
    const { good } = this.#identities;
    if (this.#healed) {
      this.#play(this.#secure(raw, good), raw, { visit, random, life, name: HEALTHY });
      return;
    }
    const first = this.visits.length === 1;
    const wrong = this.#protocol === "tls" && (first || random.once(3));
    const names = wrong
      ? [...Object.keys(HANDSHAKES), ...Object.keys(CERTIFICATES)]
      : Object.keys(CONDUCTS);
    // By turns at first: however slow the machine is, many seeds meet every conduct.
    const name = (first ? names[this.#turn % names.length] : random.pick(names)) ?? HEALTHY;
    const certificate = CERTIFICATES[name];
    const handshake = HANDSHAKES[name];
    this.#meet(name);
    if (handshake === undefined) {
      const identity = certificate ? this.#identities[certificate] : good;
      visit.trusted = certificate === undefined;
      const stream = this.#secure(raw, identity);
      this.#play(stream, raw, { visit, random, life, name: certificate ? HEALTHY : name });
      return;
    }
    handshake(raw, random);
    const timer = setTimeout(() => resetConnection(raw), life);
    raw.on("close", () => clearTimeout(timer));
  }

  #secure(raw: Socket, identity: Identity): Socket {
    if (this.#protocol !== "tls") return raw;
    return new TLSSocket(raw, { isServer: true, ...identity });
  }

  #play(
    stream: Socket,
    raw: Socket,
    lot: { visit: Visit; random: Random; life: number; name: string },
  ): void {
    const { visit, random, life } = lot;
    const conduct: Conduct = CONDUCTS[lot.name] ?? { over: () => {} };
    const secure = stream !== raw;
    let broken = false;
    const lookUp = (): void => {
      const { localPort = 0, remotePort = 0 } = raw;
      const held = heldByKernel("tcp", localPort, remotePort);
      visit.stalled = held.unread > 0;
      const coming = Math.min(held.inFlight, SEGMENT); // before we are gone
      visit.unread = held.unread + coming + stream.readableLength + (secure ? TLS_HELD : 0);
    };
    const farewell = (): void => {
      if (!secure || stream.writableEnded) return;
      lookUp(); // TLS discards what comes behind its farewell
      visit.end();
    };
    const breakOff = (how: "reset" | "close"): void => {
      if (broken || raw.destroyed) return;
      broken = true;
      lookUp();
      visit.end();
      if (how === "reset" && !stream.writableEnded) resetConnection(raw);
      stream.destroy();
      raw.destroy();
    };
    this.#open.set(raw, () => breakOff("reset"));
    const after = random.below(OCTETS_MAX);
    const scene: Scene = { stream, visit, random, after, breakOff, farewell };
    stream.on("error", () => {});
    stream.on("data", (octets: Buffer) => {
      if (broken) return;
      visit.take(octets);
      conduct.came?.(scene);
    });
    stream.on("end", () => {
      visit.orderly = !secure;
      visit.end();
      stream.end();
    });
    const timer = setTimeout(() => conduct.over(scene), life);
    raw.on("close", () => clearTimeout(timer));
    // Not within TLS's own call, which does not bear being destroyed.
    if (secure) stream.on("secure", () => setImmediate(() => conduct.opened?.(scene)));
    else conduct.opened?.(scene);
  }
}

/** Where a farewell is under way Node refuses to reset, and forgets the socket. */
function resetConnection(raw: Socket): void {
  if (raw.writableEnded) raw.destroy();
  else raw.resetAndDestroy();
}

/** Whether a socket or server came to listen; false where the port belongs to somebody. */
async function settled(socket: EventEmitter): Promise<boolean> {
  try {
    await once(socket, "listening");
    return true;
  } catch {
    return false;
  }
}
