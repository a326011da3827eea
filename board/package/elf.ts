// Makes a published program fit a router: drops what is only there for debuggers, and changes which
// loader it asks for. Needs no tools of another machine. Read elf(5).

const MAGIC = 0x464c457f;
const PT_INTERP = 3;

/** Offsets in the header of a 64-bit file and in an entry of its program header table. */
const PROGRAM_TABLE = 32;
const SECTION_TABLE = 40;
const PROGRAM_ENTRY_SIZE = 54;
const PROGRAM_ENTRIES = 56;
const SECTION_ENTRIES = 60;
const SECTION_NAMES = 62;
const SEGMENT_OFFSET = 8;
const SEGMENT_FILE_SIZE = 32;

/** Offsets of the entries of the program header table. Throws when it is no ELF file. */
function segments(program: Buffer): number[] {
  if (program.length < 64 || program.readUInt32LE(0) !== MAGIC) {
    throw new Error("the program is not an ELF file.");
  }
  const table = Number(program.readBigUInt64LE(PROGRAM_TABLE));
  const size = program.readUInt16LE(PROGRAM_ENTRY_SIZE);
  const count = program.readUInt16LE(PROGRAM_ENTRIES);
  return Array.from({ length: count }, (_, index) => table + index * size);
}

/**
 * A copy of a 64-bit little-endian program without sections: symbols and debug tables lie behind the
 * last segment, and neither kernel nor loader reads the section table.
 */
export function stripped(program: Buffer): Buffer {
  const ends = segments(program).map((entry) => {
    const offset = Number(program.readBigUInt64LE(entry + SEGMENT_OFFSET));
    return offset + Number(program.readBigUInt64LE(entry + SEGMENT_FILE_SIZE));
  });
  const kept = Buffer.from(program.subarray(0, Math.max(...ends)));
  kept.writeBigUInt64LE(0n, SECTION_TABLE);
  kept.writeUInt16LE(0, SECTION_ENTRIES);
  kept.writeUInt16LE(0, SECTION_NAMES);
  return kept;
}

/** A copy of a 64-bit little-endian program that asks for `loader`; it must not be longer. */
export function withLoader(program: Buffer, loader: string): Buffer {
  const changed = Buffer.from(program);
  for (const entry of segments(program)) {
    if (changed.readUInt32LE(entry) !== PT_INTERP) continue;
    const at = Number(changed.readBigUInt64LE(entry + SEGMENT_OFFSET));
    const length = Number(changed.readBigUInt64LE(entry + SEGMENT_FILE_SIZE));
    if (loader.length >= length) throw new Error(`no room for ${loader} in ${length} octets.`);
    changed.fill(0, at, at + length); // the kernel wants a zero at the end, and allows more
    changed.write(loader, at, "latin1");
    return changed;
  }
  throw new Error("the program asks for no loader.");
}
