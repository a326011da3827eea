// One connection: who, since when, its two halves, its handshake, the near side's last packets.
//
//   0          32     40    48       56    60    64         96         128        160        192        256
//   ├─addresses─┼ports─┼flags┼openTime┼frame┼rows─┼client now─┼server now┼client ever┼server ever┼─handshake─┤
//   └ line 1: who; compared ──────────────────────┴ line 2: moves ───────┴ lines 3 and 4: now and then ────────┘
//
// A frame in the middle of a connection touches the first two lines: which connection it is, and for
// each direction what is expected next, acknowledged, offered, when and with which habit (half.ts). The
// others are for handshakes, mail, resets and ends.
//
// "client" sent the first SYN (without one: has the higher port). "near" is the home side.

import { Half, HALF_SIZE, HALF_SPAN } from "./half";
import { FLOW_ROW_SIZE } from "../limits";

/** Flags of a flow. */
export const FLOW_CLIENT_NEAR: u32 = 1; // the client is the home side
export const FLOW_SYN_SEEN: u32 = 2; // roles come from a SYN, not from port numbers
export const FLOW_PROBED_CLIENT: u32 = 4; // first payload of that side was looked at for its dialect
export const FLOW_PROBED_SERVER: u32 = 8;
export const FLOW_WITNESS: u32 = 32; // carried a mail dialog, a reset or evidence: told at its end
export const FLOW_PARTIAL: u32 = 64; // its middle was hidden from the tap: no conclusion from absence
export const FLOW_BOTH_HOME: u32 = 128; // near side chosen because the opener is near by rule
export const FLOW_CLOSED: u32 = 256; // a reset was seen: first to be evicted
export const FLOW_NAMED: u32 = 2048; // its ClientHello was read, or never will be
export const FLOW_ANSWERED: u32 = 4096; // the server answered its ClientHello
export const FLOW_FORGOTTEN: u32 = 8192; // its reset history told something, then made room for another
export const FLOW_ASKED: u32 = 16384; // a near packet waits for the answer that measures a round trip

/** What the flow carries. Mail is told as Mail plus the number of its dialect. */
export enum Application { Other, Tls, Http, Mail }

@final @unmanaged
export class Flow {
  clientHigh: u64;
  clientLow: u64;
  serverHigh: u64;
  serverLow: u64;
  clientPort: u16;
  serverPort: u16;
  interfaceIndex: u16;
  ipVersion: u8;
  application: u8;
  flags: u32;
  /** Serial number of this flow within the instance, from 1: names it in findings. */
  ordinal: u32;
  /** Time of its first packet, ns. */
  openTime: u64;
  /** Frame number of its first packet. */
  firstFrame: u32;
  /** Row of its mail dialog, its reset history; 0 = none. */
  dialogRow: u16;
  resetRow: u16;

  // Client half at 64, server half at 96, each with its second part 64 further on; the handshake at 192.

  @inline static at(at: usize): Flow { return changetype<Flow>(at); }
  @inline get client(): Half { return Half.at(changetype<usize>(this) + 64); }
  @inline get server(): Half { return Half.at(changetype<usize>(this) + 64 + HALF_SIZE); }
  @inline get handshake(): Handshake { return Handshake.at(changetype<usize>(this) + 192); }
  @inline has(bits: u32): bool { return (this.flags & bits) != 0; }
  @inline set(bits: u32): void { this.flags |= bits; }
  @inline get near(): Half { return this.has(FLOW_CLIENT_NEAR) ? this.client : this.server; }
  @inline get far(): Half { return this.has(FLOW_CLIENT_NEAR) ? this.server : this.client; }
}

/** Marks of the far side: a segment had a right checksum; the SYN-ACK answered another SYN than home's. */
export const FAR_CHECKSUM_GOOD: u32 = 1;
export const FAR_SYNACK_FOREIGN: u32 = 2;
/** A segment with payload had a right checksum. */
export const FAR_DATA_GOOD: u32 = 4;

/** The opening exchange and the near side's last packets that can trigger an answer. */
@final @unmanaged
class Handshake {
  /** Time of the last SYN of the opener, ns. */
  synTime: u64;
  /** Time of the first SYN-ACK, ns; 0 = none. */
  synAckTime: u64;
  synAckSeq: u32;
  synAckIpid: u16;
  synAckTtl: u8;
  /** SYNs of the opener in this attempt, SYN-ACKs seen. */
  synCount: u8;
  synAckCount: u8;
  /** Smallest round trip seen, µs; 0xffffffff = none. */
  rttMin: u32;
  /** Round-trip samples taken. */
  rttSamples: u8;
  /** Next slot of the trigger ring. */
  triggerNext: u8;
  spare: u16;
  /** Row of the far side's first octets, held to be compared; 0 = none. */
  headRow: u16;
  /** Bits FAR_…: what was learnt about the far side's segments. */
  farMarks: u8;
  /** Near retransmissions since the far side's last payload, capped at 255. */
  retransmissions: u8;

  @inline static at(at: usize): Handshake { return changetype<Handshake>(at); }
  /** Slot 0..1 of the last near packets with SYN or payload. 40 octets before, 12 each: two fit. */
  @inline trigger(slot: u32): Trigger {
    return Trigger.at(changetype<usize>(this) + 40 + <usize>slot * TRIGGER_SIZE);
  }
}

/** One near packet with SYN or payload. */
@final @unmanaged
class Trigger {
  /** Low 32 bits of its time in µs. */
  timeUs: u32;
  /** Its SEG.SEQ + length (the acknowledgment that answers it). */
  end: u32;
  ipid: u16;
  length: u16;
  @inline static at(at: usize): Trigger { return changetype<Trigger>(at); }
}
const TRIGGER_SIZE: u32 = 12;
export const TRIGGER_SLOTS: u32 = 2;

if (offsetof<Flow>() != 64) ERROR("Flow head drifted");
if (offsetof<Half>() != HALF_SPAN || 64 + HALF_SIZE + HALF_SPAN != 192) ERROR("Half drifted");
if (offsetof<Handshake>() != 40) ERROR("Handshake drifted");
if (FLOW_ROW_SIZE != 256) ERROR("Flow row drifted");
