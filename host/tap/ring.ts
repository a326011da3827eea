// Turns one network interface into blocks of frames in the inspector's memory, and tells when a
// block is ready. Opens, waits, counts, follows the interface when it goes and returns; reads no
// frame itself. Nothing here needs a privilege after start().
// Read packet(7) and the kernel's networking/packet_mmap documentation, TPACKET_V3.

import { EXIT, HostError } from "../errors.ts";
import { type Blocks, type PlacementMode, placeBlocks, type Region } from "./block.ts";
import { filterProgram } from "./filter.ts";
import { armSignal, bindPacket, close, disarmSignal, takeError } from "./libc.ts";
import { type Framing, findLink, framesCarried, framingOf, type Link } from "./link.ts";
import { must, openPacketSocket, requestRing, setFilter, takeStatistics } from "./packet-socket.ts";

/**
 * How often the interface, the counters and a signal that went missing are looked after: seldom
 * while all is well, for an idle watch costs nothing but this; often while waiting for a return.
 */
const PULSE_MS = 500;
const PULSE_AWAY_MS = 100;

/**
 * Blocks that come closer together than this are no longer worth a signal each, which costs more than
 * walking a block does: they are looked for by time, until one look finds none. A ring lasts for 40 ms
 * at least, at line rate with the smallest frames.
 */
const BUSY_MS = 4;

/** Counted since start(). `frames` passed the filter and reached the ring. */
export interface RingCounters {
  readonly frames: number;
  /** Frames that found no room in the ring. */
  readonly drops: number;
  /** Times the ring was found full. */
  readonly freezes: number;
  /** Frames a re-created interface had carried before the tap was bound to it. */
  readonly missed: number;
  /** Times the interface went down or away. */
  readonly interruptions: number;
  /** Times the tap was bound anew to a re-created interface. */
  readonly rebinds: number;
  readonly blocks: number;
}

export type LinkState = "up" | "down" | "absent";

/** What a ring is made for. */
export interface RingRequest {
  /** Name of the interface; it may go and come back under this name. */
  readonly interface: string;
  readonly region: Region;
  /**
   * Called with a ready block's offset in the memory; the block goes back to the kernel when it
   * returns. Must not throw: a trap is caught by the callee, which may call move() meanwhile.
   */
  readonly onBlock: (offset: number) => number;
  /** Ports kept whole beside the well-known mail ports. */
  readonly mailPorts?: readonly number[];
  /** "copied" asks for the copy outright; otherwise it is what remains when mapping fails. */
  readonly placement?: PlacementMode;
}

