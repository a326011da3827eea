// What the tests of the capture readers share: a short piece of traffic as frames, a tiny writer of
// pcapng, and the reading of octets as a file through the inspector.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readCapture } from "../../host/capture/capture.ts";
import { Drain } from "../../host/drain.ts";
import { HostError } from "../../host/ground/errors.ts";
import type { Finding, Sighting } from "../../host/ground/finding.ts";
import { Inspector } from "../../host/inspector.ts";
import { encodeFrames } from "../scenario/language/encode.ts";
import type { Frame } from "../scenario/language/packet.ts";
import { parseScenario } from "../scenario/language/parse.ts";
import { asWritten } from "../scenario/language/transform.ts";

/** pcap's link type of what encodeFrames makes. */
export const ETHERNET = 1;

const REFUSED = `
client 192.168.1.10:49152
server 203.0.113.7:80

+0.123456789  c > s  S   0:0(0)          win 64240
+0.020        s > c  R.  0:0(0)  ack 1   win 0
`;

/** A connection that is refused: two frames, and a finding at its end. */
export function refusedConnection(): Frame[] {
  const { packets, layers } = asWritten(parseScenario("refused", REFUSED));
  return encodeFrames(packets, layers);
}

/** What came of reading a capture. */
export interface Reading {
  readonly frames: number;
  readonly failure: HostError | null;
  readonly findings: readonly { readonly finding: Finding; readonly sighting: Sighting }[];
}

const MODULE = fileURLToPath(new URL("../../build/inspector.wasm", import.meta.url));
let shared: Inspector | null = null;

/** Inspects a file to its end; its frames, and what was wrong with it or null. */
export async function inspectFile(
  path: string,
  drain: Drain,
): Promise<{ frames: number; failure: HostError | null }> {
  const { inspector } = drain;
  drain.openInput(path);
  let failure: HostError | null = null;
  await readCapture({
    path,
    inspector,
    drain: () => drain.take(),
    nameInterface: (index, name) => drain.nameInterface(index, name),
    progress: () => {},
  }).catch((error: unknown) => {
    if (!(error instanceof HostError)) throw error;
    failure = error;
  });
  const frames = inspector.framesOfInput;
  drain.finish();
  return { frames, failure };
}

/** Reads a capture to its end in the inspector that all tests of a run share. */
export async function readFile(path: string): Promise<Reading> {
  shared ??= Inspector.load(MODULE);
  const findings: { finding: Finding; sighting: Sighting }[] = [];
  const drain = new Drain(shared, (finding, sighting) => findings.push({ finding, sighting }));
  shared.setHome(["192.168.0.0/16"]);
  return { ...(await inspectFile(path, drain)), findings };
}

/** A folder for one test file's captures. */
export class CaptureFolder {
  readonly path = mkdtempSync(join(tmpdir(), "striplight-capture-"));

  /** Writes octets under a name that says nothing of their kind; the path. */
  write(octets: Uint8Array, name = "capture"): string {
    const path = join(this.path, name);
    writeFileSync(path, octets);
    return path;
  }

  read(octets: Uint8Array): Promise<Reading> {
    return readFile(this.write(octets));
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** Writes blocks of pcapng in one byte order. draft-ietf-opsawg-pcapng §3, §4. */
export class PcapngWriter {
  readonly #little: boolean;

  constructor(littleEndian: boolean) {
    this.#little = littleEndian;
  }

  #numbers(size: 2 | 4, values: readonly number[]): Buffer {
    const octets = Buffer.alloc(size * values.length);
    const view = new DataView(octets.buffer, octets.byteOffset);
    values.forEach((value, index) => {
      if (size === 2) view.setUint16(2 * index, value, this.#little);
      else view.setUint32(4 * index, value, this.#little);
    });
    return octets;
  }

  u16 = (...values: number[]): Buffer => this.#numbers(2, values);
  u32 = (...values: number[]): Buffer => this.#numbers(4, values);

  /** Type, length, body padded to 32 bits, length. */
  block(type: number, ...body: Uint8Array[]): Buffer {
    const content = Buffer.concat(body);
    const padding = Buffer.alloc((4 - (content.length % 4)) % 4);
    const length = 12 + content.length + padding.length;
    return Buffer.concat([this.u32(type, length), content, padding, this.u32(length)]);
  }

  option(code: number, value: Uint8Array): Buffer {
    const padding = Buffer.alloc((4 - (value.length % 4)) % 4);
    return Buffer.concat([this.u16(code, value.length), value, padding]);
  }

  section(): Buffer {
    return this.block(0x0a0d0d0a, this.u32(0x1a2b3c4d), this.u16(1, 0), Buffer.alloc(8, 0xff));
  }

  interface(linkType: number, ...options: Uint8Array[]): Buffer {
    const end = options.length > 0 ? [this.u16(0, 0)] : [];
    return this.block(1, this.u16(linkType, 0), this.u32(262_144), ...options, ...end);
  }

  name = (text: string): Buffer => this.option(2, Buffer.from(text));
  resolution = (value: number): Buffer => this.option(9, Buffer.from([value]));

  offset(seconds: bigint): Buffer {
    const octets = Buffer.alloc(8);
    new DataView(octets.buffer, octets.byteOffset).setBigInt64(0, seconds, this.#little);
    return this.option(14, octets);
  }

  /** Enhanced packet block; `units` since 1970 in the interface's resolution. */
  enhanced(index: number, units: bigint, frame: Frame): Buffer {
    const time = [Number(units >> 32n), Number(units & 0xffff_ffffn)];
    const head = this.u32(index, ...time, frame.octets.length, frame.length);
    return this.block(6, head, frame.octets);
  }

  /** Obsolete packet block. */
  obsolete(index: number, units: bigint, frame: Frame): Buffer {
    const time = [Number(units >> 32n), Number(units & 0xffff_ffffn)];
    const head = [this.u16(index, 0), this.u32(...time, frame.octets.length, frame.length)];
    return this.block(2, ...head, frame.octets);
  }

  /** Simple packet block: no time, interface 0. */
  simple(frame: Frame): Buffer {
    return this.block(3, this.u32(frame.length), frame.octets);
  }
}
