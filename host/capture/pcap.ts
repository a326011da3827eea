// Turns a pcap file in the window into frames inspected: reads its 24-octet header here, lets the
// inspector walk the records in place. Either byte order, micro- or nanoseconds.
// Read draft-ietf-opsawg-pcap.

import type { InterfaceDescription } from "../inspector.ts";
import { type CaptureStep, damaged, type Walker } from "./walker.ts";
import type { CaptureWindow } from "./window.ts";

/** Magic numbers as the file's own byte order reads them. */
const MAGIC_MICROSECONDS = 0xa1b2c3d4;
const MAGIC_NANOSECONDS = 0xa1b23c4d;
const HEADER_SIZE = 24;
const VERSION_MAJOR = 2;
/** The upper bits of the link type field carry the length of a frame check sequence. */
const LINK_TYPE_MASK = 0xffff;

interface Header {
  readonly littleEndian: boolean;
  readonly resolution: number;
}

/** What the first four octets say, or null when they are no pcap magic. */
export function pcapMagic(window: CaptureWindow): Header | null {
  for (const littleEndian of [true, false]) {
    const magic = window.u32(0, littleEndian);
    if (magic === MAGIC_MICROSECONDS) return { littleEndian, resolution: 6 };
    if (magic === MAGIC_NANOSECONDS) return { littleEndian, resolution: 9 };
  }
  return null;
}

/** Inspects a pcap file. Throws HostError 65 at the first damage, after what precedes it. */
export async function readPcap(header: Header, walker: Walker): Promise<void> {
  const { window, inspector } = walker;
  const { littleEndian, resolution } = header;
  if (!(await window.need(HEADER_SIZE))) throw damaged(walker, "the file header is cut short");
  const version = window.u16(4, littleEndian);
  if (version !== VERSION_MAJOR) {
    throw damaged(walker, `pcap version ${version} is not known, expected ${VERSION_MAJOR}`);
  }
  const linkType = window.u32(20, littleEndian) & LINK_TYPE_MASK;
  const description: InterfaceDescription = { linkType, resolution, offsetSeconds: 0n };
  inspector.setInterface(0, description);
  window.consumeTo(window.start + HEADER_SIZE);
  const step: CaptureStep = () => inspector.inspectRecords(window.start, window.end, !littleEndian);
  if ((await walker.walk(step)) === "foreign") throw damaged(walker, "no record begins here");
}
