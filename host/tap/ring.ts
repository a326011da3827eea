// Turns one network interface into blocks of frames in the inspector's memory, and hands each over
// when it is ready. Opens, counts, follows the interface when it goes and returns; reads no frame
// itself. Nothing here needs a privilege after start().
// Read packet(7) and the kernel's networking/packet_mmap documentation, TPACKET_V3.

import { type Blocks, type PlacementMode, placeBlocks, type Region } from "./block.ts";
import { filterProgram } from "./filter.ts";
import { bindPacket, close, takeError } from "./libc.ts";
import { type Framing, findLink, framesCarried, framingOf, type Link, linkToTap } from "./link.ts";
import { must, openPacketSocket, requestRing, setFilter, takeStatistics } from "./packet-socket.ts";
import { Wake } from "./wake.ts";

/**
 * How often the interface, the counters and a signal that went missing are looked after: seldom
 * while all is well, for an idle watch costs nothing but this; often while waiting for a return.
 */
const PULSE_MS = 500;
const PULSE_AWAY_MS = 100;

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
  readonly #wake: Wake;
  #descriptor = -1;
  #region: Region;
  #blocks: Blocks | null = null;
  #next = 0;
  #bound = 0;
  #framing: Framing | null = null;
  #pulse: NodeJS.Timeout | null = null;
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
    this.#wake = new Wake(() => this.#serve(), request.region.blockCount);
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
    const link = linkToTap(this.#request.interface);
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
    this.#pulse = null;
    this.#wake.disarm();
    if (this.#descriptor < 0) return;
    this.#readStatistics();
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
    if (taken === blockCount) this.#wake.soon();
    return taken;
  }

  /** Takes what is ready. A wake-up without a block may tell of the interface, at once. */
  #serve(): boolean {
    if (this.drain() > 0) return true;
    if (takeError(this.#descriptor) !== 0) this.#look();
    return false;
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
    must("a signal", name, this.#wake.arm(this.#descriptor));
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
