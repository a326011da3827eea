// Credentials in clear text: which of the client's lines hold them, and what they are worth to a listener.
// Looks at the mechanism's name only, never at what follows it. RFC 4954 §4, RFC 3501 §6.2, RFC 5034 §4.

import { AuthLevel, MailEvidence } from "../finding/evidence";
import { LINE_KEPT_MAX } from "../limits";
import { Mask } from "./mask";
import { Dialog } from "./row";
import {
  Word, WORD_ANONYMOUS, WORD_AUTH, WORD_CRAM_MD5, WORD_DIGEST_MD5, WORD_EXTERNAL, WORD_LOGIN, WORD_NTLM,
  WORD_OAUTHBEARER, WORD_PLAIN, WORD_SASL, WORD_SCRAM, WORD_SCRAM_MASK, WORD_XOAUTH2,
} from "./word";

/** AUTH= in front of a mechanism. */
const WORD_AUTH_IS: u64 = 0x3d48545541;
const WORD_AUTH_MASK: u64 = 0xffffffffff;
/** Octets of the shortest mechanism whose place letters other than a mask's can cover: LOGIN, PLAIN. */
const MECHANISM_SURE: u32 = 5;

export class Auth {
  /** A command that begins an exchange; its mechanism is the first token of [at, end). */
  static begin(dialog: Dialog, at: usize, end: usize): void {
    at = Word.skip(at, end);
    const size = Word.size(at, end);
    const seen = dialog.seen;
    dialog.authLevel = <u8>Auth.level(at, size);
    dialog.authLines = dialog.client.hidden ? 0 : <u8>Auth.lines(at, size);
    dialog.authOpen = seen.serverSeen != 0 || dialog.authLines != 0 ? 1 : 0;
    dialog.scrub = 1;
    if (dialog.client.hidden) seen.markAuth(dialog.authLevel);
  }

  /** A line of the client within an exchange: none of its octets was kept. */
  static line(dialog: Dialog): void {
    const client = dialog.client;
    const cancelled = client.star != 0 && client.length <= 2;
    if (!cancelled && client.hidden) dialog.seen.markAuth(dialog.authLevel);
    if (dialog.seen.serverSeen) return;
    if (dialog.authLines) dialog.authLines--;
    if (!dialog.authLines || cancelled) dialog.authOpen = 0;
  }

  /** True for a list's entry that names mechanisms: AUTH PLAIN LOGIN, AUTH=PLAIN, SASL PLAIN. */
  static isMechanisms(at: usize, end: usize): bool {
    const size = Word.size(at, end);
    const word = Word.of(at, size);
    if (size == 4) return word == WORD_AUTH || word == WORD_SASL;
    return size > 4 && (word & WORD_AUTH_MASK) == WORD_AUTH_IS;
  }

  /** A mechanism of a list's entry is overwritten: what is left of it may be read by more people. RFC 4954 §3. */
  static weakened(dialog: Dialog, at: usize, size: u32, end: usize): void {
    if (!Auth.isMechanisms(at, end)) return;
    at += size > 4 ? 5 : 4; // behind the keyword, and = where it stands
    for (let turn: u32 = 0; turn < LINE_KEPT_MAX && at < end; turn++) { // a mechanism a turn
      const length = Word.size(at, end);
      if (Mask.isKnown(at, length) || (length >= MECHANISM_SURE && Mask.covers(at, length))) {
        dialog.seen.mark(MailEvidence.AuthWeakened);
      }
      at = Word.skip(at + length, end);
    }
  }

  /** Level of the mechanism named in [at, at + size). */
  private static level(at: usize, size: u32): u32 {
    const word = Word.of(at, size);
    if (word == WORD_PLAIN || word == WORD_LOGIN || word == WORD_XOAUTH2 || word == WORD_OAUTHBEARER) {
      return AuthLevel.Reusable;
    }
    if (word == WORD_CRAM_MD5 || word == WORD_DIGEST_MD5 || word == WORD_NTLM) return AuthLevel.Crackable;
    if (word == WORD_ANONYMOUS || word == WORD_EXTERNAL) return AuthLevel.Harmless;
    return (word & WORD_SCRAM_MASK) == WORD_SCRAM ? AuthLevel.Low : AuthLevel.Crackable;
  }

  /** Lines the client sends after AUTH without an initial response, when the server is out of sight. */
  private static lines(at: usize, size: u32): u32 {
    const word = Word.of(at, size);
    return word == WORD_PLAIN || word == WORD_XOAUTH2 || word == WORD_OAUTHBEARER || word == WORD_CRAM_MD5 ? 1 : 2;
  }
}
