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
      "stream/", // octets of a direction
      "dialog/", // octets of a line
      "evidence/",
      "name/",
      "counters.ts",
      "guard.ts",
      "memory.ts",
      "walk.ts", // why the last walk stopped
      "inspect.ts", // state between two frames
    ],
    instead: "read fields through wire/octets.ts or a class of accessors in flow/",
  },
  {
    what: "memory.copy",
    pattern: /\bmemory\.copy\(/,
    places: ["flow/", "stream/", "dialog/", "name/names.ts", "finding/ring.ts", "memory.ts"],
    instead: "pass an address: nothing on a frame's way is copied",
  },
  {
    what: "memory.fill",
    pattern: /\bmemory\.fill\(/,
    places: ["flow/", "stream/", "dialog/", "finding/ring.ts", "memory.ts", "name/"],
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
      "stream/",
      "dialog/",
      "evidence/",
      "name/",
      "segment.ts",
      "inspect.ts",
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
      "inspect.ts",
      "source/interface.ts",
      "flow/",
      "finding/ring.ts",
      "dialog/",
      "stream/",
      "evidence/",
      "name/names.ts",
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
export const LONG_FILES: Readonly<Record<string, number>> = {
  // One frame's whole walk, top to bottom: all branching lives here.
  "assembly/inspector/inspect.ts": 560,
};

/** Names that say nothing. */
export const EMPTY_NAMES =
  /^(utils?|helpers?|managers?|handlers?|data|info|misc|common|buf|tmp|pkt)$/i;
