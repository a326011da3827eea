// Frames → a pcap file in memory: nanosecond or microsecond stamps, either byte order.
// draft-ietf-opsawg-pcap §4, §5.

import type { Frame } from "./packet.ts";

const MAGIC_MICRO = 0xa1b2c3d4;
const MAGIC_NANO = 0xa1b23c4d;
const FILE_HEADER = 24;
const RECORD_HEADER = 16;
const SNAP_LENGTH = 262144;

/** 2014-11-13T07:10:00Z in seconds: when every scenario begins. */
export const EPOCH = 1415862600n;
const SECOND = 1_000_000_000n;

export interface PcapForm {
  readonly linkType: number;
  readonly littleEndian?: boolean;
  readonly nanoseconds?: boolean;
  /** Nanoseconds added to every time. */
  readonly shift?: bigint;
}

/** The whole file. */
export function encodePcap(frames: readonly Frame[], form: PcapForm): Uint8Array {
  const little = form.littleEndian ?? true;
  const header = new DataView(new ArrayBuffer(FILE_HEADER));
  header.setUint32(0, (form.nanoseconds ?? true) ? MAGIC_NANO : MAGIC_MICRO, little);
  header.setUint16(4, 2, little);
  header.setUint16(6, 4, little);
  header.setUint32(16, SNAP_LENGTH, little);
  header.setUint32(20, form.linkType, little);
  return Buffer.concat([new Uint8Array(header.buffer), encodeRecords(frames, form)]);
}

/** The records alone, as they follow the file header. */
export function encodeRecords(frames: readonly Frame[], form: PcapForm): Uint8Array {
  const little = form.littleEndian ?? true;
  const unit = (form.nanoseconds ?? true) ? 1n : 1000n;
  const size = frames.reduce((sum, frame) => sum + RECORD_HEADER + frame.octets.length, 0);
  const octets = new Uint8Array(size);
  const view = new DataView(octets.buffer);
  let at = 0;
  for (const frame of frames) {
    const time = EPOCH * SECOND + frame.time + (form.shift ?? 0n);
    view.setUint32(at, Number(time / SECOND), little);
    view.setUint32(at + 4, Number((time % SECOND) / unit), little);
    view.setUint32(at + 8, frame.octets.length, little);
    view.setUint32(at + 12, frame.length, little);
    octets.set(frame.octets, at + RECORD_HEADER);
    at += RECORD_HEADER + frame.octets.length;
  }
  return octets;
}
