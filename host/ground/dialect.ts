// The dialects of mail as the host knows them: a row each, held against the inspector's own table
// (assembly/inspector/mail/dialect/traits.ts) whenever a module is loaded. Names, ports and keywords stand nowhere else.

/** What the host knows of a dialect. */
export interface Traits {
  /** The capability that offers the upgrade to TLS. */
  readonly keyword: string;
  /** Ports where it is spoken in the clear, and where TLS comes first; the first one is the usual one. */
  readonly clearPorts: readonly number[];
  readonly tlsPorts: readonly number[];
}

/** In the order of the inspector's numbers. */
const ROWS = {
  smtp: { keyword: "STARTTLS", clearPorts: [24, 25, 26, 587, 2525], tlsPorts: [465] },
  imap: { keyword: "STARTTLS", clearPorts: [143], tlsPorts: [993] },
  pop3: { keyword: "STLS", clearPorts: [110], tlsPorts: [995] },
} satisfies Record<string, Traits>;

export type Dialect = keyof typeof ROWS;

/** The row of each dialect. */
export const TRAITS: Readonly<Record<Dialect, Traits>> = ROWS;
/** Their names, as a configuration and a state file write them. */
export const DIALECTS = Object.keys(ROWS) as readonly Dialect[];

const rows: readonly Traits[] = Object.values(TRAITS);
/** Ports where mail may run in the clear, and all its ports. */
export const CLEAR_PORTS: readonly number[] = rows.flatMap((row) => row.clearPorts);
export const MAIL_PORTS: readonly number[] = rows.flatMap((row) => [
  ...row.clearPorts,
  ...row.tlsPorts,
]);
/** Every keyword that offers the upgrade. */
export const UPGRADE_KEYWORDS: readonly string[] = [...new Set(rows.map((row) => row.keyword))];

export function isDialect(name: string): name is Dialect {
  return Object.hasOwn(ROWS, name);
}

/** Offsets within a row of the inspector's table; `size` is its length. */
export type TraitsOffsets = Readonly<
  Record<"dialect" | "keyword" | "clearPorts" | "tlsPorts" | "size", number>
>;

/** The inspector's rows at address `at`, in the order of its numbers; each value takes eight octets. */
export function readTraits(view: DataView, at: number, field: TraitsOffsets): Traits[] {
  const found: Traits[] = [];
  const number = (offset: number): number => view.getUint32(offset, true);
  for (let row = at; number(row + field.dialect) !== 0; row += field.size) {
    const keyword = Buffer.from(view.buffer, view.byteOffset + row + field.keyword, 8);
    const ports = (from: number, to: number): number[] => {
      const all = Array.from({ length: (to - from) / 8 }, (_, n) => number(row + from + 8 * n));
      return all.filter((port) => port !== 0);
    };
    found.push({
      keyword: keyword.toString("latin1").replace(/\0+$/, ""),
      clearPorts: ports(field.clearPorts, field.tlsPorts),
      tlsPorts: ports(field.tlsPorts, field.size),
    });
  }
  return found;
}
