// Reads what board/package/adb.ts writes, from the format's description and not from the writer: a
// file into blocks, a package into files. Read apk-v3(5).

/** The contents of a file's blocks, in order. */
export function blocks(file: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 8; at < file.length; ) {
    const length = file.readUInt32LE(at) & 0x3fff_ffff;
    found.push(file.subarray(at + 4, at + length));
    at += (length + 7) & ~7;
  }
  return found;
}

/** Slots of an array or object; slot 0 is the number of slots. */
function slots(block: Buffer, word: number): number[] {
  if (word === 0) return [];
  const at = word & 0x0fff_ffff;
  const count = block.readUInt32LE(at);
  return Array.from({ length: count }, (_, index) => block.readUInt32LE(at + 4 * index));
}

function octets(block: Buffer, word: number): Buffer {
  if (word === 0) return Buffer.alloc(0);
  const at = word & 0x0fff_ffff;
  const width = [1, 2, 4][(word >>> 28) - 8] ?? 0;
  const length = block.readUIntLE(at, width);
  return block.subarray(at + width, at + width + length);
}

export interface ReadFile {
  readonly path: string;
  readonly owner: string;
  readonly hash: string;
  readonly content: Buffer;
}

export interface ReadPackage {
  readonly name: string;
  readonly version: string;
  readonly files: readonly ReadFile[];
}

/** A package, from the octets after decompression. */
export function readPackage(file: Buffer): ReadPackage {
  const [block = Buffer.alloc(8), ...rest] = blocks(file);
  const [, info = 0, paths = 0] = slots(block, block.readUInt32LE(4));
  const [, name = 0, version = 0] = slots(block, info);
  const contents = new Map(
    rest.map((part) => [`${part.readUInt32LE(0)}/${part.readUInt32LE(4)}`, part.subarray(8)]),
  );
  const files = slots(block, paths).flatMap((path, folderNumber) => {
    if (folderNumber === 0) return [];
    const [, folder = 0, , list = 0] = slots(block, path);
    const place = octets(block, folder).toString();
    return slots(block, list).flatMap((word, number) => {
      if (number === 0) return [];
      const [, fileName = 0, access = 0, , , hash = 0] = slots(block, word);
      const [, , user = 0, group = 0] = slots(block, access);
      const own = octets(block, fileName).toString();
      return {
        path: place === "" ? own : `${place}/${own}`,
        owner: `${octets(block, user)}:${octets(block, group)}`,
        hash: octets(block, hash).toString("hex"),
        content: contents.get(`${folderNumber}/${number}`) ?? Buffer.alloc(0),
      };
    });
  });
  return {
    name: octets(block, name).toString(),
    version: octets(block, version).toString(),
    files,
  };
}
