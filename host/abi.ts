// Turns the globals the inspector exports into names and offsets, and a finding record in its memory
// into plain values. Holds no state and calls nothing in the module; a module whose names or fields
// are not the ones below is refused, never guessed at. Read assembly/inspector/finding/finding.ts.

import { formatAddress } from "./address.ts";
import { EXIT, HostError } from "./errors.ts";
import type {
  Application,
  AuthLevel,
  Benign,
  Finding,
  ListState,
  MailSeen,
  SegmentsSeen,
  Stage,
  TlsState,
} from "./finding.ts";

/** Enumerations whose names the host depends on, in the module's order. */
const CLOSED = {
  Application: ["other", "smtp", "imap", "pop3", "tls", "http"] satisfies Application[],
  TlsState: ["no", "starttls", "implicit", "unknown"] satisfies TlsState[],
  ListState: ["none", "partial", "complete"] satisfies ListState[],
  AuthLevel: ["none", "harmless", "low", "crackable", "reusable"] satisfies AuthLevel[],
  Stage: ["none", "syn", "ack", "psh", "later"] satisfies Stage[],
  Cause: ["changed", "ended"] satisfies Finding["cause"][],
  Stop: ["octets", "drain", "damaged", "foreign"] as const,
  Benign: [
    "none",
    "refused",
    "reactive",
    "after-local-close",
    "after-remote-fin",
    "idle",
    "near-endpoint",
    "conforming",
    "unexplained",
  ] satisfies Benign[],
};

/** Why a walk over a capture returned before its end. */
export type Stop = (typeof CLOSED.Stop)[number];

/** Enumerations that only have to be there; names are shown as they are. */
const OPEN = ["MailEvidence", "SegmentEvidence", "Fingerprint", "Reason", "Counter"] as const;

/** Fields of a finding record that are read here. */
const FIELDS = [
  ...["ordinal", "cause", "ipVersion", "application", "clientNear", "time", "frame", "firstFrame"],
  ...["openTime", "client", "server", "clientPort", "serverPort", "interfaceIndex", "sideGuessed"],
  ...["synSeen", "mail", "hasDialog", "tlsState", "listState", "authLevel", "tlsOffered"],
  ...["tlsRequested", "quitAfterList", "dialogOver", "starttlsReply", "ehloReply", "maskIndex"],
  ...["maskCount", "offeredLength", "mailFrameCount", "segmentFrameCount", "fingerprint"],
  ...["benign", "stage", "dataCut", "weak", "strong", "conclusive", "resetsToClient"],
  ...["resetsToServer", "resetTtl", "farTtl", "resetIpid", "farIpidVaries", "resetWindow", "held"],
  ...["serverNameLength", "latencyUs", "rttUs", "idleSeconds", "icmp", "icmpSender"],
  ...["resetDf", "resetFrame", "resetAfterMs", "synAckTtl", "forgotten"],
  ...["greetingLength", "mailFrames", "segmentFrames", "offered", "greeting", "serverName", "size"],
];

/** What a module says about itself. */
export interface Abi {
  /** Names by number, for every exported enumeration the host uses. */
  readonly names: Readonly<Record<keyof typeof CLOSED | (typeof OPEN)[number], readonly string[]>>;
  /** Offsets in octets from the start of a finding record; `size` is its length. */
  readonly field: ReadonlyMap<string, number>;
}

const MASK_NONE = 255;
const PRINTABLE = /[^\x20-\x7e]/g;

function misfit(what: string): HostError {
  return new HostError(
    EXIT.trapped,
    `the inspector module does not fit this program (${what}); build both from the same sources.`,
  );
}

/** Kebab-case of a member's name: a hyphen before each capital and each number of two digits or more. */
export function kebabCase(member: string): string {
  return member.replace(/(?<!^)[A-Z]|(?<!\d)\d{2,}/g, (part) => `-${part}`).toLowerCase();
}

/** Member names to numbers, for each enumeration: the exported globals named GROUP.Member. */
function readGroups(exports: Record<string, unknown>): Map<string, Map<string, number>> {
  const groups = new Map<string, Map<string, number>>();
  for (const [name, value] of Object.entries(exports)) {
    const dot = name.indexOf(".");
    if (dot < 0 || !(value instanceof WebAssembly.Global)) continue;
    const members = groups.get(name.slice(0, dot)) ?? new Map<string, number>();
    members.set(name.slice(dot + 1), Number(value.value));
    groups.set(name.slice(0, dot), members);
  }
  return groups;
}

type Groups = ReturnType<typeof readGroups>;

function groupOf(groups: Groups, group: string): Map<string, number> {
  const members = groups.get(group);
  if (members === undefined) throw misfit(`it exports no ${group}`);
  return members;
}

/** Kebab-case names by number; the numbers of an enumeration have no holes. */
function readNames(groups: Groups, group: string): readonly string[] {
  const names: string[] = [];
  for (const [member, number] of groupOf(groups, group)) names[number] = kebabCase(member);
  for (let number = 0; number < names.length; number++) {
    if (names[number] === undefined) throw misfit(`${group} has no member ${number}`);
  }
  return names;
}

function readClosed(groups: Groups, group: keyof typeof CLOSED) {
  const names = readNames(groups, group);
  const wanted: readonly string[] = CLOSED[group];
  if (names.join() !== wanted.join()) {
    throw misfit(`${group} is ${names.join(" ")}, expected ${wanted.join(" ")}`);
  }
  return names;
}

/** Reads what the module exports about itself. Throws HostError 70 when it does not fit. */
export function readAbi(exports: Record<string, unknown>): Abi {
  const groups = readGroups(exports);
  const closed = Object.keys(CLOSED) as (keyof typeof CLOSED)[];
  const entries = [
    ...closed.map((group) => [group, readClosed(groups, group)]),
    ...OPEN.map((group) => [group, readNames(groups, group)]),
  ];
  const field = groupOf(groups, "FindingField");
  for (const name of FIELDS) {
    if (!field.has(name)) throw misfit(`a finding has no field ${name}`);
  }
  return { names: Object.fromEntries(entries), field };
}

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
    mail: row.flag("hasDialog") ? decodeMail(row) : null,
    segments: decodeSegments(row),
  };
}
