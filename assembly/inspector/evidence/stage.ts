// Where a connection stands, as an observer of both directions sees it. The four stages are those of the
// published passive measurements (Post-SYN, Post-ACK, Post-PSH, Later), mirrored to the home side.

import { Flow } from "../flow/flow";
import { HALF_DATA, HALF_NEXT, HALF_SYN } from "../flow/half";
import { Stage } from "./evidence";

export class Stages {
  /** Stage now: before the far side spoke, after the handshake, after home's data, after the far side's. */
  static of(flow: Flow): Stage {
    const far = flow.far;
    const near = flow.near;
    if (far.has(HALF_DATA)) return Stage.Later;
    if (!far.has(HALF_NEXT) && near.has(HALF_SYN)) return Stage.Syn;
    return near.has(HALF_DATA) ? Stage.Psh : Stage.Ack;
  }
}
