// Moves → packets: keeps each side's next number, fills what a line leaves out (numbers, windows,
// TTLs, options), opens with handshakes. One packet a move, three for a handshake; the n-th packet
// is frame n of the scenario as written. Does not encode; transforms come after.

import { parseAddress } from "./address.ts";
import { encodeOptions } from "./option.ts";
import { ACK, type Packet, PSH, RST, SYN, segmentEnd, type TcpPacket } from "./packet.ts";
import { usualTtl } from "./parse.ts";
import type { Attributes, Host, Move, Num, Scenario, SegmentMove } from "./scenario.ts";

const SYN_WINDOW = 64240;
const USUAL_WINDOW = 501;
/** Distance between the initial numbers of one conversation and its re-opening. */
const REOPEN_STEP = 0x0100_0000;
const SYN_OPTIONS = encodeOptions("mss 1460,sackOK,wscale 7", (what) => {
  throw new Error(what);
});
const NO_ATTRIBUTES: Attributes = {
  ack: null,
  window: null,
  options: null,
  ttl: null,
  id: null,
  df: null,
  reserved: null,
  ipOptions: 0,
  extensions: [],
  truncate: null,
  corrupt: [],
};

/** The two hosts whose one segment shows that time has passed. */
const CLOCK_HOSTS: readonly [Host, Host] = [
  { name: "clock", address: parseAddress("192.168.1.250"), port: 51000 },
  { name: "clock", address: parseAddress("203.0.113.250"), port: 9 },
];

/** Packets of a scenario and which of them each move made. */
export interface Conversation {
  readonly packets: readonly Packet[];
  /** Frame numbers by index of the move. */
  readonly framesOf: readonly (readonly number[])[];
}

/** `iss` replaces the initial sequence number of named hosts (to make numbers wrap). */
export function converse(scenario: Scenario, iss?: ReadonlyMap<string, number>): Conversation {
  const state = new Numbers(scenario, iss ?? new Map());
  const packets: Packet[] = [];
  const framesOf: number[][] = [];
  let time = 0n;
  for (const move of scenario.moves) {
    time += move.wait;
    const made = perform(move, time, state, packets);
    const first = packets.length + 1;
    made.forEach((packet, index) => {
      packets.push({ ...packet, origin: first + index });
    });
    time = made.at(-1)?.time ?? time;
    framesOf.push(made.map((_, index) => first + index));
  }
  return { packets, framesOf };
}

function perform(move: Move, time: bigint, state: Numbers, before: readonly Packet[]): Packet[] {
  const act = move.act;
  switch (act.kind) {
    case "segment":
      return [act.again ? repeated(act, move, time, before) : state.segment(act, time)];
    case "handshake":
      return state.handshake(act.from, act.to, time, act.roundTrip);
    case "reopen":
      state.reopen(act.from, act.to);
      return [];
    case "frame":
      return [{ kind: "frame", origin: 0, time, octets: act.octets, truncate: null, corrupt: [] }];
    case "dns": {
      const to = state.hosts.values().next().value;
      if (to === undefined) throw new Error("a DNS answer needs a host to arrive at");
      const { answer, truncate } = act;
      return [{ kind: "dns", origin: 0, time, to, answer, truncate, corrupt: [] }];
    }
    case "silence":
      return [clockTick(time)];
    case "icmp": {
      const quoted = before.findLast((one) => one.kind === "tcp" && one.from.name === act.quoted);
      if (quoted?.kind !== "tcp") throw new Error(`line ${move.line}: nothing to quote yet`);
      const { type, code, sender, truncate } = act;
      const common = { origin: 0, time, truncate, corrupt: [] };
      return [{ kind: "icmp", ...common, type, code, sender, to: quoted.from, quoted }];
    }
  }
}

/** The sender's last segment with payload, as a retransmission: a new identification. */
function repeated(
  act: SegmentMove,
  move: Move,
  time: bigint,
  before: readonly Packet[],
): TcpPacket {
  const last = before.findLast((one) => {
    return one.kind === "tcp" && one.from.name === act.from && one.payload.length > 0;
  });
  if (last?.kind !== "tcp") throw new Error(`line ${move.line}: ${act.from} has sent nothing yet`);
  return { ...last, origin: 0, time, id: act.attributes.id, ttl: act.attributes.ttl ?? last.ttl };
}

