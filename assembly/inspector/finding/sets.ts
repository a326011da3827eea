// Sets of evidence names, one bit a name. Made from the rows of assembly/judge/mail-catalogue.ts and
// assembly/judge/segment-catalogue.ts by `make tables`: change those.

import { MailEvidence, SegmentEvidence } from "./evidence";

/** They do not explain a missing offer. */
export const BESIDE: u64 =
  (<u64>1 << MailEvidence.BannerMismatch) |
  (<u64>1 << MailEvidence.ClearAuth) |
  (<u64>1 << MailEvidence.ClearMail) |
  (<u64>1 << MailEvidence.ClearRead) |
  (<u64>1 << MailEvidence.ViewOneway) |
  (<u64>1 << MailEvidence.ViewGap) |
  (<u64>1 << MailEvidence.LineLong);

/** Families of segment evidence. */
export const CONTENT: u64 =
  (<u64>1 << SegmentEvidence.SegOverlapConflict);

export const FINGERPRINT: u64 =
  (<u64>1 << SegmentEvidence.RstWinLadder) |
  (<u64>1 << SegmentEvidence.RstBurst) |
  (<u64>1 << SegmentEvidence.RstFlagsOdd) |
  (<u64>1 << SegmentEvidence.FpSandvinePacketlogic) |
  (<u64>1 << SegmentEvidence.FpRae) |
  (<u64>1 << SegmentEvidence.FpHenan) |
  (<u64>1 << SegmentEvidence.FpPerftech) |
  (<u64>1 << SegmentEvidence.FpScapyDefault) |
  (<u64>1 << SegmentEvidence.FpUnknownConstant) |
  (<u64>1 << SegmentEvidence.FpConstantDistance);

export const IPID: u64 =
  (<u64>1 << SegmentEvidence.RstIpidEcho) |
  (<u64>1 << SegmentEvidence.RstIpidBreak) |
  (<u64>1 << SegmentEvidence.SegIpidEcho);

export const OPTION: u64 =
  (<u64>1 << SegmentEvidence.TsMissing) |
  (<u64>1 << SegmentEvidence.RstTsBogus);

export const REFUSAL: u64 =
  (<u64>1 << SegmentEvidence.IcmpProhibited);

export const SEQUENCE: u64 =
  (<u64>1 << SegmentEvidence.RstSeqLadder) |
  (<u64>1 << SegmentEvidence.RstAckChange) |
  (<u64>1 << SegmentEvidence.RstAckWrong) |
  (<u64>1 << SegmentEvidence.RstDataBefore) |
  (<u64>1 << SegmentEvidence.RstSeqAhead) |
  (<u64>1 << SegmentEvidence.RstSeqZero);

export const SILENCE: u64 =
  (<u64>1 << SegmentEvidence.SynSilent) |
  (<u64>1 << SegmentEvidence.ChSilent) |
  (<u64>1 << SegmentEvidence.FlowFreeze);

export const STATE: u64 =
  (<u64>1 << SegmentEvidence.RstThenSynack) |
  (<u64>1 << SegmentEvidence.RstAckProgress) |
  (<u64>1 << SegmentEvidence.RstDataAfter) |
  (<u64>1 << SegmentEvidence.RstAliveAfter) |
  (<u64>1 << SegmentEvidence.AckSeqRegress) |
  (<u64>1 << SegmentEvidence.SynackConflict);

export const TIME: u64 =
  (<u64>1 << SegmentEvidence.RstEarly);

export const TTL: u64 =
  (<u64>1 << SegmentEvidence.RstTtlImplausible) |
  (<u64>1 << SegmentEvidence.RstTtlStep) |
  (<u64>1 << SegmentEvidence.RstTtlDiverse) |
  (<u64>1 << SegmentEvidence.SegTtlImplausible) |
  (<u64>1 << SegmentEvidence.SegTtlStep);
