// Turns a path into a capture inspected: opens it, tells by its first octets (never by its name) what
// it is, unpacks gzip, and hands it to the reader of its format.

import { setImmediate } from "node:timers/promises";
import { EXIT, HostError } from "../ground/errors.ts";
import type { Inspector } from "../inspector.ts";
import { pcapMagic, readPcap } from "./pcap.ts";
import { pcapngMagic, readPcapng } from "./pcapng.ts";
import { inputName, type OctetSource, openSource, unpack } from "./source.ts";
import { Walker } from "./walker.ts";
import { CaptureWindow } from "./window.ts";

/** Reading a file and inspecting it leaves no room for a signal: so often one is made. */
const TURN_MS = 50;
const GZIP_MAGIC = 0x1f8b;
const MAGIC_SIZE = 4;
const ACCEPTED = "expected pcap, pcapng or the gzip of one";

/** What the reading of one capture is given. */
export interface CaptureRequest {
  /** As the user wrote it; `-` is standard input. */
  readonly path: string;
  /** Ends the reading with an AbortError; without it nothing does. */
  readonly signal?: AbortSignal;
  readonly inspector: Inspector;
  readonly drain: () => void;
  readonly nameInterface: (index: number, name: string | null) => void;
  /** Called now and then with what was read of the file and its size, null when unknown. */
  readonly progress: (done: number, total: number | null) => void;
}

function notCapture(path: string, octets: Uint8Array): HostError {
  const first = [...octets].map((octet) => octet.toString(16).padStart(2, "0")).join(" ");
  const why = octets.length === 0 ? "it is empty" : `it begins with ${first} at octet 0`;
  return new HostError(EXIT.damaged, `${inputName(path)} is not a capture: ${why}; ${ACCEPTED}.`);
}

/** The window over the capture itself, its first octets read; unpacked when they say gzip. */
async function openWindow(request: CaptureRequest, source: OctetSource) {
  const { path, inspector } = request;
  const packed = new CaptureWindow(inspector, source);
  await packed.need(MAGIC_SIZE);
  const isGzip = packed.available >= 2 && packed.u16(0, false) === GZIP_MAGIC;
  if (!isGzip) return { window: packed, source };
  const unpacked = unpack(path, source, packed.octets(0, packed.available));
  const window = new CaptureWindow(inspector, unpacked);
  await window.need(MAGIC_SIZE);
  return { window, source: unpacked };
}

/** The source, telling how far it is at each reading and now and then letting signals in. */
function watched(source: OctetSource, { progress, signal }: CaptureRequest): OctetSource {
  let turned = performance.now();
  return {
    ...source,
    read: async (target) => {
      const { done, total } = source.progress();
      progress(done, total);
      if (performance.now() - turned > TURN_MS) {
        await setImmediate();
        turned = performance.now();
      }
      signal?.throwIfAborted();
      return source.read(target);
    },
  };
}

/**
 * Inspects one capture to its end. Throws HostError 66 when it cannot be read and 65 when it is
 * damaged or no capture; what precedes the damage was inspected and drained by then.
 */
export async function readCapture(request: CaptureRequest): Promise<void> {
  const opened = watched(openSource(request.path, request.signal), request);
  let source = opened;
  try {
    const open = await openWindow(request, opened);
    source = open.source;
    const { window } = open;
    if (window.available < MAGIC_SIZE)
      throw notCapture(request.path, window.octets(0, window.available));
    const walker = new Walker({ ...request, window });
    const pcap = pcapMagic(window);
    if (pcap !== null) await readPcap(pcap, walker);
    else if (pcapngMagic(window)) await readPcapng(walker);
    else throw notCapture(request.path, window.octets(0, MAGIC_SIZE));
  } finally {
    source.close();
  }
}
