// Turns the globals the inspector exports into names and offsets. Holds no state and calls nothing in the
// module; a module whose names or fields are not the ones below is refused, never guessed at. Read
// assembly/inspector/finding/finding.ts.

import { isDeepStrictEqual } from "node:util";
import { DIALECTS, readTraits, TRAITS, type TraitsOffsets } from "./dialect.ts";
import { EXIT, HostError } from "./errors.ts";
import type {
  Application,
  AuthAnswer,
  AuthLevel,
  Benign,
  Family,
  Finding,
  ListState,
  PolicyHint,
  Stage,
  TlsState,
} from "./finding.ts";

/** Enumerations whose names the host depends on, in the module's order. */
const CLOSED = {
  Application: ["other", "tls", "http", "mail"] satisfies (Application | "mail")[],
  Dialect: ["undecided", ...DIALECTS],
  TlsState: ["no", "starttls", "implicit", "unknown"] satisfies TlsState[],
  ListState: ["none", "partial", "complete"] satisfies ListState[],
  AuthLevel: ["none", "harmless", "low", "crackable", "reusable"] satisfies AuthLevel[],
  AuthAnswer: ["none", "refused", "accepted"] satisfies AuthAnswer[],
  Family: ["none", "postfix", "sendmail"] satisfies Family[],
  PolicyHint: ["none", "dns", "fetched"] satisfies PolicyHint[],
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

/** Fields of a finding record that are read, in lines of names. */
const FIELDS = [
  "ordinal cause ipVersion application clientNear time frame firstFrame openTime client",
  "server clientPort serverPort interfaceIndex sideGuessed synSeen mail hasDialog tlsState",
  "listState authLevel tlsOffered tlsRequested quitAfterList dialogOver starttlsReply",
  "ehloReply maskIndex maskCount offeredLength mailFrameCount segmentFrameCount fingerprint",
  "benign stage dataCut weak strong conclusive resetsToClient resetsToServer resetTtl",
  "farTtl resetIpid farIpidVaries resetWindow held serverNameLength latencyUs rttUs",
  "idleSeconds icmp icmpSender resetDf resetFrame resetAfterMs synAckTtl forgotten",
  "greetingLength family policy canonicalLength canonical authAnswer",
  "mailFrames segmentFrames offered greeting serverName size",
] as const;

const TRAITS_FIELDS = ["dialect", "keyword", "clearPorts", "tlsPorts", "size"];

type Words<Line extends string> = Line extends `${infer Word} ${infer Rest}`
  ? Word | Words<Rest>
  : Line;
type FieldName = Words<(typeof FIELDS)[number]>;

/** What a module says about itself. */
export interface Abi {
  /** Names by number, for every exported enumeration the host uses. */
  readonly names: Readonly<Record<keyof typeof CLOSED | (typeof OPEN)[number], readonly string[]>>;
  /** Offsets in octets from the start of a finding record; `size` is its length. */
  readonly field: Readonly<Record<FieldName, number>>;
  /** The same of a row of the inspector's table of dialects. */
  readonly traits: TraitsOffsets;
  /** Numbers of the link types whose frames are decoded. */
  readonly linkTypes: ReadonlySet<number>;
}

/** What a module that does not fit is refused with. */
export function misfit(what: string): HostError {
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

function readOffsets(groups: Groups, group: string, what: string, names: readonly string[]) {
  const offsets = groupOf(groups, group);
  const fields = names.map((name) => {
    const offset = offsets.get(name);
    if (offset === undefined) throw misfit(`${what} has no field ${name}`);
    return [name, offset];
  });
  return Object.fromEntries(fields);
}

/** Reads what the module exports about itself. Throws HostError 70 when it does not fit. */
export function readAbi(exports: Record<string, unknown>): Abi {
  const groups = readGroups(exports);
  const closed = Object.keys(CLOSED) as (keyof typeof CLOSED)[];
  const entries = [
    ...closed.map((group) => [group, readClosed(groups, group)]),
    ...OPEN.map((group) => [group, readNames(groups, group)]),
  ];
  const fields = FIELDS.flatMap((line) => line.split(" "));
  const traits = readOffsets(groups, "TraitsField", "a dialect's row", TRAITS_FIELDS);
  checkTraits(exports, traits);
  return {
    names: Object.fromEntries(entries),
    field: readOffsets(groups, "FindingField", "a finding", fields),
    traits,
    linkTypes: new Set(groupOf(groups, "LinkType").values()),
  };
}

/** Holds the host's rows of the dialects against the module's own. */
function checkTraits({ memory, traitsAt }: Record<string, unknown>, offsets: TraitsOffsets): void {
  if (typeof traitsAt !== "function" || !(memory instanceof WebAssembly.Memory)) {
    throw misfit("it exports no table of dialects");
  }
  const rows = readTraits(new DataView(memory.buffer), Number(traitsAt()), offsets);
  for (const [index, name] of DIALECTS.entries()) {
    const row = rows[index];
    if (!isDeepStrictEqual(row, TRAITS[name])) {
      throw misfit(`of ${name} it says ${JSON.stringify(row)}`);
    }
  }
}
