// Credentials in clear text: which of the client's lines hold them, and what they are worth to a listener.
// Looks at the mechanism's name only, never at what follows it. RFC 4954 §4, RFC 3501 §6.2, RFC 5034 §4.

import { AuthLevel } from "../finding/evidence";
import { Dialog } from "./row";
import {
  Word, WORD_ANONYMOUS, WORD_CRAM_MD5, WORD_DIGEST_MD5, WORD_EXTERNAL, WORD_LOGIN, WORD_NTLM,
  WORD_OAUTHBEARER, WORD_PLAIN, WORD_SCRAM, WORD_SCRAM_MASK, WORD_XOAUTH2,
} from "./word";

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
