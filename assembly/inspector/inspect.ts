// The door for frames: counts them, moves the clock, does what has become due, and lets them be decoded.
// Pure: the same frames and times give the same findings, however they are cut into blocks.

import { Clock } from "./clock";
import { Connection } from "./connection";
import { Counter, Counters } from "./counters";
import { Doubt } from "./flow/doubt";
import { FlowTable } from "./flow/table";
import { Decode } from "./decode";
import { Reason } from "./reason";
import { Segment, SEGMENT } from "./segment";

/** 1 until the first frame of an input. */
const FRESH: usize = memory.data(8, 8);
/** Captures of one tap that were rotated follow each other at once; after this long they are strangers. */
const INPUT_GAP_NS: u64 = 600_000_000_000;

export class Inspect {
  /** A new input: its frames count from 1. */
  static openInput(): void {
    Clock.setFrame(0);
    store<u32>(FRESH, 1);
  }

  /**
   * The first frame of an input: does it go on where the last input ended, as rotated captures do?
   * Otherwise the old connections are ended first. False while findings must be drained for that.
   */
  static joined(time: u64): bool {
    if (!load<u32>(FRESH)) return true;
    if (time < Clock.now || time - Clock.now > INPUT_GAP_NS) {
      if (Connection.finish()) return false;
      Clock.setNow(0);
      Clock.setDue(0);
      Doubt.clear();
    }
    store<u32>(FRESH, 0);
    return true;
  }

  /** One frame of `captured` octets at `at`, `original` octets on the wire, with the link type of a capture. */
  @inline static frame(
    at: usize, captured: u32, original: u32, linkType: u32, time: u64, interfaceIndex: u32,
  ): void {
    Inspect.begin(captured, original, time, interfaceIndex);
    const reason = Decode.link(linkType, at, at + captured);
    if (reason != Reason.Ok) Counters.reason(reason);
  }

  /** One frame of the ring: with an Ethernet header, or from its network header on. */
  static ringFrame(
    at: usize, captured: u32, original: u32, etherType: u32, time: u64, interfaceIndex: u32,
    checksumNotReady: bool,
  ): void {
    Inspect.begin(captured, original, time, interfaceIndex);
    Segment.at(SEGMENT).checksumNotReady = checksumNotReady ? 1 : 0;
    let reason: Reason;
    if (etherType) reason = Decode.network(etherType, at, at + captured);
    else reason = Decode.ethernet(at, at + captured);
    if (reason != Reason.Ok) Counters.reason(reason);
  }

  /** Time passed without a frame. */
  static tick(time: u64): void {
    if (time > Clock.now) Clock.setNow(time);
    if (time >= Clock.due) Connection.due(time);
  }

  @inline private static begin(captured: u32, original: u32, time: u64, interfaceIndex: u32): void {
    const segment = Segment.at(SEGMENT);
    const frame = Clock.frame + 1;
    Clock.setFrame(frame);
    Counters.add(Counter.Frames, 1);
    Counters.add(Counter.Octets, original);
    if (captured < original) Counters.add(Counter.FramesCut, 1);
    if (time >= Clock.now) Clock.setNow(time);
    else Counters.add(Counter.FramesBeforeClock, 1);
    if (time >= Clock.due) Connection.due(time);
    FlowTable.setEpoch(time);
    segment.time = time;
    segment.frame = frame;
    segment.interfaceIndex = interfaceIndex & 0xffff; // as a flow keeps it
    segment.checksumNotReady = 0;
  }
}
