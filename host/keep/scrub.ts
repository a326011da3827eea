// Turns a ring block into a pcap file a person may hand to us after a failure: every frame with its
// headers, every octet behind them zero. No payload is worth a secret, so none is kept, whatever it
// is. Trusts no length in the block: it is what the inspector failed on. Decides nothing else.
// linux/if_packet.h, draft-ietf-opsawg-pcap §4, RFC 791, RFC 8200, RFC 9293 §3.1.

/** The block's descriptor: frames at 12, offset of the first at 16. */
const BLOCK_FRAMES = 12;
const BLOCK_FIRST = 16;
/** More a block of 64 KiB cannot hold. */
const FRAMES_MAX = 1024;
/** A frame's header: next 0, seconds 4, nanoseconds 8, captured 12, original 16, link 24, network 26. */
const FRAME_HEADER = 68;
/** The hardware type at 56 of that header: Ethernet, and loopback which looks the same. */
const HARDWARE_ETHERNET = [1, 772];
const PCAP_HEADER = 24;
const RECORD_HEADER = 16;
/** Nanosecond time stamps. */
const MAGIC = 0xa1b23c4d;
const SNAP_LENGTH = 262_144;
const LINKTYPE_ETHERNET = 1;
const LINKTYPE_RAW = 101;

const ETHERNET = 14;
const IP4 = 0x0800;
const IP6 = 0x86dd;
const VLANS = [0x8100, 0x88a8, 0x9100];
const PPPOE_SESSION = 0x8864;
const PPP_IP4 = 0x21;
const PPP_IP6 = 0x57;
const TAGS_MAX = 4;
const TCP = 6;
/** Ports or type, length or code, checksum: all there is besides payload in UDP and ICMP. */
const SHORT_HEADER = 8;
const SHORT = [1, 17, 58];

/** The file's size is at most `limit` octets; frames that do not fit are left out. */
export function scrubBlock(block: Uint8Array, limit: number): Uint8Array {
  const frames = framesOf(block);
  const ethernet = frames.every(({ ethernet }) => ethernet);
  const file = Buffer.alloc(limit);
  file.writeUInt32LE(MAGIC, 0);
  file.writeUInt16LE(2, 4);
  file.writeUInt16LE(4, 6);
  file.writeUInt32LE(SNAP_LENGTH, 16);
  file.writeUInt32LE(ethernet ? LINKTYPE_ETHERNET : LINKTYPE_RAW, 20);
  let at = PCAP_HEADER;
  for (const { seconds, nanos, original, octets } of frames) {
    if (at + RECORD_HEADER + octets.length > limit) break;
    for (const [index, value] of [seconds, nanos, octets.length, original].entries()) {
      file.writeUInt32LE(value, at + 4 * index);
    }
    const kept = octets.subarray(0, headerSize(octets, ethernet));
    file.set(kept, at + RECORD_HEADER); // what is behind stays zero
    at += RECORD_HEADER + octets.length;
  }
  return file.subarray(0, at);
}

interface RingFrame {
  readonly seconds: number;
  readonly nanos: number;
  readonly original: number;
  readonly ethernet: boolean;
  readonly octets: Uint8Array;
}

/** Frames along the chain of offsets, as far as it stays inside the block. */
function framesOf(block: Uint8Array): RingFrame[] {
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  const frames: RingFrame[] = [];
  const count = Math.min(view.getUint32(BLOCK_FRAMES, true), FRAMES_MAX);
  let at = view.getUint32(BLOCK_FIRST, true);
  while (frames.length < count && at + FRAME_HEADER <= block.length) {
    const word = (offset: number): number => view.getUint32(at + offset, true);
    const start = at + view.getUint16(at + 24, true);
    const octets = block.subarray(start, Math.min(start + word(12), block.length));
    const ethernet = HARDWARE_ETHERNET.includes(view.getUint16(at + 56, true));
    frames.push({ seconds: word(4), nanos: word(8), original: word(16), ethernet, octets });
    if (word(0) === 0) break;
    at += word(0);
  }
  return frames;
}

/** How many octets of a frame are headers; what is not understood is payload. */
function headerSize(octets: Uint8Array, ethernet: boolean): number {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  try {
    return ethernet ? linkSize(view) : ipSize(view, 0);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return ethernet ? Math.min(ETHERNET, octets.length) : 0; // cut short: nothing is certain
  }
}

function linkSize(view: DataView): number {
  let at = ETHERNET;
  let type = view.getUint16(at - 2);
  for (let tag = 0; tag < TAGS_MAX && VLANS.includes(type); tag += 1) {
    type = view.getUint16(at + 2);
    at += 4;
  }
  if (type === PPPOE_SESSION) {
    const protocol = view.getUint16(at + 6);
    at += 8;
    return protocol === PPP_IP4 || protocol === PPP_IP6 ? ipSize(view, at) : at;
  }
  return type === IP4 || type === IP6 ? ipSize(view, at) : at;
}

function ipSize(view: DataView, at: number): number {
  const version = view.getUint8(at) >> 4;
  if (version !== 4 && version !== 6) return at;
  const transport = at + (version === 4 ? (view.getUint8(at) & 15) * 4 : 40);
  const protocol = view.getUint8(at + (version === 4 ? 9 : 6));
  // A later fragment begins with payload.
  if (version === 4 && (view.getUint16(at + 6) & 0x1fff) !== 0) return transport;
  if (protocol === TCP) return transport + Math.max(20, (view.getUint8(transport + 12) >> 4) * 4);
  return SHORT.includes(protocol) ? transport + SHORT_HEADER : transport;
}