/** A bare acknowledgment between hosts that are in no result. */
function clockTick(time: bigint): TcpPacket {
  const [from, to] = CLOCK_HOSTS;
  return {
    kind: "tcp",
    origin: 0,
    time,
    from,
    to,
    flags: ACK,
    seq: 1,
    ack: 1,
    window: USUAL_WINDOW,
    options: new Uint8Array(0),
    payload: new Uint8Array(0),
    bulk: true,
    ttl: 64,
    id: null,
    df: 1,
    reserved: 0,
    ipOptions: 0,
    extensions: [],
    truncate: null,
    corrupt: [],
  };
}

/** The numbers of every ordered pair of hosts. */
class Numbers {
  readonly hosts: ReadonlyMap<string, Host>;
  readonly #initial: ReadonlyMap<string, number>;
  readonly #iss = new Map<string, number>();
  readonly #next = new Map<string, number>();

  constructor(scenario: Scenario, iss: ReadonlyMap<string, number>) {
    this.hosts = scenario.hosts;
    this.#initial = new Map([...scenario.iss, ...iss]);
  }

  handshake(from: string, to: string, time: bigint, roundTrip: bigint): TcpPacket[] {
    const bare = (sender: string, target: string, flags: number): SegmentMove => ({
      kind: "segment",
      from: sender,
      to: target,
      flags,
      seq: null,
      again: false,
      payload: new Uint8Array(0),
      bulk: false,
      attributes: NO_ATTRIBUTES,
    });
    return [
      this.segment(bare(from, to, SYN), time),
      this.segment(bare(to, from, SYN | ACK), time + roundTrip),
      this.segment(bare(from, to, ACK), time + roundTrip + 100_000n),
    ];
  }

  reopen(from: string, to: string): void {
    for (const pair of [`${from}>${to}`, `${to}>${from}`]) {
      const iss = (this.#issOf(pair) + REOPEN_STEP) >>> 0;
      this.#iss.set(pair, iss);
      this.#next.delete(pair);
    }
  }

  segment(move: SegmentMove, time: bigint): TcpPacket {
    const { attributes } = move;
    const pair = `${move.from}>${move.to}`;
    const reverse = `${move.to}>${move.from}`;
    const flags = move.flags ?? ACK | PSH;
    const iss = this.#issOf(pair);
    const first = flags & SYN ? iss : (iss + 1) >>> 0;
    const next = flags & SYN ? iss : (this.#next.get(pair) ?? first);
    const seq = move.seq === null ? next : absolute(move.seq, iss);
    const expected = this.#next.get(reverse) ?? (this.#issOf(reverse) + 1) >>> 0;
    const answered = flags & ACK ? expected : 0;
    const from = this.#host(move.from);
    const packet: TcpPacket = {
      kind: "tcp",
      origin: 0,
      time,
      from,
      to: this.#host(move.to),
      flags,
      seq,
      ack: attributes.ack === null ? answered : absolute(attributes.ack, this.#issOf(reverse)),
      window: attributes.window ?? usualWindow(flags),
      options: attributes.options ?? (move.seq === null && flags & SYN ? SYN_OPTIONS : NOTHING),
      payload: move.payload,
      bulk: move.bulk,
      ttl: attributes.ttl ?? usualTtl(from),
      id: attributes.id,
      df: attributes.df ?? 1,
      reserved: attributes.reserved ?? 0,
      ipOptions: attributes.ipOptions,
      extensions: attributes.extensions,
      truncate: attributes.truncate,
      corrupt: attributes.corrupt,
    };
    const end = segmentEnd(packet);
    const known = this.#next.get(pair);
    const ahead = known === undefined || (end - known) << 0 > 0 || (flags & SYN) !== 0;
    if ((flags & RST) === 0 && ahead) this.#next.set(pair, end);
    return packet;
  }

  #host(name: string): Host {
    const host = this.hosts.get(name);
    if (host === undefined) throw new Error(`no host "${name}"`);
    return host;
  }

  #issOf(pair: string): number {
    const known = this.#iss.get(pair);
    if (known !== undefined) return known;
    const name = pair.slice(0, pair.indexOf(">"));
    const iss = this.#initial.get(name) ?? usualIss(pair);
    this.#iss.set(pair, iss);
    return iss;
  }
}

const NOTHING = new Uint8Array(0);

function absolute(number: Num, iss: number): number {
  return number.absolute ? number.value : (iss + number.value) >>> 0;
}

/** Different for each direction, the same in every run, far from a wrap. */
function usualIss(pair: string): number {
  let mixed = 0x811c9dc5;
  for (const letter of pair) mixed = Math.imul(mixed ^ letter.charCodeAt(0), 0x01000193);
  return 0x1000_0000 + ((mixed >>> 0) % 0x5000_0000);
}

function usualWindow(flags: number): number {
  if (flags & RST) return 0;
  return flags & SYN ? SYN_WINDOW : USUAL_WINDOW;
}
