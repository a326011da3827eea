// Turns octets in the inspector's memory into findings: loads the module, hands it frames, reads what it
// found. Who fills the memory is not its business. Addresses are octet offsets in the linear memory.

import { readFileSync } from "node:fs";
import { instantiateSync } from "@assemblyscript/loader";
import { type Abi, readAbi, type Stop } from "./ground/abi.ts";
import { networkOctets } from "./ground/address.ts";
import { type Calls, callsOf, unusable } from "./ground/calls.ts";
import { EXIT, HostError } from "./ground/errors.ts";
import type { Finding } from "./ground/finding.ts";
import { decodeFinding } from "./ground/finding-record.ts";

/** One interface of a capture or a tap. */
export interface InterfaceDescription {
  /** LINKTYPE_… of the pcap registry. */
  readonly linkType: number;
  /** As pcapng's if_tsresol: n is 10^-n s, 0x80 | n is 2^-n s. */
  readonly resolution: number;
  /** Seconds added to every time stamp. */
  readonly offsetSeconds: bigint;
}

/** What a walk over the capture window came to. */
export interface Walk {
  /** Address of the first octet not consumed. */
  readonly next: number;
  readonly stop: Stop;
}

export class Inspector {
  readonly #memory: WebAssembly.Memory; // a strong reference: its collection would unmap the ring
  readonly #view: DataView;
  readonly #calls: Calls;
  readonly #abi: Abi;
  #busy = false;
  #trapped: HostError | null = null;
  #input = "";
  #framesBefore = 0n;
  readonly #linkTypes = new Set<number>();

  private constructor(memory: WebAssembly.Memory, calls: Calls, abi: Abi) {
    this.#memory = memory;
    this.#view = new DataView(memory.buffer);
    this.#calls = calls;
    this.#abi = abi;
    this.octets = new Uint8Array(memory.buffer);
    this.ringAt = calls.ringAt();
    this.ringEnd = this.ringAt + calls.ringSize();
    this.blockSize = calls.blockSize();
    this.flowCapacity = calls.flowCapacity();
  }

  /** The whole linear memory; it never grows, so the view stays valid. */
  readonly octets: Uint8Array;
  /** Where the ring or the capture window begins and ends. */
  readonly ringAt: number;
  readonly ringEnd: number;
  /** Octets of one ring block. */
  readonly blockSize: number;
  readonly flowCapacity: number;

  /** Loads and instantiates a module. Throws HostError 70 when it is missing or does not fit. */
  static load(path: string): Inspector {
    let instance: WebAssembly.Instance;
    try {
      instance = instantiateSync(readFileSync(path), {}).instance;
    } catch (error) {
      throw unusable(path, error);
    }
    const { memory } = instance.exports;
    if (!(memory instanceof WebAssembly.Memory)) throw unusable(path, "it exports no memory");
    return new Inspector(memory, callsOf(instance.exports, path), readAbi(instance.exports));
  }

  /** The memory itself, for whoever lays a ring into it. */
  get memory(): WebAssembly.Memory {
    return this.#memory;
  }

  get abi(): Abi {
    return this.#abi;
  }

  /** Key of the flow hash: random on a tap, 0 and 0 in a replay, so that a replay repeats itself. */
  seed(low: number, high: number): void {
    this.#run(() => this.#calls.seed(low, high));
  }

