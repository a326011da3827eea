// Every capacity of the inspector, each with its reason. Sizes in bytes unless the name says otherwise.
//
// Budget of the linear memory (desk / board), which never grows (initial == maximum):
//
//   64 KiB           never used: address 0 stays invalid, and the ring starts page-aligned
//   18 MiB / 8 MiB   receive ring, or the window a capture file is read into     RING_SIZE
//   16 MiB / 4 MiB   flows: 65,536 / 16,384 rows of 256                          FLOW_CAPACITY
//   512 KiB / 128 KiB sets of the flow table: tag, row number and mark of 8 octets a slot
//   8.2 MiB / 2 MiB  mail dialogs: 2,048 / 512 rows of 4,160                     DIALOG_CAPACITY
//   1 MiB            reset histories: 4,096 rows of 264                          RESET_CAPACITY
//   2 MiB            stream heads for conflicting bytes: 1,024 rows of 2,048     HEAD_CAPACITY
//   1 MiB            findings on their way to the host: 1,024 rows of 1,024      FINDING_CAPACITY
//   1 MiB            names learnt from DNS answers and ClientHellos: 8,192 × 128 NAME_CAPACITY
//
// The sum is 47.6 MiB on a desk, 19.3 MiB on a board; the memory is 48 MiB and 24 MiB.
//
// FLOW_CAPACITY, RING_SIZE and DIALOG_CAPACITY come from the target in asconfig.json (--use).

/** Where the ring (live) or the capture window (replay) begins; page-aligned for every page size up to 64 KiB. */
export const RING_AT: usize = 65536;

/** Ring blocks are small and many, so that a stalled reader loses nothing (a block retires even when nearly empty). */
export const BLOCK_SIZE: u32 = 65536;

/** Ways per set of the flow table: one 128-bit load compares all tags of a set. */
export const FLOW_WAYS: u32 = 8;
export const FLOW_ROW_SIZE: u32 = 256;
/** A slot of a set: tag and row number of 16 bits, mark of 32. */
export const FLOW_SLOT_SIZE: u32 = 8;

export const DIALOG_ROW_SIZE: u32 = 4160;

/** Connections under reset forensics at one time: 10 s of 400 resets a second. */
export const RESET_CAPACITY: u32 = 4096;
export const RESET_ROW_SIZE: u32 = 264;

/** Plain-text flows whose first 2 KiB are held to compare conflicting bytes. */
export const HEAD_CAPACITY: u32 = 1024;
export const HEAD_ROW_SIZE: u32 = 2048;

/** Findings wait here until the host drains; a walk pauses when fewer than FINDING_RESERVE are free. */
export const FINDING_CAPACITY: u32 = 1024;
export const FINDING_ROW_SIZE: u32 = 1024;

/** Most findings one frame can cause: its own flow (2), one eviction (1), due resets and dialogs (8), a re-opened flow (1). */
export const FINDING_RESERVE: u32 = 16;

export const NAME_CAPACITY: u32 = 8192;
export const NAME_ROW_SIZE: u32 = 128;

/** Domains and mail exchangers of which DNS said something: a house writes to a few dozen. 32 KiB. */
export const POLICY_CAPACITY: u32 = 512;
export const POLICY_ROW_SIZE: u32 = 64;

/** Networks that count as home; contract: --home is repeatable. */
export const HOME_CAPACITY: u32 = 64;
/** Network and mask, 16 octets each. */
export const HOME_ROW_SIZE: u32 = 32;

/** Largest record a capture may hold (the de-facto maximum snap length of libpcap). */
export const RECORD_SIZE_MAX: u32 = 262144;

/** Nested headers a frame may carry (VLAN tags, PPPoE, tunnels) before it leaves the walk. */
export const LAYER_DEPTH_MAX: u32 = 8;

/** IPv6 extension headers walked per packet; RFC 8200 §4.1 lists seven, each at most once. */
export const EXTENSION_HEADERS_MAX: u32 = 8;

/** TCP options walked per segment: 40 octets hold at most 40 one-octet options. */
export const TCP_OPTIONS_MAX: u32 = 40;

/** A reset without conclusive evidence is held this long, so that what cancels it can speak first. */
export const RESET_HOLD_NS: u64 = 10_000_000_000;

/** Due rows judged per frame, so that one frame's work is bounded. */
export const DUE_PER_FRAME_MAX: u32 = 4;

// Mail dialogs. One row of DIALOG_ROW_SIZE holds everything of a connection; see mail/row.ts.

/** What a single dialect remembers of a connection: a dozen fields, and a token of 64 octets. */
export const DIALECT_STATE_SIZE: u32 = 128;
/** Octets kept of a line: code, separator, first token and four phrases fit. */
export const LINE_KEPT_MAX: u32 = 96;
/** Above this a line is told as long (RFC 5321 §4.5.3.1.5 allows 512, texts 1,000). */
export const LINE_LONG: u32 = 1024;
/** Above this it is no line of this dialect any more, and the dialog is given up. */
export const LINE_LOST: u32 = 16384;
/** Commands waiting for their replies; RFC 2920 senders keep fewer. */
export const PENDING_MAX: u32 = 32;
/** Segments put aside before a hole, in both directions together, and the octets for them. */
export const HOLD_PIECES_MAX: u32 = 8;
export const HOLD_SIZE: u32 = 1896;
/** First octets of the server kept to be compared with a second version of them. */
export const STREAM_HEAD_SIZE: u32 = 768;
/** Segments seen after a hole, its end acknowledged by the receiver, before it is given up. */
export const HOLE_SEGMENTS_ACKED: u32 = 3;
/** The same without an acknowledgment (one direction is invisible). */
export const HOLE_SEGMENTS_MAX: u32 = 8;
/**
 * For this long a SYN with the number of the last one is its repetition, then another connection:
 * twice the maximum segment lifetime of RFC 9293 §3.4.2; retried SYNs follow each other faster.
 */
export const SYN_REPEATED_NS: u64 = 240_000_000_000;

/** A hole older than this is given up: slower than any first retransmission timer. RFC 6298 §2.1. */
export const HOLE_NS: u64 = 2_000_000_000;
/** Octets beyond the next one wanted that can still belong to this stream: 64 KiB scaled by 4. */
export const STREAM_AHEAD_MAX: i32 = 1048576;
/** A second version of the server's first octets is a race, and races are over by then. */
export const FORK_NS: u64 = 10_000_000_000;
/** A first payload at most so far behind the SYN is out of order, not the middle of a stream. */
export const STREAM_EARLY_MAX: i32 = 65536;
/** An open list, an unanswered ClientHello are looked at this often. */
export const DIALOG_PERIOD_NS: u64 = 10_000_000_000;
/** A list without its last line and silent for so long is unterminated. */
export const LIST_SILENCE_NS: u64 = 30_000_000_000;
/** Rows looked at to find one that can go when the table is full. */
export const DIALOG_VICTIM_SCAN: u32 = 64;
