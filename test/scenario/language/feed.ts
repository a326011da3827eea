// A variant of a scenario → observations: encodes its packets, puts them into the inspector's memory the
// way the variant says (records, records in pieces, ring blocks), drains, ends the input.
// Judges nothing.

import type { Drain } from "../../../host/drain.ts";
import { encodeFrames } from "./encode.ts";
import { linkType } from "./link.ts";
import type { Frame } from "./packet.ts";
import { encodeRecords } from "./pcap.ts";
import { Random } from "./random.ts";
import { encodeRing } from "./ring.ts";
import type { Variant } from "./transform.ts";

const NANOSECONDS = 9;
const MICROSECONDS = 6;
const ETHERNET = 1;
const BLOCK_SIZE = 65536;
/** Blocks of the ring that a test goes round, so that it wraps soon. */
const BLOCKS_USED = 4;

/** Frames of a variant, and for each (1-based) the frame number in the scenario as written. */
export interface Fed {
  readonly frames: readonly Frame[];
}

/** Feeds a whole input. */
export function feed(drain: Drain, variant: Variant): Fed {
  const frames = encodeFrames(variant.packets, variant.layers);
  drain.openInput(variant.label);
  if (variant.feed.kind === "ring") feedRing(drain, frames, variant);
  else feedRecords(drain, frames, variant);
  drain.finish();
  return { frames };
}

function feedRecords(drain: Drain, frames: readonly Frame[], variant: Variant): void {
  const { inspector } = drain;
  const { feed: how, shift, layers } = variant;
  const form = { littleEndian: true, nanoseconds: true, ...(how.kind === "records" ? how : {}) };
  const type = linkType(layers);
  const resolution = form.nanoseconds ? NANOSECONDS : MICROSECONDS;
  inspector.setInterface(0, { linkType: type, resolution, offsetSeconds: 0n });
  const octets = encodeRecords(frames, { ...form, linkType: type, shift });
  const random = how.kind === "cuts" ? new Random(how.seed) : null;
  const piece = () => (random === null ? octets.length : 1 + random.below(pieceMax(how)));
  // The leftover of a piece moves to the front of the window, the next piece lands behind it.
  let kept = 0;
  for (let at = 0; at < octets.length; ) {
    const size = Math.min(piece(), octets.length - at, inspector.ringEnd - inspector.ringAt - kept);
    inspector.octets.set(octets.subarray(at, at + size), inspector.ringAt + kept);
    at += size;
    const end = inspector.ringAt + kept + size;
    const rest = walkRecords(drain, end, !form.littleEndian);
    inspector.octets.copyWithin(inspector.ringAt, rest, end);
    kept = end - rest;
  }
  if (kept > 0) throw new Error(`${kept} octets of records were never consumed`);
}

function pieceMax(how: Variant["feed"]): number {
  return how.kind === "cuts" ? how.pieceMax : 1;
}

function walkRecords(drain: Drain, end: number, swapped: boolean): number {
  const { inspector } = drain;
  for (let at = inspector.ringAt; ; ) {
    const walk = inspector.inspectRecords(at, end, swapped);
    drain.take();
    if (walk.stop === "octets") return walk.next;
    if (walk.stop !== "drain") throw new Error(`the record walk stopped: ${walk.stop}`);
    at = walk.next;
  }
}

function feedRing(drain: Drain, frames: readonly Frame[], variant: Variant): void {
  const { inspector } = drain;
  const { feed: how, shift } = variant;
  if (how.kind !== "ring") return;
  const random = new Random(how.seed);
  inspector.setInterface(0, { linkType: ETHERNET, resolution: NANOSECONDS, offsetSeconds: 0n });
  const blocks = encodeRing(frames, {
    blockSize: BLOCK_SIZE,
    framesPerBlock: () => 1 + random.below(6),
    vlanInHeader: how.vlanInHeader,
    shift,
  });
  blocks.forEach((block, index) => {
    const at = inspector.ringAt + (index % BLOCKS_USED) * BLOCK_SIZE;
    inspector.octets.set(block, at);
    let offset = 0;
    do {
      offset = inspector.inspectRing(at, offset, 0);
      drain.take();
    } while (offset !== 0);
  });
}
