// Constants that the target in asconfig.json introduces (--use NAME=VALUE), for the type checker.
declare const FLOW_CAPACITY: u32;
declare const DIALOG_CAPACITY: u32;
declare const RING_SIZE: u32;
// The checker's library is the compiler's own; it lacks two names TypeScript asks for.
interface CallableFunction {}
interface NewableFunction {}
