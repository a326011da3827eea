// How many families of segment evidence a set holds, and the verdict that makes: which attempt is the
// strongest and whether a row has anything to say. The host's judge has the last word.

import { SegmentEvidence } from "../finding/evidence";
import { RANK_NONE, RANK_SUSPECT, rankOf } from "../finding/rank";
import { CONTENT, FINGERPRINT, IPID, OPTION, REFUSAL, SEQUENCE, STATE, TIME, TTL } from "../finding/sets";

/**
 * Evidence that a close explains: after one it counts only beside something conclusive. Odd flags and
 * timestamps too: nobody forges a reset for a closed connection, while home routers answer late packets
 * with whatever their template holds (measured: three reserved bits set).
 */
export const EXPLAINED_BY_CLOSE: u64 = SEQUENCE | TTL | IPID | TIME | OPTION |
  (1 << <u64>SegmentEvidence.RstAliveAfter) | (1 << <u64>SegmentEvidence.RstBurst) |
  (1 << <u64>SegmentEvidence.RstFlagsOdd);

export class Families {
  /** The verdict these three planes of evidence add up to, as a rank. */
  static rank(weak: u64, strong: u64, conclusive: u64): u32 {
    const rank = rankOf(Families.count(conclusive), Families.count(strong | conclusive), Families.count(weak));
    // A refusal by a third party is told by itself, whatever else there is.
    return rank == RANK_NONE && strong & REFUSAL ? RANK_SUSPECT : rank;
  }

  /** Families with a member in the set. */
  private static count(set: u64): u32 {
    return Families.one(set, STATE) + Families.one(set, SEQUENCE) + Families.one(set, TTL) +
      Families.one(set, IPID) + Families.one(set, OPTION) + Families.one(set, TIME) +
      Families.one(set, CONTENT) + Families.one(set, FINGERPRINT);
  }

  @inline private static one(set: u64, family: u64): u32 { return set & family ? 1 : 0; }
}
