// Turns a finding record in the inspector's memory into plain values, by the offsets and names of abi.ts.
// The seam at which octets become values; a number without a name is refused.

import { type Abi, misfit } from "./abi.ts";
import { formatAddress } from "./address.ts";
import type {
  Application,
  AuthAnswer,
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
import { printable } from "./printable.ts";

const MASK_NONE = 255;

/** One record; its fields are named by their offsets. The seam at which octets become values. */
class Row {
  readonly #view: DataView;
  readonly #at: number;
  readonly #names: Abi["names"];

  constructor(view: DataView, at: number, names: Abi["names"]) {
    this.#view = view;
    this.#at = at;
    this.#names = names;
  }

  u8(field: number): number {
    return this.#view.getUint8(this.#at + field);
  }

  u16(field: number): number {
    return this.#view.getUint16(this.#at + field, true);
  }

  u32(field: number): number {
    return this.#view.getUint32(this.#at + field, true);
  }

  u64(field: number): bigint {
    return this.#view.getBigUint64(this.#at + field, true);
  }

  flag(field: number): boolean {
    return this.u8(field) !== 0;
  }

  address(field: number): string {
    return formatAddress(this.#view, this.#at + field);
  }

  /** A member's name; a number the module did not export is a misfit. */
  name<T extends string>(field: number, group: keyof Abi["names"]): T {
    const name = this.#names[group][this.u8(field)];
    if (name === undefined) throw misfit(`${group} holds ${this.u8(field)}, which has no name`);
    return name as T; // readAbi compared the whole enumeration with T
  }

  /** What a connection carries: of mail, the dialect's number follows that of mail. */
  application(field: number): Application {
    const mail = this.#names.Application.indexOf("mail");
    const number = this.u8(field);
    const names =
      number > mail ? this.#names.Dialect.slice(1) : this.#names.Application.slice(0, mail);
    const name = names[number > mail ? number - mail - 1 : number];
    if (name === undefined) throw misfit(`Application holds ${number}, which has no name`);
    return name as Application; // readAbi compared both enumerations with it
  }

  /** The names of a set of bits, sorted. */
  bits(field: number, group: "MailEvidence" | "SegmentEvidence"): string[] {
    const at = this.#at + field;
    const low = this.#view.getUint32(at, true);
    const high = this.#view.getUint32(at + 4, true);
    if ((low | high) === 0) return [];
    const isSet = (bit: number): boolean =>
      ((bit < 32 ? low >>> bit : high >>> (bit - 32)) & 1) === 1;
    return this.#names[group].filter((_, bit) => isSet(bit)).sort();
  }

  /** Text of `length` octets; what is not printable ASCII is escaped as \xNN. */
  text(field: number, length: number): string {
    const at = this.#view.byteOffset + this.#at + field;
    return printable(new Uint8Array(this.#view.buffer, at, length));
  }

  /** `count` frame numbers, ascending. */
  frames(field: number, count: number): number[] {
    const at = this.#at + field;
    const numbers = Array.from({ length: count }, (_, i) => this.#view.getUint32(at + 4 * i, true));
    return numbers.sort((a, b) => a - b);
  }
}

function decodeMail(row: Row, field: Abi["field"]): MailSeen {
  const listState = row.name<ListState>(field.listState, "ListState");
  const words = row.text(field.offered, row.u16(field.offeredLength)).split(" ");
  const maskIndex = row.u8(field.maskIndex);
  return {
    evidence: row.bits(field.mail, "MailEvidence"),
    tlsState: row.name<TlsState>(field.tlsState, "TlsState"),
    listState,
    authLevel: row.name<AuthLevel>(field.authLevel, "AuthLevel"),
    authAnswer: row.name<AuthAnswer>(field.authAnswer, "AuthAnswer"),
    tlsOffered: row.flag(field.tlsOffered),
    tlsRequested: row.flag(field.tlsRequested),
    quitAfterList: row.flag(field.quitAfterList),
    dialogOver: row.flag(field.dialogOver),
    starttlsReply: row.u16(field.starttlsReply),
    ehloReply: row.u16(field.ehloReply),
    offered: listState === "none" ? null : words.filter((word) => word !== ""),
    maskIndex: maskIndex === MASK_NONE ? null : maskIndex,
    maskCount: row.u8(field.maskCount),
    greetingHost: row.text(field.greeting, row.u8(field.greetingLength)),
    family: row.name<Family>(field.family, "Family"),
    frames: row.frames(field.mailFrames, row.u8(field.mailFrameCount)),
  };
}

function decodeSegments(row: Row, field: Abi["field"]): SegmentsSeen {
  const fingerprint = row.name<string>(field.fingerprint, "Fingerprint");
  const icmp = row.u32(field.icmp);
  return {
    weak: row.bits(field.weak, "SegmentEvidence"),
    strong: row.bits(field.strong, "SegmentEvidence"),
    conclusive: row.bits(field.conclusive, "SegmentEvidence"),
    fingerprint: fingerprint === "none" ? null : fingerprint,
    benign: row.name<Benign>(field.benign, "Benign"),
    stage: row.name<Stage>(field.stage, "Stage"),
    dataCut: row.flag(field.dataCut),
    held: row.flag(field.held),
    resetsToClient: row.u32(field.resetsToClient),
    resetsToServer: row.u32(field.resetsToServer),
    resetTtl: row.u8(field.resetTtl),
    farTtl: row.u8(field.farTtl),
    resetIpid: row.u16(field.resetIpid),
    farIpidVaries: row.flag(field.farIpidVaries),
    resetWindow: row.u16(field.resetWindow),
    resetDf: row.flag(field.resetDf),
    resetFrame: row.u32(field.resetFrame),
    resetAfterMs: row.u32(field.resetAfterMs),
    synAckTtl: row.u8(field.synAckTtl),
    forgotten: row.flag(field.forgotten),
    latencyUs: row.u32(field.latencyUs),
    rttUs: row.u32(field.rttUs),
    idleSeconds: row.u32(field.idleSeconds),
    icmp:
      icmp === 0
        ? null
        : { type: icmp >>> 8, code: icmp & 0xff, sender: row.address(field.icmpSender) },
    frames: row.frames(field.segmentFrames, row.u8(field.segmentFrameCount)),
  };
}

/** The finding record at address `at` of the memory under `view`. Throws HostError 70 on a misfit. */
export function decodeFinding(view: DataView, at: number, abi: Abi): Finding {
  const row = new Row(view, at, abi.names);
  const { field } = abi;
  const serverNameLength = row.u8(field.serverNameLength);
  const canonicalLength = row.u8(field.canonicalLength);
  return {
    ordinal: row.u32(field.ordinal),
    cause: row.name<Finding["cause"]>(field.cause, "Cause"),
    time: row.u64(field.time),
    openTime: row.u64(field.openTime),
    frame: row.u32(field.frame),
    firstFrame: row.u32(field.firstFrame),
    client: row.address(field.client),
    clientPort: row.u16(field.clientPort),
    server: row.address(field.server),
    serverPort: row.u16(field.serverPort),
    ipVersion: row.u8(field.ipVersion) === 6 ? 6 : 4,
    application: row.application(field.application),
    clientNear: row.flag(field.clientNear),
    sideGuessed: row.flag(field.sideGuessed),
    synSeen: row.flag(field.synSeen),
    interfaceIndex: row.u16(field.interfaceIndex),
    serverName: serverNameLength === 0 ? null : row.text(field.serverName, serverNameLength),
    canonicalName: canonicalLength === 0 ? null : row.text(field.canonical, canonicalLength),
    policy: row.name<PolicyHint>(field.policy, "PolicyHint"),
    mail: row.flag(field.hasDialog) ? decodeMail(row, field) : null,
    segments: decodeSegments(row, field),
  };
}
