// Text that any terminal, log or file may be given, whatever was on the wire.

const UNPRINTABLE = /[^\x20-\x7e]/g;

/** Octets as text; what is not printable ASCII is escaped as \xNN. */
export function printable(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength)
    .toString("latin1")
    .replace(UNPRINTABLE, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`);
}
