// The words of the three dialects as numbers: up to eight upper-case octets, the first one lowest.
// Longer words are told apart by their first eight octets and their length. Compares, keeps nothing.

import { LINE_KEPT_MAX } from "../limits";
import { HTAB, SPACE } from "../wire/ascii";

export const WORD_EHLO: u64 = 0x4f4c4845;
export const WORD_HELO: u64 = 0x4f4c4548;
export const WORD_LHLO: u64 = 0x4f4c484c;
export const WORD_STARTTLS: u64 = 0x534c545452415453;
export const WORD_SASL: u64 = 0x4c534153;
export const WORD_AUTH: u64 = 0x48545541;
export const WORD_MAIL: u64 = 0x4c49414d;
export const WORD_RCPT: u64 = 0x54504352;
export const WORD_DATA: u64 = 0x41544144;
export const WORD_BDAT: u64 = 0x54414442;
export const WORD_RSET: u64 = 0x54455352;
export const WORD_NOOP: u64 = 0x504f4f4e;
export const WORD_QUIT: u64 = 0x54495551;
export const WORD_VRFY: u64 = 0x59465256;
export const WORD_EXPN: u64 = 0x4e505845;
export const WORD_ETRN: u64 = 0x4e525445;
export const WORD_HELP: u64 = 0x504c4548;
export const WORD_XCLIENT: u64 = 0x544e45494c4358;
export const WORD_XFORWARD: u64 = 0x44524157524f4658;
export const WORD_XEXCH50: u64 = 0x30354843584558;
export const WORD_PROXY: u64 = 0x59584f5250;
export const WORD_CAPA: u64 = 0x41504143;
export const WORD_STLS: u64 = 0x534c5453;
export const WORD_USER: u64 = 0x52455355;
export const WORD_PASS: u64 = 0x53534150;
export const WORD_APOP: u64 = 0x504f5041;
export const WORD_LIST: u64 = 0x5453494c;
export const WORD_UIDL: u64 = 0x4c444955;
export const WORD_RETR: u64 = 0x52544552;
export const WORD_TOP: u64 = 0x504f54;
export const WORD_LOGIN: u64 = 0x4e49474f4c;
export const WORD_SELECT: u64 = 0x5443454c4553;
export const WORD_EXAMINE: u64 = 0x454e494d415845;
export const WORD_FETCH: u64 = 0x4843544546;
export const WORD_UID: u64 = 0x444955;
export const WORD_ID: u64 = 0x4449;
export const WORD_LOGOUT: u64 = 0x54554f474f4c;
export const WORD_PLAIN: u64 = 0x4e49414c50;
export const WORD_XOAUTH2: u64 = 0x32485455414f58;
export const WORD_NTLM: u64 = 0x4d4c544e;
export const WORD_EXTERNAL: u64 = 0x4c414e5245545845;
export const WORD_OK: u64 = 0x4b4f;
export const WORD_NO: u64 = 0x4f4e;
export const WORD_BAD: u64 = 0x444142;
export const WORD_BYE: u64 = 0x455942;
export const WORD_PREAUTH: u64 = 0x48545541455250;
/** X-ANONYMOUSTLS: its first eight octets; 14 in all. */
export const WORD_ANONYMOUSTLS: u64 = 0x4d594e4f4e412d58;
/** CAPABILITY: its first eight octets; 10 in all. */
export const WORD_CAPABILITY: u64 = 0x494c494241504143;
/** AUTHENTICATE: its first eight octets; 12 in all. */
export const WORD_AUTHENTICATE: u64 = 0x49544e4548545541;
/** OAUTHBEARER: its first eight octets; 11 in all. */
export const WORD_OAUTHBEARER: u64 = 0x414542485455414f;
/** DIGEST-MD5: its first eight octets; 10 in all. */
export const WORD_DIGEST_MD5: u64 = 0x4d2d545345474944;
/** ANONYMOUS: its first eight octets; 9 in all. */
export const WORD_ANONYMOUS: u64 = 0x554f4d594e4f4e41;
/** CRAM-MD5: its first eight octets; 8 in all. */
export const WORD_CRAM_MD5: u64 = 0x35444d2d4d415243;
/** XXXX and XXXXXXXX, as a middlebox leaves a command it does not know. */
export const WORD_X4: u64 = 0x58585858;
export const WORD_X8: u64 = 0x5858585858585858;
/** Words of refusals; of longer ones the first eight octets, which tell them apart from the others. */
export const WORD_ADVERTISED: u64 = 0x5349545245564441;
export const WORD_ALLOWED: u64 = 0x4445574f4c4c41;
export const WORD_COMMAND: u64 = 0x444e414d4d4f43;
export const WORD_DISALLOWED: u64 = 0x574f4c4c41534944;
export const WORD_ENCRYPTED: u64 = 0x4554505952434e45;
export const WORD_ENCRYPTION: u64 = 0x4954505952434e45;
export const WORD_FIRST: u64 = 0x5453524946;
export const WORD_IMPLEMENTED: u64 = 0x4e454d454c504d49;
export const WORD_ISSUE: u64 = 0x4555535349;
export const WORD_MANDATORY: u64 = 0x524f5441444e414d;
export const WORD_MUST: u64 = 0x5453554d;
export const WORD_NECESSARY: u64 = 0x524153534543454e;
export const WORD_NEED: u64 = 0x4445454e;
export const WORD_NEEDED: u64 = 0x44454445454e;
export const WORD_ONLY: u64 = 0x594c4e4f;
export const WORD_PERMITTED: u64 = 0x455454494d524550;
export const WORD_PROVIDER: u64 = 0x52454449564f5250;
export const WORD_RECOGNISED: u64 = 0x53494e474f434552;
export const WORD_RECOGNIZED: u64 = 0x5a494e474f434552;
export const WORD_REQUIRE: u64 = 0x45524955514552;
export const WORD_REQUIRED: u64 = 0x4445524955514552;
export const WORD_REQUIRES: u64 = 0x5345524955514552;
export const WORD_SSL: u64 = 0x4c5353;
export const WORD_SUBMISSION: u64 = 0x495353494d425553;
export const WORD_SUPPORTED: u64 = 0x4554524f50505553;
export const WORD_SYNTAX: u64 = 0x5841544e5953;
export const WORD_TLS: u64 = 0x534c54;
export const WORD_UNKNOWN: u64 = 0x4e574f4e4b4e55;
export const WORD_UNRECOGNIZED: u64 = 0x4e474f4345524e55;
export const WORD_UNSUPPORTED: u64 = 0x524f505055534e55;
export const WORD_USE: u64 = 0x455355;
export const WORD_NON_SECURE: u64 = 0x554345532d4e4f4e;
/** PRIVACYREQUIRED: its first eight octets; 15 in all. */
export const WORD_PRIVACY: u64 = 0x5259434156495250;
/** SCRAM-: every mechanism that begins with it. */
export const WORD_SCRAM: u64 = 0x2d4d41524353;
export const WORD_SCRAM_MASK: u64 = 0xffffffffffff;

