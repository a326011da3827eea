// Changes which loader a program asks for, in place. Read elf(5): PT_INTERP names the loader.

const MAGIC = 0x464c457f;
const PT_INTERP = 3;

/** A copy of a 64-bit little-endian program that asks for `loader`; it must not be longer. */
export function withLoader(program: Buffer, loader: string): Buffer {
  if (program.readUInt32LE(0) !== MAGIC) throw new Error("the program is not an ELF file.");
  const changed = Buffer.from(program);
  const table = Number(changed.readBigUInt64LE(32));
  const entrySize = changed.readUInt16LE(54);
  const entries = changed.readUInt16LE(56);
  for (let index = 0; index < entries; index++) {
    const entry = table + index * entrySize;
    if (changed.readUInt32LE(entry) !== PT_INTERP) continue;
    const at = Number(changed.readBigUInt64LE(entry + 8));
    const length = Number(changed.readBigUInt64LE(entry + 32));
    if (loader.length >= length) throw new Error(`no room for ${loader} in ${length} octets.`);
    changed.fill(0, at, at + length); // the kernel wants a zero at the end, and allows more
    changed.write(loader, at, "latin1");
    return changed;
  }
  throw new Error("the program asks for no loader.");
}
