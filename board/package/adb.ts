// Turns values into one block of the binary database that version 3 of apk keeps packages and
// indexes in: a header, then values that refer to one another by offset. Knows no schema.
// Everything is little-endian. Read apk-v3(5).
//
//   0        4        8                                            the value words
//   +--------+--------+----------------------------+               bits 28-31  kind
//   | 0 0 00 | root   | blobs, numbers, slot lists |               bits  0-27  value or offset
//   +--------+--------+----------------------------+

const INT = 0x1000_0000;
const INT_32 = 0x2000_0000;
const BLOB_8 = 0x8000_0000;
const BLOB_16 = 0x9000_0000;
const BLOB_32 = 0xa000_0000;
const ARRAY = 0xd000_0000;
const OBJECT = 0xe000_0000;

/** What fits beside the kind. */
const IMMEDIATE_END = 0x1000_0000;
const HEADER = 8;
const ALIGNMENT = 8;

/** A word that stands for a value; 0 is "absent". */
export type Value = number;
export const ABSENT: Value = 0;

function word(value: number): Buffer {
  const octets = Buffer.alloc(4);
  octets.writeUInt32LE(value >>> 0);
  return octets;
}

/** Grows one block; equal values are stored once. */
export class Database {
  readonly #parts: Buffer[] = [Buffer.alloc(HEADER)];
  readonly #known = new Map<string, number>();
  #length = HEADER;

  /** Octets as they are; empty ones are absent. */
  blob(content: Buffer | string): Value {
    const octets = Buffer.from(content);
    if (octets.length === 0) return ABSENT;
    const length = word(octets.length);
    if (octets.length <= 0xff) return BLOB_8 + this.#place([length.subarray(0, 1), octets], 1);
    if (octets.length <= 0xffff) return BLOB_16 + this.#place([length.subarray(0, 2), octets], 2);
    return BLOB_32 + this.#place([length, octets], 4);
  }

  /** A whole number below 2^32. */
  int(value: number): Value {
    return value < IMMEDIATE_END ? INT + value : INT_32 + this.#place([word(value)], 4);
  }

  /** Values by field number, from 1; trailing absent ones are left out. */
  object(fields: Readonly<Record<number, Value>>): Value {
    const last = Math.max(
      0,
      ...Object.keys(fields)
        .map(Number)
        .filter((n) => fields[n] !== ABSENT),
    );
    const slots = Array.from({ length: last }, (_, index) => fields[index + 1] ?? ABSENT);
    return this.#slots(OBJECT, slots);
  }

  array(items: readonly Value[]): Value {
    return this.#slots(ARRAY, items);
  }

  /** The block's content, with `root` as its root. Call last. */
  finish(root: Value): Buffer {
    const content = Buffer.concat(this.#parts);
    content.writeUInt32LE(root >>> 0, 4);
    return content;
  }

  #slots(kind: number, items: readonly Value[]): Value {
    if (items.length === 0) return ABSENT;
    return kind + this.#place([word(items.length + 1), ...items.map(word)], 4);
  }

  #place(parts: readonly Buffer[], alignment: number): number {
    const content = Buffer.concat(parts);
    const key = `${alignment}:${content.toString("latin1")}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const padding = Buffer.alloc(-this.#length & (alignment - 1));
    const at = this.#length + padding.length;
    this.#parts.push(padding, content);
    this.#length = at + content.length;
    this.#known.set(key, at);
    return at;
  }
}

export const BLOCK = { database: 0, signature: 1, data: 2 } as const;

/** Frames a block: kind and length in one word, then the content, padded to eight octets. */
export function block(kind: number, ...content: readonly Buffer[]): Buffer {
  const length = 4 + content.reduce((sum, part) => sum + part.length, 0);
  const header = word(kind * 0x4000_0000 + length);
  return Buffer.concat([header, ...content, Buffer.alloc(-length & (ALIGNMENT - 1))]);
}

/** The first octets of a file: what it is and which schema it follows ("pckg", "indx"). */
export function fileHeader(schema: string): Buffer {
  return Buffer.from(`ADB.${schema}`, "latin1");
}