  /** Networks, each ADDRESS/LENGTH, whose addresses are home. Throws HostError 78 when there are too many. */
  setHome(networks: readonly string[]): void {
    const most = this.#calls.homeCapacity();
    if (networks.length > most) {
      const sentence = `${networks.length} home networks were named, at most ${most} are accepted.`;
      throw new HostError(EXIT.config, sentence);
    }
    this.#run(() => {
      let at = this.#calls.homeAt();
      for (const network of networks) {
        const row = networkOctets(network);
        this.octets.set(row, at);
        at += row.length;
      }
      this.#calls.setHomeCount(networks.length);
    });
  }

  /** True when nobody lists connections: ends with nothing but honest resets are not told then. */
  setTerse(terse: boolean): void {
    this.#run(() => this.#calls.setTerse(terse ? 1 : 0));
  }

  /** A new input begins: its frames count from 1, its interfaces are its own. */
  openInput(name: string): void {
    this.#input = name;
    this.#framesBefore = this.#counter("frames");
    this.#linkTypes.clear();
    this.#run(() => this.#calls.openInput());
  }

  /** pcapng: a section begins, whose interfaces are described anew. */
  openSection(): void {
    this.#run(() => this.#calls.openSection());
  }

  setInterface(index: number, description: InterfaceDescription): void {
    const { linkType, resolution, offsetSeconds } = description;
    this.#linkTypes.add(linkType);
    this.#run(() => {
      this.#calls.setInterface(index, linkType, resolution);
      const low = Number(BigInt.asIntN(32, offsetSeconds));
      this.#calls.setInterfaceOffset(index, low, Number(BigInt.asIntN(32, offsetSeconds >> 32n)));
    });
  }

  /** Walks pcap records in [at, end); `swapped` when the file's byte order is not ours. */
  inspectRecords(at: number, end: number, swapped: boolean): Walk {
    return this.#walk(() => this.#calls.inspectRecords(at, end, swapped ? 1 : 0));
  }

  /** Walks pcapng packet blocks in [at, end) up to the first block of another kind. */
  inspectBlocks(at: number, end: number, swapped: boolean): Walk {
    return this.#walk(() => this.#calls.inspectBlocks(at, end, swapped ? 1 : 0));
  }

  /** Walks one ring block from `frameOffset`; 0 when it is done, else where to resume after a drain. */
  inspectRing(block: number, frameOffset: number, interfaceIndex: number): number {
    return this.#run(() => this.#calls.inspectRing(block, frameOffset, interfaceIndex) >>> 0);
  }

  /** No frame came, but time passed: nanoseconds since 1970. */
  tick(time: bigint): void {
    const seconds = time / 1_000_000_000n;
    const nanos = Number(time % 1_000_000_000n);
    const low = Number(BigInt.asIntN(32, seconds));
    this.#run(() => this.#calls.tick(low, Number(seconds >> 32n), nanos));
  }

  /** Ends connections in batches at the end of the input; true while more remain: drain between. */
  finish(): boolean {
    return this.#run(() => this.#calls.finish() !== 0);
  }

  /** The kernel dropped frames: absence is no evidence for what is open now. */
  lostFrames(): void {
    this.#run(() => this.#calls.lostFrames());
  }

  /** Whether the last call stopped because findings wait. */
  get pausedForDrain(): boolean {
    return this.#calls.pausedForDrain() !== 0;
  }

  /** True while a fast path of the router hides established connections: what was not seen proves nothing. */
  setOffloaded(on: boolean): void {
    this.#run(() => this.#calls.setOffloaded(on ? 1 : 0));
  }

  /** Takes every finding that waits, oldest first. */
  drain(): Finding[] {
    return this.#run(() => {
      const count = this.#calls.findingCount();
      const findings: Finding[] = [];
      for (let index = 0; index < count; index++) {
        const at = this.#calls.findingAt(index) >>> 0;
        findings.push(decodeFinding(this.#view, at, this.#abi));
      }
      this.#calls.releaseFindings(count);
      return findings;
    });
  }

  /** Lets go of every finding that waits, unread: for measurements. */
  discard(): void {
    this.#run(() => this.#calls.releaseFindings(this.#calls.findingCount()));
  }

  /** What was counted since the start, by name. */
  counters(): Map<string, bigint> {
    return this.#table(this.#abi.names.Counter, this.#calls.countersAt());
  }

  /** How many frames left the walk for each reason, by name. */
  reasons(): Map<string, bigint> {
    return this.#table(this.#abi.names.Reason, this.#calls.reasonsAt());
  }

  /** Connections in the flow table now. */
  get flowsAlive(): number {
    return this.#calls.flowsAlive();
  }

  /** Frames of the current input that were read so far. */
  get framesOfInput(): number {
    return Number(this.#counter("frames") - this.#framesBefore);
  }

  /** Link types of the current input whose frames are not decoded. */
  get linkTypesUnread(): readonly number[] {
    return [...this.#linkTypes].filter((type) => !this.#abi.linkTypes.has(type));
  }

  #table(names: readonly string[], at: number): Map<string, bigint> {
    return new Map(names.map((name, n) => [name, this.#view.getBigUint64(at + 8 * n, true)]));
  }

  #counter(name: string): bigint {
    const index = this.#abi.names.Counter.indexOf(name);
    return this.#view.getBigUint64(this.#calls.countersAt() + 8 * index, true);
  }

  #walk(step: () => number): Walk {
    return this.#run(() => {
      const next = step() >>> 0;
      const stop = this.#abi.names.Stop[this.#calls.stopReason()];
      if (stop === undefined) throw new HostError(EXIT.trapped, "the walk stopped for no reason.");
      return { next, stop: stop as Stop }; // readAbi compared the whole enumeration with Stop
    });
  }

  /**
   * Runs one call. The instance is single-threaded: a call from inside a call is a bug. A trap
   * ends this instance for good and becomes HostError 70 naming the frame under inspection.
   */
  #run<T>(step: () => T): T {
    if (this.#trapped !== null) throw this.#trapped;
    if (this.#busy) throw new Error("the inspector was called from inside one of its own calls");
    this.#busy = true;
    try {
      return step();
    } catch (error) {
      if (!(error instanceof WebAssembly.RuntimeError)) throw error;
      const where = this.#input === "" ? "" : ` of ${this.#input}`;
      const frame = `frame ${this.framesOfInput}${where}`;
      const sentence = `the inspector trapped at ${frame} (${error.message}).`;
      this.#trapped = new HostError(EXIT.trapped, sentence);
      throw this.#trapped;
    } finally {
      this.#busy = false;
    }
  }
}
