// Frames → TPACKET_V3 blocks laid out as the kernel writes them, so that the walk over a ring can
// be tested without a ring: struct tpacket_block_desc, then frames of struct tpacket3_hdr,
// struct sockaddr_ll and the packet. linux/if_packet.h, net/packet/af_packet.c (prb_* functions).
//
//   block     0 version 4 privOff 8 status 12 count 16 first 20 length 24 seq 32 firstTime 40 lastTime 48
//   frame     0 next 4 sec 8 nsec 12 snap 16 len 20 status 24 mac 26 net 28 hash 32 tci 36 tpid 48 sockaddr_ll

import type { Frame } from "./packet.ts";
import { EPOCH } from "./pcap.ts";

const BLOCK_HEADER = 48;
const FRAME_HEADER = 48;
const ADDRESS_SIZE = 20;
/** Room before the MAC header: the kernel keeps at least 16 octets for it. */
const MAC_ROOM = 16;
const FRAME_ALIGN = 16;
const BLOCK_ALIGN = 8;
const SECOND = 1_000_000_000n;

const STATUS_USER = 1;
const STATUS_CHECKSUM_NOT_READY = 1 << 3;
const STATUS_BLOCK_TIMEOUT = 1 << 5;
const STATUS_VLAN_VALID = 1 << 4;
const STATUS_VLAN_TPID_VALID = 1 << 6;
const PACKET_OUTGOING = 4;
const HARDWARE_ETHERNET = 1;
const VLAN = 0x8100;
const SERVICE_VLAN = 0x88a8;

export interface RingForm {
  readonly blockSize: number;
  /** Most frames a block gets before it is retired; the kernel's timeout does that. */
  readonly framesPerBlock: (block: number) => number;
  /** The outer VLAN tag goes into the frame's header, as a receiving driver does. */
  readonly vlanInHeader?: boolean;
  /** The card is still to fill in every checksum, as with frames this machine sends itself. */
  readonly checksumNotReady?: boolean;
  readonly shift?: bigint;
}

/** Blocks in order, each `blockSize` octets. A frame that fits no block is an error. */
export function encodeRing(frames: readonly Frame[], form: RingForm): Uint8Array[] {
  const blocks: Uint8Array[] = [];
  let at = 0;
  while (at < frames.length) {
    const most = Math.max(1, form.framesPerBlock(blocks.length));
    const { block, taken } = fillBlock(frames.slice(at, at + most), blocks.length, form);
    if (taken === 0) throw new Error("a frame does not fit a ring block");
    blocks.push(block);
    at += taken;
  }
  return blocks;
}

function fillBlock(
  frames: readonly Frame[],
  sequence: number,
  form: RingForm,
): { block: Uint8Array; taken: number } {
  const block = new Uint8Array(form.blockSize);
  const view = new DataView(block.buffer);
  let at = BLOCK_HEADER;
  let taken = 0;
  let last = 0;
  for (const frame of frames) {
    const encoded = encodeFrame(frame, form);
    if (at + encoded.length > form.blockSize) break;
    block.set(encoded, at);
    view.setUint32(at, encoded.length, true);
    last = at;
    at += encoded.length;
    taken++;
  }
  if (taken > 0) view.setUint32(last, 0, true); // the last frame has no next
  view.setUint32(0, 1, true);
  view.setUint32(4, BLOCK_HEADER, true);
  view.setUint32(8, STATUS_USER | (sequence % 2 === 0 ? STATUS_BLOCK_TIMEOUT : 0), true);
  view.setUint32(12, taken, true);
  view.setUint32(16, BLOCK_HEADER, true);
  view.setUint32(20, at, true);
  view.setBigUint64(24, BigInt(sequence + 1), true);
  return { block, taken };
}

function encodeFrame(frame: Frame, form: RingForm): Uint8Array {
  const tag = form.vlanInHeader ? outerTag(frame.octets) : null;
  const octets = tag === null ? frame.octets : withoutTag(frame.octets);
  const addressEnd = align(FRAME_HEADER, FRAME_ALIGN) + ADDRESS_SIZE;
  const net = align(addressEnd + MAC_ROOM, FRAME_ALIGN);
  const mac = net - 14;
  const encoded = new Uint8Array(align(mac + octets.length, BLOCK_ALIGN));
  const view = new DataView(encoded.buffer);
  const time = EPOCH * SECOND + frame.time + (form.shift ?? 0n);
  view.setUint32(4, Number(time / SECOND), true);
  view.setUint32(8, Number(time % SECOND), true);
  view.setUint32(12, octets.length, true);
  view.setUint32(16, frame.length - (tag === null ? 0 : 4), true);
  view.setUint32(
    20,
    STATUS_USER |
      (form.checksumNotReady ? STATUS_CHECKSUM_NOT_READY : 0) |
      (tag === null ? 0 : STATUS_VLAN_VALID | STATUS_VLAN_TPID_VALID),
    true,
  );
  view.setUint16(24, mac, true);
  view.setUint16(26, net, true);
  if (tag !== null) {
    view.setUint32(32, tag.tci, true);
    view.setUint16(36, tag.type, true);
  }
  const address = FRAME_HEADER;
  view.setUint16(address, 17, true); // AF_PACKET
  encoded.set(octets.subarray(12, 14), address + 2);
  view.setUint32(address + 4, 2, true);
  view.setUint16(address + 8, HARDWARE_ETHERNET, true);
  encoded[address + 10] = (octets[5] ?? 0) === 0xfe ? PACKET_OUTGOING : 0;
  encoded[address + 11] = 6;
  encoded.set(octets.subarray(6, 12), address + 12);
  encoded.set(octets, mac);
  return encoded;
}

function outerTag(octets: Uint8Array): { type: number; tci: number } | null {
  if (octets.length < 18) return null;
  const view = new DataView(octets.buffer, octets.byteOffset);
  const type = view.getUint16(12);
  return type === VLAN || type === SERVICE_VLAN ? { type, tci: view.getUint16(14) } : null;
}

function withoutTag(octets: Uint8Array): Uint8Array {
  return Uint8Array.from(Buffer.concat([octets.subarray(0, 12), octets.subarray(16)]));
}

function align(value: number, to: number): number {
  return Math.ceil(value / to) * to;
}
