// Every capacity of the inspector, each with its reason. Sizes in bytes unless the name says otherwise.
//
// Budget of the linear memory (desk / board), which never grows (initial == maximum):
//
//   64 KiB           never used: address 0 stays invalid, and the ring starts page-aligned
//   16 MiB / 8 MiB   receive ring, or the window a capture file is read into     RING_SIZE
//   16 MiB / 4 MiB   flows: 65,536 / 16,384 rows of 256                          FLOW_CAPACITY
//   128 KiB / 32 KiB tags of the flow table, one u16 per row
//   8 MiB / 2 MiB    mail dialogs: 2,048 / 512 rows of 4,096                     DIALOG_CAPACITY
//   1 MiB            reset histories: 4,096 rows of 256                          RESET_CAPACITY
//   2 MiB            stream heads for conflicting bytes: 1,024 rows of 2,048     HEAD_CAPACITY
//   1 MiB            findings on their way to the host: 1,024 rows of 1,024      FINDING_CAPACITY
//   1 MiB            names learnt from DNS answers and ClientHellos: 8,192 × 128 NAME_CAPACITY
//
// The sum is 45.2 MiB on a desk, 19.1 MiB on a board; the memory is 48 MiB and 24 MiB.
//
// FLOW_CAPACITY, RING_SIZE and DIALOG_CAPACITY come from the target in asconfig.json (--use).

/** Where the ring (live) or the capture window (replay) begins; page-aligned for every page size up to 64 KiB. */
export const RING_AT: usize = 65536;

/** Ring blocks are small and many, so that a stalled reader loses nothing (a block retires even when nearly empty). */
export const BLOCK_SIZE: u32 = 65536;

/** Ways per set of the flow table: one 128-bit load compares all tags of a set. */
export const FLOW_WAYS: u32 = 8;
export const FLOW_ROW_SIZE: u32 = 256;

export const DIALOG_ROW_SIZE: u32 = 4096;

/** Connections under reset forensics at one time: 10 s of 400 resets a second. */
export const RESET_CAPACITY: u32 = 4096;
export const RESET_ROW_SIZE: u32 = 256;

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

/** Networks that count as home; contract: --home is repeatable. */
export const HOME_CAPACITY: u32 = 64;

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
