// Addresses: text → octets and back to a comparable key. IPv4 is four octets, IPv6 sixteen.
// No zone identifiers, no prefixes. RFC 4291 §2.2.

export type Address = Uint8Array;

/** Octets of a dotted quad or an IPv6 text form (with `::` and a trailing dotted quad). */
export function parseAddress(text: string): Address {
  if (!text.includes(":")) return parseQuad(text);
  const halves = text.split("::");
  if (halves.length > 2) throw new Error(`"${text}" is not an address`);
  const head = groups(halves[0] ?? "");
  const tail = groups(halves[1] ?? "");
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) {
    throw new Error(`"${text}" is not an address`);
  }
  const address = new Uint8Array(16);
  const view = new DataView(address.buffer);
  const all = [...head, ...new Array<number>(missing).fill(0), ...tail];
  all.forEach((group, index) => {
    view.setUint16(index * 2, group);
  });
  return address;
}

/** One text per address, for maps; an IPv4 address and its ::ffff: form get the same key. */
export function addressKey(address: Address): string {
  const short = isMapped(address) ? address.subarray(12) : address;
  return Buffer.from(short).toString("hex");
}

/** True for private, link-local, unique-local and loopback addresses: the default home. */
export function isPrivate(address: Address): boolean {
  const a = address[0] ?? 0;
  const b = address[1] ?? 0;
  if (address.length === 4) {
    if (a === 10 || a === 127) return true;
    if (a === 172) return b >= 16 && b < 32;
    return (a === 192 && b === 168) || (a === 169 && b === 254);
  }
  if ((a & 0xfe) === 0xfc || (a === 0xfe && (b & 0xc0) === 0x80)) return true;
  return address.every((octet, index) => octet === (index === 15 ? 1 : 0));
}

function isMapped(address: Address): boolean {
  if (address.length !== 16) return false;
  return address.subarray(0, 12).every((octet, index) => octet === (index < 10 ? 0 : 0xff));
}

function parseQuad(text: string): Address {
  const parts = text.split(".");
  const good = parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256);
  if (parts.length !== 4 || !good) throw new Error(`"${text}" is not an address`);
  return Uint8Array.from(parts, Number);
}

function groups(text: string): number[] {
  if (text === "") return [];
  return text.split(":").flatMap((group) => {
    if (group.includes(".")) {
      const [a = 0, b = 0, c = 0, d = 0] = parseQuad(group);
      return [(a << 8) | b, (c << 8) | d];
    }
    if (!/^[0-9a-f]{1,4}$/i.test(group)) throw new Error(`"${text}" is not an address`);
    return [Number.parseInt(group, 16)];
  });
}