export class Word {
  @inline static upper(octet: u32): u32 { return octet - 0x61 < 26 ? octet - 32 : octet; }
  @inline static lower(octet: u32): u32 { return octet - 0x41 < 26 ? octet + 32 : octet; }
  @inline static isBlank(octet: u32): bool { return octet == SPACE || octet == HTAB; }
  @inline static isDigit(octet: u32): bool { return octet - 0x30 < 10; }

  /** The first eight octets of a token, upper case. */
  static of(at: usize, size: u32): u64 {
    let word: u64 = 0;
    for (let index: u32 = 0; index < size && index < 8; index++) {
      word |= <u64>Word.upper(load<u8>(at + index)) << (<u64>index << 3);
    }
    return word;
  }

  /** Octets up to the next blank. */
  static size(at: usize, end: usize): u32 {
    let size: u32 = 0;
    while (at + size < end && size < LINE_KEPT_MAX && !Word.isBlank(load<u8>(at + size))) size++;
    return size;
  }

  /** Address of the next octet that is no blank. */
  static skip(at: usize, end: usize): usize {
    for (let step: u32 = 0; step < LINE_KEPT_MAX && at < end && Word.isBlank(load<u8>(at)); step++) at++;
    return at;
  }

  /** A decimal number at the start of [at, end), 0 digits or more than 9.0e15: u64.MAX_VALUE. RFC 3030 §2. */
  static number(at: usize, end: usize): u64 {
    let value: u64 = 0;
    let digits: u32 = 0;
    for (; at < end && digits < 17; digits++, at++) {
      const octet = <u32>load<u8>(at);
      if (Word.isBlank(octet)) break;
      if (!Word.isDigit(octet)) return u64.MAX_VALUE;
      value = value * 10 + (octet - 0x30);
    }
    return digits == 0 || digits > 16 ? u64.MAX_VALUE : value;
  }

  /** 32-bit FNV-1a of a tag. */
  static hash(at: usize, size: u32): u32 {
    let hash: u32 = 0x811c9dc5;
    for (let index: u32 = 0; index < size && index < LINE_KEPT_MAX; index++) {
      hash = (hash ^ <u32>load<u8>(at + index)) * 0x01000193;
    }
    return hash ? hash : 1;
  }
}
