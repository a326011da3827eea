// Turns interfaces into observations: one ring per interface, all of them inside one inspector's
// memory; every ready block is walked in place and what was found is drained. Follows losses and
// quiet times. Opens sockets through ring.ts, judges nothing.

import { randomBytes } from "node:crypto";
import type { Drain } from "../drain.ts";
import type { Inspector } from "../inspector.ts";
import { type PlacementMode, slices } from "./block.ts";
import { type LinkState, Ring, type RingCounters } from "./ring.ts";

/** How often losses are looked at and a quiet link's time is told. */
const PULSE_MS = 500;
/** Resolution of the ring's time stamps, as pcapng's if_tsresol writes it: nanoseconds. */
const NANOSECONDS = 9;
const LINKTYPE_ETHERNET = 1;
/** Where a ring block counts its frames. linux/if_packet.h */
const BLOCK_FRAMES = 12;

export interface TapRequest {
  /** Takes what the inspector found; the rings lie in its inspector's memory. */
  readonly drain: Drain;
  readonly interfaces: readonly string[];
  /** Ports kept whole beside the well-known mail ports. */
  readonly mailPorts?: readonly number[];
  /** Called with how many frames passed unseen since the last call. */
  readonly onLoss: (frames: number) => void;
  /**
   * Called when the inspector cannot go on; the tap still runs and drops what arrives. `block` is the
   * one it failed on, as it lies in the memory, null when it failed on none.
   */
  readonly onTrap: (error: unknown, block: Uint8Array | null) => void;
  /** "copied" asks for the copy outright. */
  readonly placement?: PlacementMode;
}

/** One interface's figures. */
export interface TapFigures {
  readonly interface: string;
  readonly mode: PlacementMode;
  readonly state: LinkState;
  readonly counters: RingCounters;
}

export class Tap {
  readonly #request: TapRequest;
  readonly #drain: Drain;
  readonly #rings: Ring[];
  #pulse: NodeJS.Timeout | null = null;
  #lost = 0;
  #interruptions = 0;
  #blocks = 0;
  #blocksAtPulse = 0;

  constructor(request: TapRequest) {
    this.#request = request;
    this.#drain = request.drain;
    const regions = slices(regionOf(this.#inspector), request.interfaces.length);
    this.#rings = request.interfaces.flatMap((name, index) => {
      const slice = regions[index];
      if (slice === undefined) return [];
      const onBlock = (offset: number): number => this.#walk(offset, index);
      const { placement, mailPorts } = request;
      return [
        new Ring({
          interface: name,
          region: slice,
          onBlock,
          ...(mailPorts !== undefined && { mailPorts }),
          ...(placement !== undefined && { placement }),
        }),
      ];
    });
  }

  /** Opens every ring. Throws HostError 69 or 77; nothing stays open then. */
  start(): void {
    this.#open();
    try {
      for (const ring of this.#rings) ring.start();
    } catch (error) {
      this.stop();
      throw error;
    }
    this.#pulse = setInterval(() => this.#beat(), PULSE_MS);
  }

  /** Closes the rings and ends every connection, so that what they still hold is told. */
  stop(): void {
    if (this.#pulse === null) {
      for (const ring of this.#rings) ring.stop();
      return;
    }
    clearInterval(this.#pulse);
    this.#pulse = null;
    for (const ring of this.#rings) {
      ring.drain();
      ring.stop();
    }
    try {
      this.#drain.finish();
    } catch (error) {
      this.#request.onTrap(error, null);
    }
  }

  figures(): TapFigures[] {
    return this.#rings.map((ring) => ({
      interface: ring.interface,
      mode: ring.mode,
      state: ring.state,
      counters: ring.counters(),
    }));
  }

  /**
   * Goes on with a new inspector after a trap: the rings are laid into its memory, the connections
   * of the old one are forgotten. Needs no privilege.
   */
  replace(inspector: Inspector): void {
    this.#drain.replace(inspector);
    this.#open();
    slices(regionOf(inspector), this.#rings.length).forEach((slice, index) => {
      this.#rings[index]?.move(slice);
    });
  }

  get #inspector(): Inspector {
    return this.#drain.inspector;
  }

  #open(): void {
    const key = randomBytes(8); // strangers must not be able to aim at one set of the flow table
    this.#inspector.seed(key.readInt32LE(0), key.readInt32LE(4));
    this.#drain.openInput(null);
    this.#rings.forEach((ring, index) => {
      this.#drain.nameInterface(index, ring.interface);
      this.#inspector.setInterface(index, {
        linkType: LINKTYPE_ETHERNET,
        resolution: NANOSECONDS,
        offsetSeconds: 0n,
      });
    });
  }

  /** One block: walked in place, with a drain wherever findings fill their ring. */
  #walk(offset: number, index: number): number {
    this.#blocks += 1;
    const framesBefore = this.#inspector.framesOfInput;
    try {
      let frame = 0;
      do {
        frame = this.#inspector.inspectRing(offset, frame, index);
        this.#drain.take();
      } while (frame !== 0);
    } catch (error) {
      this.#fail(error, offset, framesBefore);
    }
    return 0;
  }

  /** The rest of the block is lost with the inspector, the frame it failed on included. */
  #fail(error: unknown, offset: number, framesBefore: number): void {
    const { octets, blockSize, framesOfInput } = this.#inspector;
    const block = octets.slice(offset, offset + blockSize);
    const frames = new DataView(block.buffer).getUint32(BLOCK_FRAMES, true);
    const lost = frames - Math.max(0, framesOfInput - framesBefore - 1);
    this.#request.onTrap(error, block);
    if (lost > 0) this.#request.onLoss(lost);
  }

  /** Losses since the last beat are told; on a quiet link time goes on. */
  #beat(): void {
    try {
      let lost = 0;
      let interruptions = 0;
      for (const ring of this.#rings) {
        const counters = ring.counters();
        lost += counters.drops + counters.missed;
        interruptions += counters.interruptions;
      }
      if (lost > this.#lost || interruptions > this.#interruptions) {
        this.#inspector.lostFrames(); // an absence after this is no evidence
        if (lost > this.#lost) this.#request.onLoss(lost - this.#lost);
        this.#lost = lost;
        this.#interruptions = interruptions;
      }
      if (this.#blocks === this.#blocksAtPulse) {
        this.#inspector.tick(BigInt(Date.now()) * 1_000_000n);
        this.#drain.take();
      }
      this.#blocksAtPulse = this.#blocks;
    } catch (error) {
      this.#request.onTrap(error, null);
    }
  }
}

/** The part of an inspector's memory that rings may be laid into. */
function regionOf({ memory, ringAt, ringEnd, blockSize }: Inspector) {
  const blockCount = Math.floor((ringEnd - ringAt) / blockSize);
  return { memory, offset: ringAt, blockSize, blockCount };
}
