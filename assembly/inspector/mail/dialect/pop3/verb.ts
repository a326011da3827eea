// Commands of POP3 as far as they matter here, as they wait for their replies. RFC 1939, RFC 2449, RFC 2595.

export namespace Verb {
  export const None: u8 = 0;
  export const Capa: u8 = 1;
  export const Stls: u8 = 2;
  export const User: u8 = 3;
  export const Pass: u8 = 4;
  export const Apop: u8 = 5;
  export const Auth: u8 = 6;
  export const AuthResponse: u8 = 7;
  export const List: u8 = 8;
  export const Retr: u8 = 9;
  export const Noop: u8 = 10;
  export const Quit: u8 = 11;
  export const Other: u8 = 12;
}
