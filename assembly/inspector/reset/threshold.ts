// Every threshold of the reset and segment evidence, each with its reason. Times in ns unless named.
// Measured figures are those of the validation record: 166 benign resets with an earlier packet of the
// same sender, 1,712 flow directions for TTL spread.

/** A SYN-ACK this long after a reset still belongs to the SYN that was reset: RFC 6298 retries at 1 s and 3 s. */
export const SYNACK_AFTER_US: u32 = 5_000_000;
/** What a reset endpoint sends is watched for this long; 0.25–10 s covers every retransmission that matters. */
export const WATCH_US: u32 = 10_000_000;
/** Reordering on a home uplink stays below this: data behind a reactive reset within it proves little. */
export const REORDER_US: u32 = 50_000;
/** An endpoint that speaks this long after its reset was not reset: longer than any reordering. */
export const ALIVE_AFTER_US: u32 = 250_000;

/** Two resets of one ladder. NDSS 2009, appendix A. */
export const LADDER_US: u32 = 2_000_000;
/** The steps of a ladder are larger than this; a FIN or a SYN explains 1 or 2. */
export const LADDER_STEP: i32 = 2;
/** One burst of an injector; injectors answer within a round trip, stacks one reset per packet. */
export const BURST_US: u32 = 100_000;
/** One stack sends one reset per packet it answers: more than home sent in the last second, plus one. */
export const BURST_RESETS: u32 = 3;
export const BURST_NEAR_NS: u64 = 1_000_000_000;

/** Sequence numbers this far behind home's last acknowledgment were home's acknowledgments once. */
export const ACK_HISTORY: i32 = 65535;
/** Smallest window assumed when home's is unknown or small. */
export const WINDOW_MIN: u32 = 65535;

/** TTL differences of 1 and 2 are equal-cost paths; 1,708 of 1,712 directions never spread further. */
export const TTL_STEP: u32 = 3;
/** A box in front of the server stands within two hops of it. */
export const NEAR_ENDPOINT_HOPS: u32 = 2;
/** No path of the Internet is longer (measured longest honest path: 30); the field was crafted. */
export const HOPS_MAX: u32 = 40;

/** Identifications below are what counters and constants of small systems use; only larger ones can be copies. */
export const IPID_ECHO_MIN: u32 = 256;
/** A sender's own counter going on. */
export const IPID_STEP_MAX: u32 = 64;
/** A reset further ahead than this in the identification space is not from a counter that stepped by 1..64. */
export const IPID_BREAK: u32 = 4096;
/** So many steps in a row make a counter. */
export const IPID_RUN: u32 = 3;

/** Ticks a timestamp clock may gain per second (1 MHz is the fastest in use), and slack in seconds. RFC 7323 §5.4. */
export const TIMESTAMP_RATE: u64 = 1000;
export const TIMESTAMP_SLACK_S: u64 = 60;
/** So many segments in a row without a timestamp: a box strips the option, nobody forged them. */
export const TIMESTAMPS_STRIPPED: u32 = 3;

/** A reset is early when it took less than half the round trip and at least this much less. */
export const EARLY_MARGIN_US: u32 = 5_000;

/** Silence of the far side after which a reset may be an idle reaper's (shortest in use: 60 s; half of it). */
export const IDLE_NS: u64 = 30_000_000_000;

/** An acknowledgment at a lower sequence number: keep-alives and window probes are 1 below. */
export const REGRESS_MIN: i32 = 1;
/** Half-way round the sequence space is no regress but another connection. */
export const REGRESS_MAX: i32 = 1 << 24;
/** Sent together, they may be reordered in the network card. */
export const REGRESS_APART_NS: u64 = 3_000_000;
/** Without a newer acknowledgment: no reordering lasts so long. */
export const REGRESS_LATE_NS: u64 = 50_000_000;
/**
 * Whatever home sends this long after octets passed the tap acknowledges them, if they reached it: all that
 * lies between is the house's own network, 20 ms on a busy wireless one. (Measured: a proxy in user space
 * that gave up what was lost behind it, seven connections, 30 ms to 1 s.)
 */
export const UNTAKEN_NS: u64 = 20_000_000;
/** A keep-alive repeats one garbage octet; a conflict needs more differing octets than chance. */
export const CONFLICT_OCTETS: u32 = 8;

/** Home's last packet may be answered two round trips later, and a little; where none was measured, this long. */
export const LATE_NS: u64 = 500_000_000;
export const LATE_MARGIN_NS: u64 = 50_000_000;

/** Same reset captured twice (bridge and port): this close, TTL at most one apart. */
export const DUPLICATE_US: u32 = 5_000;
/** Two identical resets without an identification are one packet when this close. */
export const DUPLICATE_BLIND_US: u32 = 100;

/** Frames lost by the kernel make absence worthless for this long. */
export const LOSS_NS: u64 = 10_000_000_000;

/** A held row may be extended by further resets up to this many seconds after its first. */
export const HOLD_MAX_S: u32 = 30;

/** An ICMP refusal must quote something home sent and that is unanswered; no window is larger than this here. */
export const QUOTED_SPAN: i32 = 1 << 24;

/** Three SYNs over at least 7 s: the first three of every stack's back-off (0, 1, 3, 7 s). */
export const SYN_SILENT_COUNT: u32 = 3;
export const SYN_SILENT_NS: u64 = 7_000_000_000;
/** Retransmissions of unanswered first data. */
export const CH_SILENT_RETRIES: u32 = 3;
/** The freeze seen since 2025: after 14–34 KB, nothing for 15 s while home retransmits. */
export const FREEZE_MIN: u32 = 14 * 1024;
export const FREEZE_MAX: u32 = 34 * 1024;
export const FREEZE_NS: u64 = 15_000_000_000;
export const FREEZE_RETRIES: u32 = 2;
/** Silence is looked at this long after the retransmission that made it conspicuous. */
export const SILENCE_WAIT_NS: u64 = 16_000_000_000;
