// Turns an interface's name into a packet socket with a filter and a ring of TPACKET_V3 blocks,
// deaf until it is bound. Each step that fails says so in one sentence. Maps nothing (block.ts)
// and waits for nothing (ring.ts). Read packet(7) and the kernel's networking/packet_mmap.

import { constants } from "node:os";
import { EXIT, HostError } from "../ground/errors.ts";
import type { Region } from "./block.ts";
import {
  AF_PACKET,
  attachFilter,
  errorName,
  getOption,
  SOCK_RAW,
  SOL_PACKET,
  setOption,
  socket,
} from "./libc.ts";

const PACKET_RX_RING = 5;
const PACKET_STATISTICS = 6;
const PACKET_VERSION = 10;
const TPACKET_V3 = 2;
const FRAME_SIZE = 2_048; // checked by the kernel, then unused: version 3 packs frames

/**
 * A block that is not full is handed over after this. Short, for an alert waits for it; not shorter,
 * for every pause of the sender that long leaves the rest of a block unused, and newer kernels hand a
 * block over this often even while frames come.
 *
 * A reader that stands still loses nothing while the ring is less than three quarters full: 216 of a
 * desk's 288 blocks, of which 1.5 s of the smallest frames at 50,000/s take 181. In the last quarter
 * the kernel looks, without a lock, whether the block it is filling is free (__packet_rcv_has_room),
 * and drops a frame that arrives on one core in the moment another hands that block over.
 */
const BLOCK_TIMEOUT_MS = 50;

/** What the kernel has counted since the last reading. */
export interface PacketStatistics {
  readonly frames: number;
  readonly drops: number;
  readonly freezes: number;
}

/** Passes a result on, or throws HostError 69 with what was refused and what to do instead. */
export function must(what: string, interfaceName: string, code: number): number {
  if (code >= 0) return code;
  const instead = 'pipe "tcpdump -w -" into "striplight replay -" instead';
  throw new HostError(
    EXIT.unavailable,
    `the kernel refuses ${what} on "${interfaceName}" (${errorName(code)}); ${instead}.`,
  );
}

/** Opens the socket; the one step that needs CAP_NET_RAW. Throws HostError 77 without it. */
export function openPacketSocket(interfaceName: string): number {
  const descriptor = socket(AF_PACKET, SOCK_RAW, 0); // protocol 0: no stray frame gets in
  const { EPERM, EACCES } = constants.errno;
  if (descriptor !== -EPERM && descriptor !== -EACCES) {
    return must("a packet socket", interfaceName, descriptor);
  }
  const wanted = "it needs root or the capability CAP_NET_RAW";
  throw new HostError(EXIT.noPermission, `not permitted to tap "${interfaceName}": ${wanted}.`);
}

/** Sets or replaces the filter. */
export function setFilter(descriptor: number, program: Uint8Array, interfaceName: string): void {
  must("a packet filter", interfaceName, attachFilter(descriptor, program));
}

/** Asks for the ring's blocks; they are mapped afterwards. */
export function requestRing(descriptor: number, region: Region, interfaceName: string): void {
  const { blockSize, blockCount } = region;
  const version = Buffer.alloc(4);
  version.writeUInt32LE(TPACKET_V3, 0);
  const chosen = setOption(descriptor, SOL_PACKET, PACKET_VERSION, version);
  must("ring version 3", interfaceName, chosen);
  const geometry = Buffer.alloc(28); // tpacket_req3
  geometry.writeUInt32LE(blockSize, 0);
  geometry.writeUInt32LE(blockCount, 4);
  geometry.writeUInt32LE(FRAME_SIZE, 8);
  geometry.writeUInt32LE((blockSize / FRAME_SIZE) * blockCount, 12);
  geometry.writeUInt32LE(BLOCK_TIMEOUT_MS, 16);
  must("a ring", interfaceName, setOption(descriptor, SOL_PACKET, PACKET_RX_RING, geometry));
}

/** Reads and clears the kernel's counters; its packets include the dropped ones. */
export function takeStatistics(descriptor: number): PacketStatistics {
  const counters = Buffer.alloc(12); // tpacket_stats_v3
  const length = getOption(descriptor, SOL_PACKET, PACKET_STATISTICS, counters);
  if (length < counters.length) return { frames: 0, drops: 0, freezes: 0 };
  const drops = counters.readUInt32LE(4);
  return { frames: counters.readUInt32LE(0) - drops, drops, freezes: counters.readUInt32LE(8) };
}
