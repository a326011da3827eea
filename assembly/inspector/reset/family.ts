// Families of segment evidence and the verdict they add up to: within one family only the strongest
// member counts. The host's judge has the last word; here it decides which attempt is the strongest and
// whether a row has anything to say.

import { SegmentEvidence } from "../finding/evidence";

const STATE: u64 = (1 << <u64>SegmentEvidence.RstThenSynack) | (1 << <u64>SegmentEvidence.RstAckProgress) |
  (1 << <u64>SegmentEvidence.RstDataAfter) | (1 << <u64>SegmentEvidence.RstAliveAfter) |
  (1 << <u64>SegmentEvidence.AckSeqRegress) | (1 << <u64>SegmentEvidence.SynackConflict);
const SEQUENCE: u64 = (1 << <u64>SegmentEvidence.RstSeqLadder) | (1 << <u64>SegmentEvidence.RstAckChange) |
  (1 << <u64>SegmentEvidence.RstAckWrong) | (1 << <u64>SegmentEvidence.RstDataBefore) |
  (1 << <u64>SegmentEvidence.RstSeqAhead) | (1 << <u64>SegmentEvidence.RstSeqZero);
const TTL: u64 = (1 << <u64>SegmentEvidence.RstTtlImplausible) | (1 << <u64>SegmentEvidence.RstTtlStep) |
  (1 << <u64>SegmentEvidence.RstTtlDiverse) | (1 << <u64>SegmentEvidence.SegTtlImplausible) |
  (1 << <u64>SegmentEvidence.SegTtlStep);
const IPID: u64 = (1 << <u64>SegmentEvidence.RstIpidEcho) | (1 << <u64>SegmentEvidence.RstIpidBreak) |
  (1 << <u64>SegmentEvidence.SegIpidEcho);
const OPTION: u64 = (1 << <u64>SegmentEvidence.TsMissing) | (1 << <u64>SegmentEvidence.RstTsBogus);
const TIME: u64 = 1 << <u64>SegmentEvidence.RstEarly;
const CONTENT: u64 = 1 << <u64>SegmentEvidence.SegOverlapConflict;
const FINGERPRINT: u64 = (1 << <u64>SegmentEvidence.RstWinLadder) | (1 << <u64>SegmentEvidence.RstBurst) |
  (1 << <u64>SegmentEvidence.RstFlagsOdd) | (1 << <u64>SegmentEvidence.FpSandvinePacketlogic) |
  (1 << <u64>SegmentEvidence.FpRae) | (1 << <u64>SegmentEvidence.FpHenan) |
  (1 << <u64>SegmentEvidence.FpPerftech) | (1 << <u64>SegmentEvidence.FpScapyDefault);
const REFUSAL: u64 = 1 << <u64>SegmentEvidence.IcmpProhibited;

/**
 * Evidence that a close explains: after one it counts only beside something conclusive. Odd flags and
 * timestamps too: nobody forges a reset for a closed connection, while home routers answer late packets
 * with whatever their template holds (measured: three reserved bits set).
 */
export const EXPLAINED_BY_CLOSE: u64 = SEQUENCE | TTL | IPID | TIME | OPTION |
  (1 << <u64>SegmentEvidence.RstAliveAfter) | (1 << <u64>SegmentEvidence.RstBurst) |
  (1 << <u64>SegmentEvidence.RstFlagsOdd);

/** Points of b.5 by strength. */
const WEAK_POINTS: u32 = 1;
const STRONG_POINTS: u32 = 3;

/** Ranks of a verdict. */
export const RANK_NONE: u32 = 0;
export const RANK_SUSPECT: u32 = 1;
export const RANK_LIKELY: u32 = 2;
export const RANK_PROVEN: u32 = 3;

export class Family {
  /** The verdict these three planes of evidence add up to, as a rank. */
  static rank(weak: u64, strong: u64, conclusive: u64): u32 {
    if (((weak | strong | conclusive) & ~REFUSAL) == 0) return strong & REFUSAL ? RANK_SUSPECT : RANK_NONE;
    const heavy = strong | conclusive;
    const families = Family.count(heavy);
    if (conclusive) return families >= 2 ? RANK_PROVEN : RANK_LIKELY;
    if (families >= 2) return RANK_LIKELY;
    if (families == 1 || strong & REFUSAL) return RANK_SUSPECT;
    return Family.count(weak) * WEAK_POINTS >= STRONG_POINTS ? RANK_SUSPECT : RANK_NONE;
  }

  /** Families with a member in the set. */
  private static count(set: u64): u32 {
    return Family.one(set, STATE) + Family.one(set, SEQUENCE) + Family.one(set, TTL) +
      Family.one(set, IPID) + Family.one(set, OPTION) + Family.one(set, TIME) +
      Family.one(set, CONTENT) + Family.one(set, FINGERPRINT);
  }

  @inline private static one(set: u64, family: u64): u32 { return set & family ? 1 : 0; }
}
