// The one clock: time is what frames say, never the machine's. Counts the frames of an input as well.

/** now: latest frame time, ns; due: earliest deadline of any row, ns; frame: number of the current frame. */
const STATE: usize = memory.data(24, 8);
const NOW: usize = 0;
const DUE: usize = 8;
const FRAME: usize = 16;

export class Clock {
  /** Latest frame time, nanoseconds since 1970. */
  @inline static get now(): u64 { return load<u64>(STATE, NOW); }
  /** Earliest deadline of any row. */
  @inline static get due(): u64 { return load<u64>(STATE, DUE); }
  /** 1-based number of the current frame within its input. */
  @inline static get frame(): u32 { return load<u32>(STATE, FRAME); }
  @inline static setNow(value: u64): void { store<u64>(STATE, value, NOW); }
  @inline static setDue(value: u64): void { store<u64>(STATE, value, DUE); }
  @inline static setFrame(value: u32): void { store<u32>(STATE, value, FRAME); }
}
