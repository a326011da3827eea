// Turns a packet socket's ring into blocks that lie in the inspector's memory: mapped over it,
// or, where that is refused, mapped elsewhere and copied in. Hands blocks over and back; does
// not open the socket, wait or count. Read the kernel's networking/packet_mmap documentation.

import { EXIT, HostError } from "../ground/errors.ts";
import {
  addressOf,
  copyFrom,
  copyTo,
  errorName,
  keepFromChildren,
  mapAnywhere,
  mapFixed,
  mapZero,
  unmap,
} from "./libc.ts";

/** The inspector's memory; the reference kept here keeps the pages under the ring alive. */
export interface LinearMemory {
  readonly buffer: ArrayBuffer;
}

/** A run of equal blocks inside a WebAssembly memory that never grows. Offsets in octets. */
export interface Region {
  readonly memory: LinearMemory;
  /** A multiple of 65,536, which is a multiple of every kernel's page size. */
  readonly offset: number;
  readonly blockSize: number;
  readonly blockCount: number;
}

export type PlacementMode = "mapped" | "copied";

/** The blocks of one ring, by index. */
export interface Blocks {
  readonly mode: PlacementMode;
  /** Whether the kernel has handed the block over; if so its octets now lie in the region. */
  take(index: number): boolean;
  /** Gives the block back to the kernel, as the inspector has left it. */
  release(index: number): void;
  /** Puts ordinary memory where the ring was. The range is never left unmapped. */
  undo(): void;
}

const PAGE = 65_536;
const BLOCK_STATUS = 8; // octets into a block: version, offset to the private part, status
const BLOCK_LENGTH = 20;
const BLOCK_HEADER_SIZE = 48;
const TP_STATUS_KERNEL = 0;
const TP_STATUS_USER = 1; // bit 0 alone: others are set beside it

/** Splits a region into `count` regions of as many blocks each, for one ring an interface. */
export function slices(region: Region, count: number): Region[] {
  const blockCount = Math.floor(region.blockCount / count);
  return Array.from({ length: count }, (_, index) => ({
    ...region,
    offset: region.offset + index * blockCount * region.blockSize,
    blockCount,
  }));
}

const sizeOf = (region: Region): number => region.blockSize * region.blockCount;

function mappedBlocks(region: Region, base: bigint): Blocks {
  // Atomics on this view compile to acquire and release, which the kernel's side pairs with.
  const words = new Int32Array(region.memory.buffer);
  const statusOf = (index: number): number =>
    (region.offset + index * region.blockSize + BLOCK_STATUS) >>> 2;
  return {
    mode: "mapped",
    take: (index) => (Atomics.load(words, statusOf(index)) & TP_STATUS_USER) !== 0,
    release: (index) => {
      Atomics.store(words, statusOf(index), TP_STATUS_KERNEL);
    },
    undo: () => {
      mapZero(base, sizeOf(region));
    },
  };
}

function copiedBlocks(region: Region, ring: bigint): Blocks {
  const octets = new Uint8Array(region.memory.buffer, region.offset, sizeOf(region));
  const header = Buffer.alloc(BLOCK_HEADER_SIZE);
  const fence = new Int32Array(1);
  // A release followed by an acquire orders what comes before against what comes after.
  const order = (): void => {
    Atomics.store(fence, 0, 0);
    Atomics.load(fence, 0);
  };
  const addressAt = (index: number): bigint => ring + BigInt(index * region.blockSize);
  const lengthOf = (): number => Math.min(header.readUInt32LE(BLOCK_LENGTH), region.blockSize);
  const part = (index: number, from: number, to: number): Uint8Array =>
    octets.subarray(index * region.blockSize + from, index * region.blockSize + to);
  return {
    mode: "copied",
    take: (index) => {
      copyFrom(header, addressAt(index));
      if ((header.readUInt32LE(BLOCK_STATUS) & TP_STATUS_USER) === 0) return false;
      order();
      copyFrom(header, addressAt(index));
      copyFrom(part(index, 0, lengthOf()), addressAt(index));
      return true;
    },
    release: (index) => {
      // What the inspector has zeroed for privacy is zeroed in the ring as well.
      const frames = part(index, BLOCK_HEADER_SIZE, lengthOf());
      copyTo(addressAt(index) + BigInt(BLOCK_HEADER_SIZE), frames);
      order();
      copyTo(addressAt(index) + BigInt(BLOCK_STATUS), Buffer.alloc(4, TP_STATUS_KERNEL));
    },
    undo: () => {
      unmap(ring, sizeOf(region)); // not inside the WebAssembly memory, so this may be a hole
      octets.fill(0);
    },
  };
}

/**
 * Lays the ring of `descriptor` into the region. `mode` "copied" asks for the copy outright.
 * Throws HostError 69 when the ring can be mapped nowhere.
 */
export function placeBlocks(
  descriptor: number,
  region: Region,
  mode: PlacementMode = "mapped",
): Blocks {
  const size = sizeOf(region);
  if (region.offset % PAGE !== 0 || region.offset + size > region.memory.buffer.byteLength) {
    throw new HostError(EXIT.unavailable, "the ring does not fit the inspector's memory.");
  }
  const base = addressOf(new Uint8Array(region.memory.buffer)) + BigInt(region.offset);
  if (mode === "mapped") {
    if (mapFixed(base, size, descriptor) === 0) {
      keepFromChildren(base, size); // else the ring cannot be released while a child lives
      return mappedBlocks(region, base);
    }
    mapZero(base, size); // a refused fixed mapping may have left a hole
  }
  const ring = mapAnywhere(size, descriptor);
  if (ring < 0n) {
    const cause = errorName(Number(ring));
    throw new HostError(EXIT.unavailable, `the capture ring cannot be mapped (${cause}).`);
  }
  keepFromChildren(ring, size);
  return copiedBlocks(region, ring);
}
