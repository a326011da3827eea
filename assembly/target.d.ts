// Constants that the target in asconfig.json introduces (--use NAME=VALUE), for the type checker.
/** 0 leaves out the calls that look for forged segments: only to measure what they cost. */
declare const EVIDENCE: u32;
declare const FLOW_CAPACITY: u32;
declare const DIALOG_CAPACITY: u32;
declare const RING_SIZE: u32;
