// DNS messages: the walk over names, questions and resource records. RFC 1035 §4.1.
// Compression pointers are followed a bounded number of times; a name is at most 255 octets.

import { Octets } from "./octets";

//   0   2   4   6   8   10  12
//   ├id─┼fl─┼qd─┼an─┼ns─┼ar─┤ questions, records …
export const DNS_HEADER_SIZE: u32 = 12;

export const DNS_TYPE_A: u32 = 1;
export const DNS_TYPE_CNAME: u32 = 5;
export const DNS_TYPE_MX: u32 = 15;
export const DNS_TYPE_TXT: u32 = 16;
export const DNS_TYPE_AAAA: u32 = 28;
export const DNS_TYPE_TLSA: u32 = 52;

/** Labels (and pointers) followed per name: 127 one-octet labels fill 255 octets. */
const LABELS_MAX: u32 = 128;
const POINTERS_MAX: u32 = 8;

export class Dns {
  /** A response (QR) that carries no error (RCODE 0). */
  @inline static isAnswer(at: usize): bool { return (Octets.u16(at, 2) & 0x800f) == 0x8000; }
  @inline static questions(at: usize): u32 { return Octets.u16(at, 4); }
  @inline static answers(at: usize): u32 { return Octets.u16(at, 6); }

  /** Records behind the answers: of authority, and additional ones. */
  @inline static others(at: usize): u32 { return Octets.u16(at, 8) + Octets.u16(at, 10); }

  /** Address behind the name at `at`, 0 when it is malformed. */
  static skipName(at: usize, end: usize): usize {
    for (let label: u32 = 0; label < LABELS_MAX && at < end; label++) {
      const length = Octets.u8(at, 0);
      if (length == 0) return at + 1;
      if (length >= 0xc0) return at + 2 <= end ? at + 2 : 0;
      if (length > 63) return 0;
      at += 1 + length;
    }
    return 0;
  }

  /**
   * Writes the name at `at` of the message [message, end) to `to` as lower-case dotted text, at most
   * `room` octets; octets outside letters, digits, '-' and '_' become '?'. Returns its length, 0 when
   * malformed or too long.
   */
  static readName(message: usize, at: usize, end: usize, to: usize, room: u32): u32 {
    let length: u32 = 0;
    let pointers: u32 = 0;
    for (let label: u32 = 0; label < LABELS_MAX && at < end; label++) {
      const size = Octets.u8(at, 0);
      if (size == 0) return length;
      if (size >= 0xc0) {
        if (at + 2 > end || ++pointers > POINTERS_MAX) return 0;
        at = message + (Octets.u16(at, 0) & 0x3fff);
        continue;
      }
      if (size > 63 || at + 1 + size > end) return 0;
      if (length + size + (length ? 1 : 0) > room) return 0;
      if (length) { store<u8>(to + length, 0x2e); length++; }
      for (let index: u32 = 0; index < size; index++) {
        store<u8>(to + length + index, <u8>Dns.plain(Octets.u8(at, 1 + index)));
      }
      length += size;
      at += 1 + size;
    }
    return 0;
  }

  /** A host name's octet in lower case, '?' for what has no place in one. */
  @inline static plain(octet: u32): u32 {
    if (octet >= 0x41 && octet <= 0x5a) return octet + 32;
    const ordinary = (octet >= 0x61 && octet <= 0x7a) || (octet >= 0x30 && octet <= 0x39) ||
      octet == 0x2d || octet == 0x5f;
    return ordinary ? octet : 0x3f;
  }
}
