// Very many small connections, interleaved at random → 64–128 octet frames. Every flow opens,
// exchanges small segments and, where its life is bounded, closes. State is a few typed arrays, so
// a million flows fit; addresses and ports follow from the flow's number.

import { far4, far6, home4, home6 } from "./address.ts";
import type { CaptureFile } from "./capture-file.ts";
import {
  ACK,
  FIN,
  OPTIONS_NONE,
  OPTIONS_SYN_LINUX,
  OPTIONS_TIMESTAMP,
  PSH,
  path,
  type Segment,
  SYN,
  writeTcp,
} from "./frame.ts";
import { type Material, material, NOTHING } from "./material.ts";
import type { Random } from "./random.ts";
import type { Script } from "./timeline.ts";

export interface CrowdPlan {
  /** Flows alive at the same time. */
  readonly concurrent: number;
  /** Flows in all; when fewer are left than slots, the crowd thins out. */
  readonly flows: number;
  /** Frames of one flow, or Infinity for flows that stay. */
  readonly life: number;
  /** Nanoseconds from frame to frame. */
  readonly gap: number;
  /** No options and at most six octets of payload: every frame has Ethernet's minimum size. */
  readonly minimum: boolean;
}

const OPENING = 3;
const CLOSING = 3;
const IPV6_EVERY = 8;
/** Largest even payload that keeps an IPv4 frame with timestamps within 128 octets. */
const LARGEST = 62;
const LARGEST6 = 42;
/** What fits a 60-octet IPv4 frame without options. */
const SMALLEST = 6;
const FIRST_PORT = 32_768;
const HOMES = 250;
/** How far the server's timestamp clock is ahead of the client's. */
const SERVER_CLOCK = 0x5a5a0000;

export class Crowd {
  readonly #capture: CaptureFile;
  readonly #random: Random;
  readonly #plan: CrowdPlan;
  readonly #flow: Uint32Array;
  readonly #stage: Uint16Array;
  readonly #next: readonly [Uint32Array, Uint32Array];
  /** TSval of the last segment of either side, which the other echoes. RFC 7323 §3.2. */
  readonly #clock: readonly [Uint32Array, Uint32Array];
  readonly #words: Material;
  #alive: number;
  #born: number;

  constructor(capture: CaptureFile, random: Random, plan: CrowdPlan) {
    this.#capture = capture;
    this.#random = random;
    this.#plan = plan;
    const { concurrent } = plan;
    this.#alive = concurrent;
    this.#born = concurrent;
    this.#flow = Uint32Array.from({ length: concurrent }, (_, slot) => slot);
    this.#stage = new Uint16Array(concurrent);
    this.#next = [new Uint32Array(concurrent), new Uint32Array(concurrent)];
    this.#clock = [new Uint32Array(concurrent), new Uint32Array(concurrent)];
    this.#words = material(random.fill(new Uint8Array(4096)));
  }

  /** Endless for flows that stay; otherwise ends when the last flow has closed. */
  *script(): Script {
    while (this.#alive > 0) {
      const slot = this.#random.below(this.#alive);
      this.#step(slot);
      yield this.#plan.gap;
    }
  }

  #step(slot: number): void {
    const stage = this.#stage[slot] ?? 0;
    if (stage === 0) this.#begin(slot);
    this.#write(slot, stage);
    // A flow that stays goes round in its data stages.
    this.#stage[slot] = stage === 0xffff ? OPENING : stage + 1;
    if (stage + 1 >= this.#plan.life) this.#end(slot);
  }

  #begin(slot: number): void {
    this.#next[0][slot] = this.#random.word();
    this.#next[1][slot] = this.#random.word();
  }

  #end(slot: number): void {
    this.#stage[slot] = 0;
    if (this.#born < this.#plan.flows) {
      this.#flow[slot] = this.#born++;
      return;
    }
    const last = --this.#alive;
    this.#flow[slot] = this.#flow[last] ?? 0;
    this.#stage[slot] = this.#stage[last] ?? 0;
    for (const side of [...this.#next, ...this.#clock]) side[slot] = side[last] ?? 0;
  }

  #write(slot: number, stage: number): void {
    const flow = this.#flow[slot] ?? 0;
    const { minimum } = this.#plan;
    const left = this.#plan.life - stage;
    const closing = left <= CLOSING;
    // SYN, SYN-ACK, ACK, then turn and turn about; FIN, FIN, ACK.
    const fromServer = closing ? left === 2 : (stage & 1) === 1;
    const side = fromServer ? 1 : 0;
    const own = this.#next[side];
    const other = this.#next[1 - side] ?? own;
    const syn = stage < 2;
    const fin = closing && left > 1;
    const spoken = stage >= OPENING && !closing;
    const version6 = flow % IPV6_EVERY === 0 && !minimum;
    const length = spoken ? this.#length(version6) : 0;
    const flags = syn ? SYN : fin ? FIN : spoken ? PSH : 0;
    const ticks = flow * 2654435761 + Math.floor(this.#capture.now / 1e6);
    const clock = (fromServer ? ticks + SERVER_CLOCK : ticks) >>> 0;
    const segment: Segment = {
      flags: stage === 0 ? SYN : flags | ACK,
      seq: own[slot] ?? 0,
      ack: stage === 0 ? 0 : (other[slot] ?? 0),
      window: syn ? 64240 : 502,
      ttl: fromServer ? 64 - 7 - (flow % 13) : 63,
      id: stage === 1 ? 0 : (flow * 40503 + stage) & 0xffff,
      options: minimum ? OPTIONS_NONE : syn ? OPTIONS_SYN_LINUX : OPTIONS_TIMESTAMP,
      clock,
      echo: stage === 0 ? 0 : (this.#clock[1 - side]?.[slot] ?? 0),
    };
    this.#clock[side][slot] = clock;
    own[slot] = (own[slot] ?? 0) + length + (syn || fin ? 1 : 0);
    const start = length > 0 ? 2 * this.#random.below(2000) : 0;
    const along = route(flow, version6, fromServer);
    writeTcp(this.#capture, along, segment, length > 0 ? this.#words : NOTHING, start, length);
  }

  #length(version6: boolean): number {
    if (this.#plan.minimum) return SMALLEST;
    return 2 * this.#random.between(1, (version6 ? LARGEST6 : LARGEST) / 2);
  }
}

/** The path of a flow's direction; made anew for every frame, because a million do not fit. */
function route(flow: number, version6: boolean, fromServer: boolean) {
  const home = flow % HOMES;
  const port = FIRST_PORT + (Math.floor(flow / HOMES) % 28_000);
  const far = (Math.imul(flow, 40_503) >>> 0) % 130_000;
  const near = version6 ? home6(home) : home4(home);
  const away = version6 ? far6(far) : far4(far);
  return fromServer
    ? path(false, "tcp", away, 443, near, port)
    : path(true, "tcp", near, port, away, 443);
}
