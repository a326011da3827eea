// Commands of SMTP and LMTP as far as they matter here, as they wait for their replies.
// RFC 5321 §4.1, RFC 2033, RFC 3207, RFC 3030, RFC 4954.

export namespace Verb {
  export const None: u8 = 0;
  export const Greeting: u8 = 1;
  export const Ehlo: u8 = 2;
  export const Helo: u8 = 3;
  export const Starttls: u8 = 4;
  export const Auth: u8 = 5;
  export const AuthResponse: u8 = 6;
  export const Mail: u8 = 7;
  export const Rcpt: u8 = 8;
  export const Data: u8 = 9;
  export const Bdat: u8 = 10;
  export const Dot: u8 = 11;
  export const Rset: u8 = 12;
  export const Noop: u8 = 13;
  export const Quit: u8 = 14;
  export const Verify: u8 = 15;
  export const Help: u8 = 16;
  export const Xclient: u8 = 17;
  export const Exchange: u8 = 18;
  export const Other: u8 = 19;
}
