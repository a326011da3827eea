// How much a credential that went by in clear text is worth to a listener. Looks at the mechanism's
// name only, never at what follows it. RFC 4954 §4, RFC 3501 §6.2, RFC 5034 §4.

import { AuthLevel } from "../finding/evidence";
import {
  Word, WORD_ANONYMOUS, WORD_CRAM_MD5, WORD_DIGEST_MD5, WORD_EXTERNAL, WORD_LOGIN, WORD_NTLM,
  WORD_OAUTHBEARER, WORD_PLAIN, WORD_SCRAM, WORD_SCRAM_MASK, WORD_XOAUTH2,
} from "./word";

export class Auth {
  /** Level of the mechanism named in [at, at + size). */
  static level(at: usize, size: u32): u32 {
    const word = Word.of(at, size);
    if (word == WORD_PLAIN || word == WORD_LOGIN || word == WORD_XOAUTH2 || word == WORD_OAUTHBEARER) {
      return AuthLevel.Reusable;
    }
    if (word == WORD_CRAM_MD5 || word == WORD_DIGEST_MD5 || word == WORD_NTLM) return AuthLevel.Crackable;
    if (word == WORD_ANONYMOUS || word == WORD_EXTERNAL) return AuthLevel.Harmless;
    return (word & WORD_SCRAM_MASK) == WORD_SCRAM ? AuthLevel.Low : AuthLevel.Crackable;
  }

  /** Lines the client sends after AUTH without an initial response, when the server is out of sight. */
  static lines(at: usize, size: u32): u32 {
    const word = Word.of(at, size);
    return word == WORD_PLAIN || word == WORD_XOAUTH2 || word == WORD_OAUTHBEARER || word == WORD_CRAM_MD5 ? 1 : 2;
  }
}