export class Ring {
  readonly #request: RingRequest;
  readonly #onSignal: () => void;
  #descriptor = -1;
  #region: Region;
  #blocks: Blocks | null = null;
  #next = 0;
  #bound = 0;
  #framing: Framing | null = null;
  #pulse: NodeJS.Timeout | null = null;
  #again: NodeJS.Immediate | null = null;
  #poll: NodeJS.Timeout | null = null;
  /** When blocks were last taken, on the clock of performance.now(). */
  #taken = 0;
  #state: LinkState = "absent";
  #counted = {
    frames: 0,
    drops: 0,
    freezes: 0,
    missed: 0,
    interruptions: 0,
    rebinds: 0,
    blocks: 0,
  };

  constructor(request: RingRequest) {
    this.#request = request;
    this.#region = request.region;
    this.#onSignal = () => this.#drainSoon();
  }

  /** Whether the kernel writes into the inspector's memory or blocks are copied there. */
  get mode(): PlacementMode {
    return this.#blocks?.mode ?? "mapped";
  }

  get state(): LinkState {
    return this.#state;
  }

  /** How the frames begin; null before start(). A re-created interface may begin otherwise. */
  get framing(): Framing | null {
    return this.#framing;
  }

  get interface(): string {
    return this.#request.interface;
  }

  /**
   * Opens the tap. Needs CAP_NET_RAW, which may be given up afterwards. Throws HostError 77
   * without it, 69 when the interface or the ring cannot be had; nothing stays open then.
   */
  start(): void {
    const link = findLink(this.#request.interface);
    if (link === null) {
      const name = this.#request.interface;
      throw new HostError(EXIT.unavailable, `there is no interface named "${name}" to tap.`);
    }
    this.#descriptor = openPacketSocket(this.#request.interface);
    try {
      this.#setUp(link);
    } catch (error) {
      this.stop();
      throw error;
    }
  }

  /** Gives the ring back and closes the socket. Safe to call twice, or after a failed start. */
  stop(): void {
    if (this.#pulse !== null) clearTimeout(this.#pulse);
    if (this.#again !== null) clearImmediate(this.#again);
    if (this.#poll !== null) clearTimeout(this.#poll);
    this.#pulse = null;
    this.#again = null;
    this.#poll = null;
    if (this.#descriptor < 0) return;
    this.#readStatistics();
    disarmSignal(this.#descriptor); // before the handler goes: SIGIO unhandled ends the process
    process.removeListener("SIGIO", this.#onSignal);
    this.#blocks?.undo();
    this.#blocks = null;
    close(this.#descriptor);
    this.#descriptor = -1;
    this.#state = "absent";
  }

  /**
   * Lays the ring into another region of the same geometry, such as that of a new inspector
   * after a trap. Needs no privilege. Blocks not yet read stay readable.
   */
  move(region: Region): void {
    if (this.#descriptor < 0) return;
    const blocks = placeBlocks(this.#descriptor, region, this.#request.placement);
    this.#blocks?.undo();
    this.#blocks = blocks;
    this.#region = region;
  }

  /**
   * Hands every ready block over, at most one turn of the ring; what comes later waits for the
   * next turn of the event loop, so that signals and timers are heard under any load. Returns
   * how many blocks it was.
   */
  drain(): number {
    const { blockCount } = this.#request.region;
    let taken = 0;
    while (taken < blockCount && this.#blocks?.take(this.#next)) {
      const index = this.#next;
      this.#next = (index + 1) % blockCount;
      this.#request.onBlock(this.#region.offset + index * this.#region.blockSize);
      this.#blocks?.release(index);
      taken += 1;
    }
    this.#counted.blocks += taken;
    if (taken === blockCount) this.#drainSoon();
    return taken;
  }

  /**
   * However many signals one turn of the event loop brings, it drains once: each of a hundred that
   * have queued up would else take a whole turn of the ring, and the next SIGTERM wait for them all.
   */
  #drainSoon(): void {
    if (this.#again !== null) return;
    this.#again = setImmediate(() => {
      this.#again = null;
      const now = performance.now();
      const busy = now - this.#taken < BUSY_MS;
      if (!this.#serve() || this.#descriptor < 0) return; // what was found may have ended the watch
      this.#taken = now;
      if (busy && this.#poll === null) {
        disarmSignal(this.#descriptor);
        this.#pollLater();
      }
    });
  }

  /** Takes what is ready. A wake-up without a block may tell of the interface, at once. */
  #serve(): boolean {
    if (this.drain() > 0) return true;
    if (takeError(this.#descriptor) !== 0) this.#look();
    return false;
  }

  /** Looks for blocks by time; back to signals when there are none. */
  #pollLater(): void {
    this.#poll = setTimeout(() => {
      const found = this.drain() > 0;
      if (this.#descriptor < 0) return; // what was found may have ended the watch
      if (found) {
        this.#pollLater();
        return;
      }
      this.#poll = null;
      armSignal(this.#descriptor, process.pid);
      this.#serve(); // what came just before
    }, BUSY_MS);
  }

  /** The counters up to now. */
  counters(): RingCounters {
    if (this.#descriptor >= 0) this.#readStatistics();
    return { ...this.#counted };
  }

  /** The order matters: no frame may arrive before the filter, no child may keep the ring. */
  #setUp(link: Link): void {
    const name = this.#request.interface;
    this.#filter(link);
    requestRing(this.#descriptor, this.#region, name);
    this.#blocks = placeBlocks(this.#descriptor, this.#region, this.#request.placement);
    must("a binding", name, bindPacket(this.#descriptor, link.index));
    this.#bound = link.index;
    this.#state = link.up ? "up" : "down";
    process.on("SIGIO", this.#onSignal); // before arming: SIGIO unhandled ends the process
    must("a signal", name, armSignal(this.#descriptor, process.pid));
    this.#beatLater();
    this.drain(); // what was ready before the signal was armed
  }

  #filter(link: Link): void {
    const framing = framingOf(link.hardware);
    if (framing === this.#framing) return;
    const { mailPorts } = this.#request;
    const { blockSize } = this.#region;
    const request = { framing, blockSize };
    const program = filterProgram(mailPorts === undefined ? request : { ...request, mailPorts });
    setFilter(this.#descriptor, program, this.#request.interface);
    this.#framing = framing;
  }

  #beatLater(): void {
    this.#pulse = setTimeout(
      () => {
        this.drain();
        this.#look();
        this.#beatLater();
      },
      this.#state === "up" ? PULSE_MS : PULSE_AWAY_MS,
    );
  }

  /** Reads the counters and follows the interface. */
  #look(): void {
    this.#readStatistics();
    takeError(this.#descriptor); // else a past error is reported for ever
    const link = findLink(this.#request.interface);
    if (link !== null && link.index !== this.#bound) this.#rebind(link);
    const state = link === null || link.index !== this.#bound ? "absent" : this.#upOrDown(link);
    if (state !== "up" && this.#state === "up") this.#counted.interruptions += 1;
    this.#state = state;
  }

  #upOrDown(link: Link): LinkState {
    return link.up ? "up" : "down";
  }

  /** Binds the same socket to the interface that now has the name; fails quietly until it can. */
  #rebind(link: Link): void {
    if (this.#state === "up") {
      this.#counted.interruptions += 1; // it went and came back between two beats
      this.#state = "absent";
    }
    try {
      this.#filter(link);
    } catch {
      return; // the interface changed again meanwhile; the next beat sees how it is then
    }
    if (bindPacket(this.#descriptor, link.index) < 0) return;
    this.#counted.missed += framesCarried(this.#request.interface);
    this.#counted.rebinds += 1;
    this.#bound = link.index;
  }

  #readStatistics(): void {
    const { frames, drops, freezes } = takeStatistics(this.#descriptor);
    this.#counted.frames += frames;
    this.#counted.drops += drops;
    this.#counted.freezes += freezes;
  }
}
