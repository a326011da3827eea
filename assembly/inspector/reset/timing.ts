// How long a far segment took to answer, against the path's round trip: who answers faster than light
// allows stands nearer than the server.

import { Flow, TRIGGER_SLOTS } from "../flow/flow";
import { Segment } from "../segment";
import { EARLY_MARGIN_US } from "./threshold";

export class Timing {
  /**
   * µs from the near packet this segment acknowledges; 0 when that packet is unknown. Of a repeated packet
   * the first copy counts: the answer can only have been faster than that.
   */
  static latency(flow: Flow, segment: Segment): u32 {
    const handshake = flow.handshake;
    for (let slot: u32 = 0; slot < TRIGGER_SLOTS; slot++) {
      const trigger = handshake.trigger(slot);
      if (trigger.timeUs == 0 || trigger.end != segment.ack) continue;
      // An older packet sent again after others: its first copy is forgotten.
      if (handshake.retransmissions != 0 && trigger.end != flow.near.sndNxt) return 0;
      return <u32>(segment.time / 1000) - trigger.timeUs;
    }
    return 0;
  }

  /** Faster than half the round trip, by a margin a jittery link cannot make up. Both in µs. */
  static tooEarly(latency: u32, roundTrip: u32): bool {
    return latency < roundTrip / 2 && roundTrip - latency > EARLY_MARGIN_US;
  }
}
