// Keeps a connection's two halves, its handshake and the near side's last packets up to date.
// Judges nothing. A reset never moves a sequence number: it may be forged; what home drops moves nothing
// (taken.ts). RFC 9293 §3.3.1, §3.4.

import { Seq } from "../wire/seq";
import { ACK, FIN, RST, Segment, SYN } from "../segment";
import { Flow, FLOW_ASKED, FLOW_CLOSED, TRIGGER_SLOTS } from "./flow";
import {
  Half, HALF_DATA, HALF_FIN, HALF_HOLE, HALF_NEXT, HALF_RST, HALF_SEEN, HALF_SYN, HALF_TS,
} from "./half";
import { Fate, Taken } from "./taken";

/** RFC 7323 §2.3: a shift above 14 is read as 14. */
const WINDOW_SCALE_MAX: u32 = 14;
/** A step of the identification up to this is the sender's own counter going on. */
const IPID_STEP_MAX: u32 = 64;
/** Packets of one side by which its habit of identifications is known. */
const IPID_PACKETS: u32 = 512;

export class Track {
  /** After this call the flow knows the segment. */
  static update(flow: Flow, segment: Segment, fromClient: bool): void {
    const fate = segment.fate;
    if (fate > Fate.Old) return;
    const half = fromClient ? flow.client : flow.server;
    const peer = fromClient ? flow.server : flow.client;
    const flags = segment.flags;
    half.time = segment.time;
    if (fate == Fate.Old) return;
    if (flags & RST) {
      half.set(HALF_RST | HALF_SEEN);
      flow.set(FLOW_CLOSED);
    } else {
      if (flags & SYN) Track.open(flow, half, segment, fromClient);
      Track.advance(half, peer, segment);
      Track.identity(half, peer, segment);
    }
    if (half === flow.near) {
      if (segment.end == segment.seq || (flags & RST) != 0) return;
      Taken.refute(peer, segment);
      Track.trigger(flow, segment);
    } else if (flow.has(FLOW_ASKED) && (flags & (ACK | RST)) == ACK) {
      Track.roundTrip(flow, segment);
    }
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
      half.set(HALF_SYN);
    }
  }

  /** SND.NXT, acknowledgment, window, timestamps. */
  @inline private static advance(half: Half, peer: Half, segment: Segment): void {
    const flags = segment.flags;
    let set: u32 = HALF_SEEN;
    let inOrder = true;
    if (!half.has(HALF_NEXT)) {
      half.sndNxt = segment.end;
      set |= HALF_NEXT;
    } else {
      inOrder = Seq.diff(segment.seq, half.sndNxt) <= 0;
      if (!inOrder && !half.has(HALF_HOLE)) {
        half.holeStart = half.sndNxt;
        half.holeEnd = segment.seq;
        set |= HALF_HOLE;
      }
      if (Seq.after(segment.end, half.sndNxt)) half.sndNxt = segment.end;
    }
    Track.offer(half, segment);
    if (segment.payloadLength) {
      set |= HALF_DATA;
      half.dataTime = segment.time;
      if (half.has(HALF_HOLE) && segment.seq == half.holeStart) Track.fill(half, segment);
    }
    if (flags & FIN) set |= HALF_FIN;
    if (segment.hasTimestamp) {
      set |= HALF_TS;
      // What came early says nothing of the clock that the octets before it will show. RFC 7323 §4.3.
      if (inOrder && !Taken.holeOpen(half, peer)) half.tsVal = segment.tsVal;
    }
    half.set(set);
    half.count();
  }

  /** Its acknowledgment, and how far its window reaches. A SYN's window is never scaled. RFC 7323 §2.2. */
  @inline private static offer(half: Half, segment: Segment): void {
    const scale = segment.flags & SYN || half.windowScale == 255 ? 0 : min<u32>(half.windowScale, WINDOW_SCALE_MAX);
    const window = segment.window << scale;
    if (!(segment.flags & ACK)) { half.edge = window; return; }
    const edge = segment.ack + window;
    if (half.ackMax == 0) { // what its SYN offered stands: an edge is not taken back
      half.ackMax = segment.ack;
      half.edge = segment.ack + max(window, half.edge);
      return;
    }
    if (Seq.after(segment.ack, half.ackMax)) half.ackMax = segment.ack;
    if (Seq.after(edge, half.edge)) half.edge = edge;
  }

  /** A segment starts where the hole starts: reordering or a retransmission closes it. */
  private static fill(half: Half, segment: Segment): void {
    if (Seq.before(segment.end, half.holeEnd)) half.holeStart = segment.end;
    else half.flags = <u8>(<u32>half.flags & ~HALF_HOLE);
  }

  /** TTL and identification habits of the sender. */
  @inline private static identity(half: Half, peer: Half, segment: Segment): void {
    const step = (segment.ipid - <u32>half.ipid) & 0xffff;
    if (step > IPID_STEP_MAX && half.packets > 1) half.ipidRun = 0;
    if (step != 0 && half.packets > 1 && half.packets < IPID_PACKETS) {
      if (half.ipidVaried != 255) half.ipidVaried++;
      if (step <= IPID_STEP_MAX && half.ipidRun != 255) half.ipidRun++;
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
  private static trigger(flow: Flow, segment: Segment): void {
    const handshake = flow.handshake;
    for (let slot: u32 = 0; slot < TRIGGER_SLOTS; slot++) {
      const earlier = handshake.trigger(slot);
      if (earlier.timeUs && earlier.end == segment.end) {
        earlier.length = 0;
        earlier.ipid = <u16>segment.ipid;
        return;
      }
    }
    flow.set(FLOW_ASKED);
    const slot = <u32>handshake.triggerNext;
    const trigger = handshake.trigger(slot);
    trigger.timeUs = <u32>(segment.time / 1000);
    trigger.end = segment.end;
    trigger.ipid = <u16>segment.ipid;
    trigger.length = <u16>min<u32>(segment.end - segment.seq, 0xffff);
    handshake.triggerNext = <u8>((slot + 1) % TRIGGER_SLOTS);
  }

  /** A far acknowledgment of exactly a near packet's end is a round trip; of a repeated SYN it is none. */
  private static roundTrip(flow: Flow, segment: Segment): void {
    const handshake = flow.handshake;
    let waiting = false;
    for (let slot: u32 = 0; slot < TRIGGER_SLOTS; slot++) {
      const trigger = handshake.trigger(slot);
      if (trigger.length == 0) continue;
      if (trigger.end != segment.ack) { waiting = true; continue; }
      const elapsed = <u32>(segment.time / 1000) - trigger.timeUs;
      trigger.length = 0; // one sample a packet
      if (segment.flags & SYN && handshake.synCount > 1) return;
      if (handshake.rttSamples == 0 || elapsed < handshake.rttMin) handshake.rttMin = elapsed;
      if (handshake.rttSamples != 255) handshake.rttSamples++;
      return;
    }
    if (!waiting) flow.flags &= ~FLOW_ASKED;
  }
}
