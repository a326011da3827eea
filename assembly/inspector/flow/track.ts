// Keeps a connection's two halves, its handshake and the near side's last packets up to date.
// Judges nothing. A reset never moves a sequence number: it may be forged. RFC 9293 §3.3.1, §3.4.

import { Seq } from "../wire/seq";
import { ACK, FIN, RST, Segment, SYN } from "../segment";
import { Flow, FLOW_CLOSED, Handshake, TRIGGER_SLOTS } from "./flow";
import {
  Half, HALF_DATA, HALF_FIN, HALF_HOLE, HALF_NEXT, HALF_RST, HALF_SEEN, HALF_SYN, HALF_TS,
} from "./half";

/** RFC 7323 §2.3: a shift above 14 is read as 14. */
const WINDOW_SCALE_MAX: u32 = 14;
/** A step of the identification up to this is the sender's own counter going on. */
const IPID_STEP_MAX: u32 = 64;

export class Track {
  /** After this call the flow knows the segment. */
  static update(flow: Flow, segment: Segment, fromClient: bool): void {
    const half = fromClient ? flow.client : flow.server;
    const peer = fromClient ? flow.server : flow.client;
    const flags = segment.flags;
    if (flags & RST) {
      half.set(HALF_RST | HALF_SEEN);
      flow.set(FLOW_CLOSED);
    } else {
      if (flags & SYN) Track.open(flow, half, segment, fromClient);
      Track.advance(half, segment);
      Track.identity(half, peer, segment);
    }
    if (half === flow.near) {
      const handshake = flow.handshake;
      if (handshake.nearPackets != 0xffff) handshake.nearPackets++;
      if (segment.end != segment.seq && !(flags & RST)) Track.trigger(handshake, segment);
    } else if (flags & ACK && !(flags & RST)) {
      Track.roundTrip(flow.handshake, segment);
    }
    half.time = segment.time;
  }

  /** A SYN or SYN-ACK: the side's ISS and what it may use. */
  private static open(flow: Flow, half: Half, segment: Segment, fromClient: bool): void {
    const handshake = flow.handshake;
    if (segment.flags & ACK) {
      if (handshake.synAckCount == 0) {
        handshake.synAckTime = segment.time;
        handshake.synAckSeq = segment.seq;
        handshake.synAckIpid = <u16>segment.ipid;
        handshake.synAckTtl = <u8>segment.ttl;
      }
      if (handshake.synAckCount != 255) handshake.synAckCount++;
    } else if (fromClient) {
      handshake.synTime = segment.time;
      if (handshake.synCount != 255) handshake.synCount++;
    }
    if (!half.has(HALF_SYN)) {
      half.iss = segment.seq;
      half.windowScale = <u8>segment.windowScale;
      half.mss = <u16>segment.mss;
      half.set(HALF_SYN);
    }
  }

  /** SND.NXT, acknowledgment, window, timestamps. */
  @inline private static advance(half: Half, segment: Segment): void {
    const flags = segment.flags;
    let set: u32 = HALF_SEEN;
    if (!half.has(HALF_NEXT)) {
      half.sndNxt = segment.end;
      half.ackMax = flags & ACK ? segment.ack : 0;
      set |= HALF_NEXT;
    } else {
      const gap = Seq.diff(segment.seq, half.sndNxt);
      if (gap > 0 && !half.has(HALF_HOLE)) {
        half.holeStart = half.sndNxt;
        half.holeEnd = segment.seq;
        set |= HALF_HOLE;
      }
      if (Seq.after(segment.end, half.sndNxt)) half.sndNxt = segment.end;
      if (flags & ACK && (half.ackMax == 0 || Seq.after(segment.ack, half.ackMax))) half.ackMax = segment.ack;
    }
    if (segment.payloadLength) {
      set |= HALF_DATA;
      half.dataTime = segment.time;
      if (half.has(HALF_HOLE) && segment.seq == half.holeStart) Track.fill(half, segment);
    }
    if (flags & FIN) set |= HALF_FIN;
    if (segment.hasTimestamp) {
      set |= HALF_TS;
      half.tsVal = segment.tsVal;
    }
    const scale = flags & SYN || half.windowScale == 255 ? 0 : min<u32>(half.windowScale, WINDOW_SCALE_MAX);
    half.window = segment.window << scale;
    half.set(set);
    if (half.packets != u32.MAX_VALUE) half.packets++;
  }

