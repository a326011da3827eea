// Turns a finding record in the inspector's memory into plain values, by the offsets and names of abi.ts.
// The seam at which octets become values; a number without a name is refused.

import { type Abi, misfit } from "./abi.ts";
import { formatAddress } from "./address.ts";
import type {
  Application,
  AuthLevel,
  Benign,
  Family,
  Finding,
  ListState,
  MailSeen,
  PolicyHint,
  SegmentsSeen,
  Stage,
  TlsState,
} from "./finding.ts";

const MASK_NONE = 255;
const PRINTABLE = /[^\x20-\x7e]/g;

/** One record's fields by name; the seam at which octets become values. */
class Row {
  readonly #view: DataView;
  readonly #at: number;
  readonly #abi: Abi;

  constructor(view: DataView, at: number, abi: Abi) {
    this.#view = view;
    this.#at = at;
    this.#abi = abi;
  }

  #place(name: string): number {
    const offset = this.#abi.field.get(name);
    if (offset === undefined) throw misfit(`a finding has no field ${name}`);
    return this.#at + offset;
  }

  u8(name: string): number {
    return this.#view.getUint8(this.#place(name));
  }

  u16(name: string): number {
    return this.#view.getUint16(this.#place(name), true);
  }

  u32(name: string): number {
    return this.#view.getUint32(this.#place(name), true);
  }

  u64(name: string): bigint {
    return this.#view.getBigUint64(this.#place(name), true);
  }

  flag(name: string): boolean {
    return this.u8(name) !== 0;
  }

  address(name: string): string {
    return formatAddress(this.#view, this.#place(name));
  }

  /** A member's name; a number the module did not export is a misfit. */
  name<T extends string>(field: string, group: keyof Abi["names"]): T {
    const name = this.#abi.names[group][this.u8(field)];
    if (name === undefined) throw misfit(`${field} holds ${this.u8(field)}, which has no name`);
    return name as T; // readAbi compared the whole enumeration with T
  }

  /** The names of a set of bits, sorted. */
  bits(field: string, group: "MailEvidence" | "SegmentEvidence"): string[] {
    const at = this.#place(field);
    const low = this.#view.getUint32(at, true);
    const high = this.#view.getUint32(at + 4, true);
    if ((low | high) === 0) return [];
    const isSet = (bit: number): boolean =>
      ((bit < 32 ? low >>> bit : high >>> (bit - 32)) & 1) === 1;
    return this.#abi.names[group].filter((_, bit) => isSet(bit)).sort();
  }

  /** Text of `length` octets; what is not printable ASCII is escaped as \xNN. */
  text(field: string, length: number): string {
    const at = this.#view.byteOffset + this.#place(field);
    return Buffer.from(this.#view.buffer, at, length)
      .toString("latin1")
      .replace(PRINTABLE, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`);
  }

  /** `count` frame numbers, ascending. */
  frames(field: string, count: number): number[] {
    const at = this.#place(field);
    const numbers = Array.from({ length: count }, (_, i) => this.#view.getUint32(at + 4 * i, true));
    return numbers.sort((a, b) => a - b);
  }
}

function decodeMail(row: Row): MailSeen {
  const listState = row.name<ListState>("listState", "ListState");
  const words = row.text("offered", row.u16("offeredLength")).split(" ");
  const maskIndex = row.u8("maskIndex");
  return {
    evidence: row.bits("mail", "MailEvidence"),
    tlsState: row.name<TlsState>("tlsState", "TlsState"),
    listState,
    authLevel: row.name<AuthLevel>("authLevel", "AuthLevel"),
    tlsOffered: row.flag("tlsOffered"),
    tlsRequested: row.flag("tlsRequested"),
    quitAfterList: row.flag("quitAfterList"),
    dialogOver: row.flag("dialogOver"),
    starttlsReply: row.u16("starttlsReply"),
    ehloReply: row.u16("ehloReply"),
    offered: listState === "none" ? null : words.filter((word) => word !== ""),
    maskIndex: maskIndex === MASK_NONE ? null : maskIndex,
    maskCount: row.u8("maskCount"),
    greetingHost: row.text("greeting", row.u8("greetingLength")),
    family: row.name<Family>("family", "Family"),
    frames: row.frames("mailFrames", row.u8("mailFrameCount")),
  };
}

function decodeSegments(row: Row): SegmentsSeen {
  const fingerprint = row.name<string>("fingerprint", "Fingerprint");
  const icmp = row.u32("icmp");
  return {
    weak: row.bits("weak", "SegmentEvidence"),
    strong: row.bits("strong", "SegmentEvidence"),
    conclusive: row.bits("conclusive", "SegmentEvidence"),
    fingerprint: fingerprint === "none" ? null : fingerprint,
    benign: row.name<Benign>("benign", "Benign"),
    stage: row.name<Stage>("stage", "Stage"),
    dataCut: row.flag("dataCut"),
    held: row.flag("held"),
    resetsToClient: row.u32("resetsToClient"),
    resetsToServer: row.u32("resetsToServer"),
    resetTtl: row.u8("resetTtl"),
    farTtl: row.u8("farTtl"),
    resetIpid: row.u16("resetIpid"),
    farIpidVaries: row.flag("farIpidVaries"),
    resetWindow: row.u16("resetWindow"),
    resetDf: row.flag("resetDf"),
    resetFrame: row.u32("resetFrame"),
    resetAfterMs: row.u32("resetAfterMs"),
    synAckTtl: row.u8("synAckTtl"),
    forgotten: row.flag("forgotten"),
    latencyUs: row.u32("latencyUs"),
    rttUs: row.u32("rttUs"),
    idleSeconds: row.u32("idleSeconds"),
    icmp:
      icmp === 0
        ? null
        : { type: icmp >>> 8, code: icmp & 0xff, sender: row.address("icmpSender") },
    frames: row.frames("segmentFrames", row.u8("segmentFrameCount")),
  };
}

/** The finding record at address `at` of the memory under `view`. Throws HostError 70 on a misfit. */
export function decodeFinding(view: DataView, at: number, abi: Abi): Finding {
  const row = new Row(view, at, abi);
  const serverNameLength = row.u8("serverNameLength");
  const canonicalLength = row.u8("canonicalLength");
  return {
    ordinal: row.u32("ordinal"),
    cause: row.name<Finding["cause"]>("cause", "Cause"),
    time: row.u64("time"),
    openTime: row.u64("openTime"),
    frame: row.u32("frame"),
    firstFrame: row.u32("firstFrame"),
    client: row.address("client"),
    clientPort: row.u16("clientPort"),
    server: row.address("server"),
    serverPort: row.u16("serverPort"),
    ipVersion: row.u8("ipVersion") === 6 ? 6 : 4,
    application: row.name<Application>("application", "Application"),
    clientNear: row.flag("clientNear"),
    sideGuessed: row.flag("sideGuessed"),
    synSeen: row.flag("synSeen"),
    interfaceIndex: row.u16("interfaceIndex"),
    serverName: serverNameLength === 0 ? null : row.text("serverName", serverNameLength),
    canonicalName: canonicalLength === 0 ? null : row.text("canonical", canonicalLength),
    policy: row.name<PolicyHint>("policy", "PolicyHint"),
    mail: row.flag("hasDialog") ? decodeMail(row) : null,
    segments: decodeSegments(row),
  };
}
