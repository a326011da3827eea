// What tells the dialects apart before and beside their words, one row each. Everything else asks this
// table or, through dispatch.ts, the dialect's own folder. IANA service names; RFC 8314 §3 for the ports
// where TLS comes first.

import { WORD_STARTTLS, WORD_STLS } from "../word";

/** Numbers of rows. Names and numbers are exported to the host. */
export enum Dialect { Undecided, Smtp, Imap, Pop3 }

/** How octets are cut into what has a meaning. */
export enum Framing {
  /** Lines, and bodies that a lone dot ends. */
  Lines = 1,
  /** Lines that go on behind counted octets. RFC 3501 §4.3. */
  Literals,
  /** By the dialect itself: lengths, XML, BER. */
  Own,
}

/**
 * First octets are numbers of up to eight octets, the first one lowest, letters in upper case; what is
 * there of a segment is compared with as much of them. 0 = none.
 */
@final @unmanaged
export class Traits {
  /** Number of the row; 0 behind the last one. */
  dialect: u64;
  framing: u64;
  /** Tokens before the verb in a line of the client: a tag. */
  tags: u64;
  /** Keyword that offers the upgrade, the octets of the whole word. */
  keyword: u64;
  keywordSize: u64;
  /** How a server begins on whatever port. Dialects may begin alike: the client's first verb then decides. */
  greeting: u64;
  otherGreeting: u64;
  /** Octets of which a server's first line begins with one, where the port speaks for mail. */
  firstOctets: u64;
  /** How a client begins that does not wait for the server. */
  opening: u64;
  otherOpening: u64;
  thirdOpening: u64;
  // Ports follow: in clear, then with TLS first, 0 where there are fewer.

  /** The row of a dialect. */
  @inline static of(dialect: u32): Traits { return changetype<Traits>(TABLE + (<usize>dialect - 1) * ROW_SIZE); }

  /** Port in clear number `index`, 0 behind the last one; the same with TLS first. */
  @inline clearPort(index: u32): u32 { return <u32>load<u64>(this.ports + (<usize>index << 3)); }
  @inline tlsPort(index: u32): u32 { return this.clearPort(CLEAR_PORTS + index); }
  @inline private get ports(): usize { return changetype<usize>(this) + offsetof<Traits>(); }

  /** True when the line may begin with this octet. */
  beginsWith(octet: u32): bool {
    for (let octets = this.firstOctets; octets != 0; octets >>= 8) {
      if (<u32>(octets & 0xff) == octet) return true;
    }
    return false;
  }
}

/** Ports of a row: in clear, and with TLS first. */
export const CLEAR_PORTS: u32 = 5;
export const TLS_PORTS: u32 = 2;

/** "220 ", "220-", "12345", "* OK", "* PR", "*", "+OK", "+-" and "EHLO", "LHLO", "HELO". */
const CODE_220: u64 = 0x20303232;
const CODE_220_MORE: u64 = 0x2d303232;
const REPLY_DIGITS: u64 = 0x3534333231;
const STAR_OK: u64 = 0x4b4f202a;
const STAR_PREAUTH: u64 = 0x5250202a;
const STARS: u64 = 0x2a;
const PLUS_OK: u64 = 0x4b4f2b;
const PLUS_MINUS: u64 = 0x2d2b;
const EHLO: u64 = 0x4f4c4845;
const LHLO: u64 = 0x4f4c484c;
const HELO: u64 = 0x4f4c4548;

/** In the order of Dialect: number, framing, tags, keywords; greetings, first octets; openings; ports. */
const TABLE: usize = memory.data<u64>([
  Dialect.Smtp, Framing.Lines, 0, WORD_STARTTLS, 8,
  CODE_220, CODE_220_MORE, REPLY_DIGITS, EHLO, LHLO, HELO, 24, 25, 26, 587, 2525, 465, 0,
  Dialect.Imap, Framing.Literals, 1, WORD_STARTTLS, 8,
  STAR_OK, STAR_PREAUTH, STARS, 0, 0, 0, 143, 0, 0, 0, 0, 993, 0,
  Dialect.Pop3, Framing.Lines, 0, WORD_STLS, 4,
  PLUS_OK, 0, PLUS_MINUS, 0, 0, 0, 110, 0, 0, 0, 0, 995, 0,
  Dialect.Undecided,
]);
const ROW_SIZE: usize = offsetof<Traits>() + <usize>((CLEAR_PORTS + TLS_PORTS) << 3);

/** The rows, for the host: offsets of what it reads, eight octets each, little endian. */
export enum TraitsField {
  dialect = offsetof<Traits>("dialect"),
  keyword = offsetof<Traits>("keyword"),
  clearPorts = offsetof<Traits>(),
  tlsPorts = offsetof<Traits>() + (CLEAR_PORTS << 3),
  size = offsetof<Traits>() + (CLEAR_PORTS + TLS_PORTS << 3),
}
export function traitsTable(): usize { return TABLE; }