  /** A segment starts where the hole starts: reordering or a retransmission closes it. */
  private static fill(half: Half, segment: Segment): void {
    if (Seq.before(segment.end, half.holeEnd)) half.holeStart = segment.end;
    else half.flags = <u8>(<u32>half.flags & ~HALF_HOLE);
  }

  /** TTL and identification habits of the sender. */
  @inline private static identity(half: Half, peer: Half, segment: Segment): void {
    const step = (segment.ipid - <u32>half.ipid) & 0xffff;
    if (half.packets > 1 && step != 0) {
      if (half.ipidVaried != 255) half.ipidVaried++;
      if (step <= IPID_STEP_MAX) { if (half.ipidRun != 255) half.ipidRun++; }
      else half.ipidRun = 0;
    }
    half.ipid = <u16>segment.ipid;
    // The SYN may be a proxy's; the bare ACK that ends a handshake may be, too.
    if (segment.flags & SYN) return;
    if (segment.payloadLength == 0 && !half.has(HALF_DATA) && !peer.has(HALF_DATA) && half.packets <= 2) return;
    const ttl = segment.ttl;
    if (ttl == <u32>half.ttlBase) {
      if (half.ttlVotes != 255) half.ttlVotes++;
      return;
    }
    if (half.ttlVotes == 0) {
      half.ttlBase = <u8>ttl;
      half.ttlVotes = 1;
      if (half.ttlMin == 0) half.ttlMin = <u8>ttl;
      half.ttlMax = max<u8>(half.ttlMax, <u8>ttl);
    } else half.ttlVotes--;
    half.ttlMin = min<u8>(half.ttlMin, <u8>ttl);
    half.ttlMax = max<u8>(half.ttlMax, <u8>ttl);
  }

  /**
   * Remembers a near packet that asks for an answer. Sent twice, it measures nothing any more (Karn's
   * rule): an answer to the first copy would look too fast for the second.
   */
  private static trigger(handshake: Handshake, segment: Segment): void {
    for (let slot: u32 = 0; slot < TRIGGER_SLOTS; slot++) {
      const earlier = handshake.trigger(slot);
      if (earlier.timeUs && earlier.end == segment.end) {
        earlier.length = 0;
        earlier.ipid = <u16>segment.ipid;
        return;
      }
    }
    const slot = <u32>handshake.triggerNext;
    const trigger = handshake.trigger(slot);
    trigger.timeUs = <u32>(segment.time / 1000);
    trigger.end = segment.end;
    trigger.ipid = <u16>segment.ipid;
    trigger.length = <u16>min<u32>(segment.end - segment.seq, 0xffff);
    handshake.triggerNext = <u8>((slot + 1) % TRIGGER_SLOTS);
  }

  /** A far acknowledgment of exactly a near packet's end is a round trip; of a repeated SYN it is none. */
  @inline private static roundTrip(handshake: Handshake, segment: Segment): void {
    for (let slot: u32 = 0; slot < TRIGGER_SLOTS; slot++) {
      const trigger = handshake.trigger(slot);
      if (trigger.length == 0 || trigger.end != segment.ack) continue;
      const elapsed = <u32>(segment.time / 1000) - trigger.timeUs;
      trigger.length = 0; // one sample a packet
      if (segment.flags & SYN && handshake.synCount > 1) return;
      if (handshake.rttSamples == 0 || elapsed < handshake.rttMin) handshake.rttMin = elapsed;
      if (handshake.rttSamples != 255) handshake.rttSamples++;
      return;
    }
  }
}
