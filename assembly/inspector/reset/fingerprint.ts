// Header tuples of known injectors, as data: one row each, with its source. A row matches when every
// condition it names holds. Worded "looks like"; alone a row never makes more than a suspicion.

import { Flow } from "../flow/flow";
import { HALF_SYN, HALF_TS } from "../flow/half";
import { ACK, FIN, PSH, RESERVED, RST, Segment } from "../segment";
import { Octets } from "../wire/octets";
import { Fingerprint, SegmentEvidence, Stage } from "../finding/evidence";

// Conditions.
const IPID: u32 = 1; // identification as in the row
const WINDOW: u32 = 2; // window field as in the row
const MAY_FRAGMENT: u32 = 4; // Don't Fragment clear (IPv4)
const IS_RESET: u32 = 8;
const ENDS: u32 = 16; // FIN or RST, with ACK
const PAYLOAD: u32 = 32; // carries data, and is no reset
const NO_TIMESTAMP: u32 = 64;
const REFUSES_SYN: u32 = 128; // RST+ACK in answer to a SYN, sequence 0, acknowledging the ISN itself
const RESERVED_BITS: u32 = 256;
const COUNTS: u32 = 512; // payload 01 02 03 04 05 06 07 08 09 00
const FIRST_ANSWER: u32 = 1024; // home has asked, the far side has not answered yet
const PUSHED: u32 = 2048; // PSH and ACK

const COLUMNS: u32 = 5;
/** Columns: evidence, fingerprint, conditions, identification, window. */
const ROWS: usize = memory.data<u32>([
  // Sandvine/Procera PacketLogic, Turkey and Egypt 2018. Citizen Lab "Bad Traffic"; 95 packets measured.
  31, 1, 1 + 2 + 4 + 16, 0x3412, 32120,
  // RAE: a reset that copies the SYN. Zeek's rst-inject-rae capture.
  32, 2, 8 + 128 + 256, 0, 0,
  // Henan province box. XTLS discussion 2426, net4people 442.
  33, 6, 8 + 512, 0, 0,
  // PerfTech bulletin injector of US and CA providers. Brotherston's rule. Only as first answer: an
  // honest receiver out of memory also says window 1, but later and with data still coming in.
  34, 7, 2 + 4 + 32 + 1024, 0, 1,
  // A race in the QUANTUM manner made with scapy's defaults. Fox-IT's captures.
  35, 8, 1 + 2 + 4 + 32 + 64 + 2048, 1, 8192,
]);
const ROW_COUNT: u32 = 5;

if (SegmentEvidence.FpSandvinePacketlogic != 31) ERROR("fingerprint rows drifted");
if (SegmentEvidence.FpScapyDefault != 35) ERROR("fingerprint rows drifted");
if (Fingerprint.Packetlogic != 1 || Fingerprint.Rae != 2 || Fingerprint.Henan != 6) ERROR("fingerprint rows drifted");
if (Fingerprint.Perftech != 7 || Fingerprint.Scapy != 8) ERROR("fingerprint rows drifted");

/** Ten octets that no diagnostic payload starts with. */
const COUNTING_LOW: u32 = 0x04030201;
const COUNTING_MIDDLE: u32 = 0x08070605;
const COUNTING_HIGH: u32 = 0x0009;
const COUNTING_SIZE: u32 = 10;

export class Fingerprints {
  /**
   * Worth asking `match` for a far segment with payload: cheap, for the hot path. (Over IPv6 such a
   * segment lacks the timestamp and is looked at for that.)
   */
  @inline static wants(segment: Segment): bool {
    return segment.df == 0 && (segment.window == 1 || segment.window == 8192 || segment.window == 32120);
  }

  /** The row this far segment matches: fingerprint in the low octet, evidence above; 0 for none. */
  static match(flow: Flow, segment: Segment, stage: Stage): u32 {
    for (let row: u32 = 0; row < ROW_COUNT; row++) {
      const at = ROWS + <usize>(row * COLUMNS * 4);
      const conditions = Octets.u32le(at, 8);
      if (conditions & IPID && segment.ipVersion == 4 && segment.ipid != Octets.u32le(at, 12)) continue;
      if (conditions & WINDOW && segment.window != Octets.u32le(at, 16)) continue;
      if (Fingerprints.holds(flow, segment, stage, conditions)) {
        return Octets.u32le(at, 4) | (Octets.u32le(at, 0) << 8);
      }
    }
    return 0;
  }

  private static holds(flow: Flow, segment: Segment, stage: Stage, conditions: u32): bool {
    const flags = segment.flags;
    if (conditions & MAY_FRAGMENT && segment.df != 0) return false;
    // IPv6 has neither identification nor Don't Fragment; a first answer without the options that every
    // segment must carry stands in for them.
    if (conditions & MAY_FRAGMENT && segment.ipVersion == 6) {
      const bare = segment.optionsSize == 0 && flow.near.has(HALF_TS) && flow.far.has(HALF_TS);
      if (!bare || stage != Stage.Psh) return false;
    }
    if (conditions & IS_RESET && !(flags & RST)) return false;
    if (conditions & ENDS && ((flags & (FIN | RST)) == 0 || !(flags & ACK))) return false;
    if (conditions & PAYLOAD && (segment.payloadLength == 0 || (flags & RST) != 0)) return false;
    if (conditions & NO_TIMESTAMP && segment.hasTimestamp) return false;
    if (conditions & RESERVED_BITS && !(flags & RESERVED)) return false;
    if (conditions & PUSHED && (flags & (PSH | ACK)) != (PSH | ACK)) return false;
    if (conditions & FIRST_ANSWER && stage != Stage.Psh) return false;
    if (conditions & REFUSES_SYN) {
      const near = flow.near;
      if (stage != Stage.Syn || segment.seq != 0 || !near.has(HALF_SYN)) return false;
      if (segment.ack != near.iss) return false;
    }
    return !(conditions & COUNTS) || Fingerprints.counts(segment);
  }

  private static counts(segment: Segment): bool {
    if (segment.payloadLength != COUNTING_SIZE || segment.payloadCaptured != COUNTING_SIZE) return false;
    const at = segment.payloadAt;
    return Octets.u32le(at, 0) == COUNTING_LOW && Octets.u32le(at, 4) == COUNTING_MIDDLE &&
      Octets.u16le(at, 8) == COUNTING_HIGH;
  }
}
