// Turns a pcapng file in the window into frames inspected: section headers, interface descriptions
// and blocks without packets are read or skipped here, packet blocks are walked by the inspector.
// Several sections and interfaces, either byte order. Read draft-ietf-opsawg-pcapng.

import type { InterfaceDescription } from "../inspector.ts";
import { damaged, type Walker } from "./walker.ts";
import type { CaptureWindow } from "./window.ts";

const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
/** Packets in blocks of each kind: the inspector leaves one only where its interface is not described. */
const PACKETS = [2, 3, 6];
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const VERSION_MAJOR = 1;

/** Type, length, and the length once more. */
const BLOCK_SIZE_MIN = 12;
const SECTION_SIZE_MIN = 28;
const INTERFACE_SIZE_MIN = 20;
/** Blocks that are read whole; the largest options seen in the wild are comments of some KiB. */
const READ_SIZE_MAX = 1_048_576;

const OPTION_END = 0;
const OPTION_NAME = 2;
const OPTION_RESOLUTION = 9;
const OPTION_OFFSET = 14;
const RESOLUTION_DEFAULT = 6;

/** What holds from one section header to the next. */
interface Section {
  readonly littleEndian: boolean;
  interfaces: number;
}

/** Whether the first four octets begin a section. */
export function pcapngMagic(window: CaptureWindow): boolean {
  return window.u32(0, true) === SECTION_HEADER;
}

/** Inspects a pcapng file. Throws HostError 65 at the first damage, after what precedes it. */
export async function readPcapng(walker: Walker): Promise<void> {
  const { window, inspector } = walker;
  let section = await readSection(walker);
  for (;;) {
    const swapped = !section.littleEndian;
    const step = () => inspector.inspectBlocks(window.start, window.end, swapped);
    if ((await walker.walk(step)) === "end") return;
    await wanted(walker, BLOCK_SIZE_MIN);
    const type = window.u32(0, section.littleEndian);
    if (type === SECTION_HEADER) section = await readSection(walker);
    else if (type === INTERFACE_DESCRIPTION) await readInterface(walker, section);
    else if (PACKETS.includes(type)) {
      throw damaged(walker, "a packet names an interface that its section has not described");
    } else await skipBlock(walker, section);
  }
}

async function wanted(walker: Walker, count: number): Promise<void> {
  if (!(await walker.window.need(count))) {
    throw damaged(walker, "the capture ends in the middle of a block");
  }
}

/** The block's length, when both copies agree and it is possible; the whole block is available. */
async function wholeBlock(walker: Walker, littleEndian: boolean, sizeMin: number) {
  const { window } = walker;
  const length = window.u32(4, littleEndian);
  if (length < sizeMin || length % 4 !== 0 || length > READ_SIZE_MAX) {
    throw damaged(walker, `a block of ${length} octets is not possible there`);
  }
  await wanted(walker, length);
  if (window.u32(length - 4, littleEndian) !== length) {
    throw damaged(walker, "the two lengths of a block differ");
  }
  return length;
}

async function readSection(walker: Walker): Promise<Section> {
  const { window } = walker;
  await wanted(walker, SECTION_SIZE_MIN);
  const littleEndian = window.u32(8, true) === BYTE_ORDER_MAGIC;
  if (!littleEndian && window.u32(8, false) !== BYTE_ORDER_MAGIC) {
    throw damaged(walker, "a section header has no byte-order magic");
  }
  const length = await wholeBlock(walker, littleEndian, SECTION_SIZE_MIN);
  const version = window.u16(12, littleEndian);
  if (version !== VERSION_MAJOR) {
    throw damaged(walker, `pcapng version ${version} is not known, expected ${VERSION_MAJOR}`);
  }
  window.consumeTo(window.start + length);
  walker.inspector.openSection();
  return { littleEndian, interfaces: 0 };
}

async function readInterface(walker: Walker, section: Section): Promise<void> {
  const { window, inspector } = walker;
  const { littleEndian } = section;
  const length = await wholeBlock(walker, littleEndian, INTERFACE_SIZE_MIN);
  const linkType = window.u16(8, littleEndian);
  const options = readOptions(window, { from: 16, to: length - 4, littleEndian });
  inspector.setInterface(section.interfaces, { linkType, ...options.description });
  walker.nameInterface(section.interfaces, options.name);
  section.interfaces += 1;
  window.consumeTo(window.start + length);
}

interface OptionRange {
  readonly from: number;
  readonly to: number;
  readonly littleEndian: boolean;
}

/** The options that matter here; one that does not fit its block ends the list. */
function readOptions(window: CaptureWindow, range: OptionRange) {
  const { to, littleEndian } = range;
  let name: string | null = null;
  let resolution = RESOLUTION_DEFAULT;
  let offsetSeconds = 0n;
  let at = range.from;
  while (at + 4 <= to) {
    const code = window.u16(at, littleEndian);
    const size = window.u16(at + 2, littleEndian);
    if (code === OPTION_END || at + 4 + size > to) break;
    const octets = window.octets(at + 4, size);
    if (code === OPTION_NAME) name = readName(octets);
    if (code === OPTION_RESOLUTION && size === 1) resolution = octets[0] ?? RESOLUTION_DEFAULT;
    if (code === OPTION_OFFSET && size === 8) {
      offsetSeconds = new DataView(octets.buffer).getBigInt64(0, littleEndian);
    }
    at += 4 + Math.ceil(size / 4) * 4;
  }
  const description: Omit<InterfaceDescription, "linkType"> = { resolution, offsetSeconds };
  return { name, description };
}

/** An interface's name, without the zero some writers end it with; null when it is empty. */
function readName(octets: Uint8Array): string | null {
  const name = new TextDecoder().decode(octets).replace(/\0.*$/s, "");
  return name === "" ? null : name;
}

async function skipBlock(walker: Walker, section: Section): Promise<void> {
  const { window } = walker;
  const length = window.u32(4, section.littleEndian);
  if (length < BLOCK_SIZE_MIN || length % 4 !== 0) {
    throw damaged(walker, `a block of ${length} octets is not possible there`);
  }
  if (!(await window.skip(length - 4))) {
    throw damaged(walker, "the capture ends in the middle of a block");
  }
  await wanted(walker, 4);
  if (window.u32(0, section.littleEndian) !== length) {
    throw damaged(walker, "the two lengths of a block differ");
  }
  window.consumeTo(window.start + 4);
}
