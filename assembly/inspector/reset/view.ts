// What the tap cannot see of a connection (F9): one of its directions, or a middle that a fast path of the
// router carried past it. What lies "ahead of everything" may then simply have been hidden, and silence
// may be ours alone. Loss of single frames is another matter: loss.ts.

import { Flow, FLOW_PARTIAL } from "../flow/flow";
import { HALF_DATA, HALF_HOLE, HALF_NEXT, HALF_SEEN, HALF_SYN } from "../flow/half";
import { Seq } from "../wire/seq";
import { Stages } from "./stage";

/** 1 while the router's fast path hides established connections from the tap. */
const OFFLOADED: usize = memory.data(8, 8);

export class View {
  /** The host knows: connections leave the tap's sight once they are established. */
  static setOffloaded(on: bool): void { store<u8>(OFFLOADED, on ? 1 : 0); }

  /** Was part of this connection hidden? Remembered once it is certain. */
  static partial(flow: Flow): bool {
    if (flow.has(FLOW_PARTIAL)) return true;
    if (View.hidden(flow)) {
      flow.set(FLOW_PARTIAL);
      return true;
    }
    return View.oneWay(flow);
  }

  /** A middle was hidden: it was carried past the tap, or home has acknowledged octets nobody saw arrive. */
  private static hidden(flow: Flow): bool {
    const near = flow.near;
    const far = flow.far;
    if (load<u8>(OFFLOADED) && near.has(HALF_DATA)) return true;
    if (!far.has(HALF_NEXT) || !Stages.nearAcked(flow)) return false;
    // Home's acknowledgments are authentic; the far side's may be forged and are not asked.
    if (Seq.after(near.ackMax, far.sndNxt)) return true;
    // A hole before the stream's first octet is none: an older connection's segment came first.
    const own = !far.has(HALF_SYN) || !Seq.before(far.holeStart, far.iss);
    return far.has(HALF_HOLE) && own && Seq.after(near.ackMax, far.holeStart);
  }

  /** Only one direction so far, although it answers the other. */
  private static oneWay(flow: Flow): bool {
    if (!flow.far.has(HALF_SEEN)) return Stages.nearAcked(flow);
    return !flow.near.has(HALF_SEEN) && Stages.farAcked(flow);
  }
}
