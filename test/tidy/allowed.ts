// Where raw memory may be touched, and how long a file may be, as data. Each entry is a place that
// was looked at; a new place is a decision, written here with its reason.

export interface Permission {
  /** What it is about, as code. */
  readonly what: string;
  readonly pattern: RegExp;
  /** Folders (ending in /) and files. */
  readonly places: readonly string[];
  readonly instead: string;
}

const INSPECTOR = "assembly/inspector/";

export const MEMORY_PERMISSIONS: readonly Permission[] = [
  {
    what: "load and store",
    pattern: /\b(load|store)</,
    places: [
      "wire/octets.ts", // network fields
      "wire/ip6.ts", // addresses as two words
      "wire/dns.ts", // labels, octet by octet
      "source/", // record and block headers in host order
      "flow/", // keys, tags, rows
      "finding/ring.ts",
      "mail/", // octets of a direction, of a line
      "reset/",
      "name/",
      "counters.ts",
      "guard.ts",
      "memory.ts",
      "walk.ts", // why the last walk stopped
      "clock.ts", // state between two frames
      "connection.ts",
      "inspect.ts",
    ],
    instead: "read fields through wire/octets.ts or a class of accessors in flow/",
  },
  {
    what: "memory.copy",
    pattern: /\bmemory\.copy\(/,
    places: ["flow/", "mail/", "reset/", "name/names.ts", "finding/ring.ts", "memory.ts"],
    instead: "pass an address: nothing on a frame's way is copied",
  },
  {
    what: "memory.fill",
    pattern: /\bmemory\.fill\(/,
    places: ["flow/", "mail/", "reset/", "finding/ring.ts", "memory.ts", "name/"],
    instead: "clear rows where they are handed out or given back, in their table's file",
  },
  {
    what: "changetype",
    pattern: /\bchangetype</,
    places: [
      "wire/",
      "source/",
      "flow/",
      "finding/finding.ts",
      "mail/",
      "reset/",
      "name/",
      "segment.ts",
      "decode.ts",
      "connection.ts",
      "walk.ts",
    ],
    instead: "place the record with its own static `at`",
  },
  {
    what: "memory.data",
    pattern: /\bmemory\.data[<(]/,
    places: [
      "memory.ts",
      "segment.ts",
      "counters.ts",
      "walk.ts",
      "clock.ts",
      "connection.ts",
      "inspect.ts",
      "source/interface.ts",
      "flow/",
      "finding/ring.ts",
      "mail/",
      "reset/",
      "name/",
      "wire/",
    ],
    instead: "large tables stand in memory.ts, where the sum of all sizes is written",
  },
];

/** True when a path lies in one of the places. */
export function isPlace(path: string, places: readonly string[]): boolean {
  const inside = path.startsWith(INSPECTOR) ? path.slice(INSPECTOR.length) : path;
  return places.some(
    (place) => inside === place || (place.endsWith("/") && inside.startsWith(place)),
  );
}

export const LINES_MAX = 300;
export const COLUMNS_MAX = 120;

/** Files that are longer for a reason. */
export const LONG_FILES: Readonly<Record<string, number>> = {};

/** Names that say nothing. */
export const EMPTY_NAMES =
  /^(utils?|helpers?|managers?|handlers?|data|info|misc|common|buf|tmp|pkt)$/i;

/** Read by name from outside, so that no file needs to import what they hand out. */
export const ENTRIES: readonly string[] = [
  "assembly/inspector/index.ts",
  "assembly/judge/index.ts",
  "host/main.ts",
  "board/package/write.ts", // run by the Makefile
  "assembly/inspector/rt/forbid.ts", // named in asconfig.json
];

/** Declarations that stand although no source reads them: `path NAME`, and why. */
export const UNREAD: Readonly<Record<string, string>> = {};

/** Names with two meanings in one module, and why that may be. */
export const SHARED_NAMES: Readonly<Record<string, string>> = {
  countersAt: "the door hands the table's address on as a 32-bit number",
  reasonsAt: "the door hands the table's address on as a 32-bit number",
  IgnoreRule: "what the owner configured, and the same as alerts ask it: neither imports the other",
  Progress: "the bar of a command, and what a replay asks of one",
};

/** Files that comments and documents speak of and that stand elsewhere, or are made. */
export const ELSEWHERE: ReadonlySet<string> = new Set([
  "smtp_proto.c", // of Postfix
  "nf_conntrack_standalone.c", // of Linux
  "net/packet/af_packet.c", // of Linux
  "policy.json", // of STARTTLS Everywhere
  "procd.sh", // of OpenWrt
  "crash-N.pcap", // written after a trap
  "crash-1.pcap",
  "crash-3.pcap",
  "mail/DIALECT-MODE.pcap", // stands for a row of files
]);
