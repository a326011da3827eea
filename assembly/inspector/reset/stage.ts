// Where a connection stands, as an observer of both directions sees it. The four stages are those of the
// published passive measurements (Post-SYN, Post-ACK, Post-PSH, Later), mirrored to the home side.

import { Flow, FLOW_CLIENT_NEAR } from "../flow/flow";
import { Half, HALF_DATA, HALF_NEXT, HALF_SYN } from "../flow/half";
import { Stage } from "../finding/evidence";

export class Stages {
  /** Home has acknowledged something, so that the number of its last acknowledgment means something. */
  static nearAcked(flow: Flow): bool {
    return Stages.acked(flow, flow.near, flow.has(FLOW_CLIENT_NEAR));
  }

  /** The same for the far side. */
  static farAcked(flow: Flow): bool {
    return Stages.acked(flow, flow.far, !flow.has(FLOW_CLIENT_NEAR));
  }

  /** All but the client's SYN carry an acknowledgment. */
  private static acked(flow: Flow, half: Half, isClient: bool): bool {
    return half.has(HALF_NEXT) && (!isClient || half.packets > <u32>flow.handshake.synCount);
  }

  /** Stage now: before the far side spoke, after the handshake, after home's data, after the far side's. */
  static of(flow: Flow): Stage {
    const far = flow.far;
    const near = flow.near;
    if (far.has(HALF_DATA)) return Stage.Later;
    if (!far.has(HALF_NEXT) && near.has(HALF_SYN)) return Stage.Syn;
    return near.has(HALF_DATA) ? Stage.Psh : Stage.Ack;
  }
}
