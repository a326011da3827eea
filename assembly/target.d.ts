// Constants that the target in asconfig.json introduces (--use NAME=VALUE), for the type checker.
declare const FLOW_CAPACITY: u32;
declare const DIALOG_CAPACITY: u32;
declare const RING_SIZE: u32;
