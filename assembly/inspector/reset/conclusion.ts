// What a reset row amounts to: its evidence after the benign explanations, the reason why nothing is said when
// nothing is left, and the part of a finding that tells it. Decides no verdict; the host's judge does.

import { Finding, FINDING_SEGMENT_FRAMES } from "../finding/finding";
import { Flow } from "../flow/flow";
import {
  RESET_DATA_CUT, RESET_HELD, RESET_IDLE, RESET_LOCAL_CLOSED,
  RESET_NEAR_ENDPOINT, RESET_REACTIVE, RESET_REFUSED, RESET_REMOTE_CLOSED, RESET_SEEN, ResetRow,
} from "./reset-table";
import { Benign, Fingerprint, SegmentEvidence, Stage } from "../finding/evidence";
import { RANK_NONE } from "../finding/rank";
import { SILENCE } from "../finding/sets";
import { Families } from "./family";
import { TIMESTAMPS_STRIPPED } from "./threshold";

const ECHOES: u64 = (1 << <u64>SegmentEvidence.RstIpidEcho) | (1 << <u64>SegmentEvidence.SegIpidEcho);
const SCAPY: u64 = 1 << <u64>SegmentEvidence.FpScapyDefault;
const TIMESTAMP: u64 = 1 << <u64>SegmentEvidence.TsMissing;

/** An identification that never changes is a system's habit; two changes make a counter. */
const IPID_VARIES: u32 = 2;

/** The evidence that counts, as last computed: weak, strong, conclusive. */
const PLANES: usize = memory.data(24, 8);

export class Conclusion {
  @inline static get weak(): u64 { return load<u64>(PLANES); }
  @inline static get strong(): u64 { return load<u64>(PLANES, 8); }
  @inline static get conclusive(): u64 { return load<u64>(PLANES, 16); }

  /** Computes the planes; returns the rank of the verdict they add up to. */
  static weigh(flow: Flow, row: ResetRow): u32 {
    const conclusive = row.conclusive;
    let strong = row.strong | (conclusive ? row.closing : 0);
    strong &= ~conclusive;
    let weak = row.weak & ~(strong | conclusive);
    let cancelled: u64 = 0;
    // Identifications that home never varies prove no copy; those the far side never varies no injector.
    if (flow.near.ipidVaried == 0) cancelled |= ECHOES;
    const varied = <u32>flow.far.ipidVaried;
    // The constant itself made one change on the way in and one on the way out.
    if (row.ipidVaried < IPID_VARIES && varied <= row.ipidVaried + IPID_VARIES) cancelled |= SCAPY;
    // Every later segment lacks it, too: a box strips the option.
    if (<u32>row.timestampsMissing >= TIMESTAMPS_STRIPPED && !conclusive) cancelled |= TIMESTAMP;
    strong &= ~cancelled;
    weak &= ~cancelled;
    const earlier = Families.rank(row.earlierWeak, row.earlierStrong, row.earlierConclusive);
    const rank = Families.rank(weak, strong, conclusive);
    if (earlier > rank) return Conclusion.keep(row.earlierWeak, row.earlierStrong, row.earlierConclusive, earlier);
    return Conclusion.keep(weak, strong, conclusive, rank);
  }

  private static keep(weak: u64, strong: u64, conclusive: u64, rank: u32): u32 {
    store<u64>(PLANES, weak);
    store<u64>(PLANES, strong, 8);
    store<u64>(PLANES, conclusive, 16);
    return rank;
  }

  /** Why nothing is said of the far side's resets, if nothing is. */
  static benign(row: ResetRow): Benign {
    if (!row.has(RESET_SEEN)) {
      if (row.has(RESET_REFUSED)) return Benign.Refused;
      return row.weak & SILENCE ? Benign.Unexplained : Benign.None;
    }
    if (row.has(RESET_LOCAL_CLOSED)) return Benign.AfterLocalClose;
    if (row.has(RESET_REMOTE_CLOSED)) return Benign.AfterRemoteFin;
    if (row.has(RESET_REFUSED)) return Benign.Refused;
    if (row.has(RESET_REACTIVE)) return Benign.Reactive;
    if (row.has(RESET_IDLE)) return Benign.Idle;
    if (row.has(RESET_NEAR_ENDPOINT)) return Benign.NearEndpoint;
    return <u32>row.stage == Stage.Later ? Benign.Conforming : Benign.Unexplained;
  }

  /** Worth telling before the connection ends: evidence, or a reset nothing explains. */
  static notable(flow: Flow, row: ResetRow): bool {
    return Conclusion.weigh(flow, row) != RANK_NONE || Conclusion.benign(row) == Benign.Unexplained;
  }

  static fill(flow: Flow, row: ResetRow, finding: Finding): void {
    Conclusion.weigh(flow, row);
    finding.weak = Conclusion.weak;
    finding.strong = Conclusion.strong;
    finding.conclusive = Conclusion.conclusive;
    finding.fingerprint = Conclusion.strong | Conclusion.conclusive ? row.fingerprint : <u8>Fingerprint.None;
    finding.benign = <u8>Conclusion.benign(row);
    finding.stage = row.stage;
    finding.dataCut = row.has(RESET_DATA_CUT) ? 1 : 0;
    finding.held = row.has(RESET_HELD) && !Conclusion.conclusive ? 1 : 0;
    finding.resetTtl = row.resetTtl;
    finding.farTtl = row.farTtl;
    finding.resetIpid = row.resetIpid;
    finding.resetDf = <u8>row.resetDf;
    finding.resetFrame = row.resetFrame;
    finding.resetAfterMs = row.resetAfterMs;
    finding.farIpidVaries = <u32>flow.far.ipidVaried >= IPID_VARIES ? 1 : 0;
    finding.resetWindow = row.resetWindow;
    finding.latencyUs = row.latencyUs;
    finding.idleSeconds = row.idleSeconds;
    finding.icmp = row.icmp;
    finding.icmpHigh = row.icmpHigh;
    finding.icmpLow = row.icmpLow;
    const count = <u32>row.frameCount;
    finding.segmentFrameCount = <u8>count;
    const frames = changetype<usize>(finding) + FINDING_SEGMENT_FRAMES;
    for (let slot: u32 = 0; slot < count; slot++) store<u32>(frames + (<usize>slot << 2), row.frame(slot));
  }
}
