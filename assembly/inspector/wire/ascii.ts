// Characters by their numbers, as far as the inspector looks for them. RFC 20.

export const HTAB: u32 = 0x09;
export const LF: u32 = 0x0a;
export const CR: u32 = 0x0d;
export const SPACE: u32 = 0x20;
export const QUOTE: u32 = 0x22;
export const APOSTROPHE: u32 = 0x27;
export const STAR: u32 = 0x2a;
export const PLUS: u32 = 0x2b;
export const MINUS: u32 = 0x2d;
export const DOT: u32 = 0x2e;
export const DIGIT_0: u32 = 0x30;
export const DIGIT_2: u32 = 0x32;
export const DIGIT_4: u32 = 0x34;
export const COLON: u32 = 0x3a;
export const AT: u32 = 0x40;
export const LETTER_X: u32 = 0x58;
export const BRACKET_OPEN: u32 = 0x5b;
export const BACKSLASH: u32 = 0x5c;
export const BRACKET_CLOSE: u32 = 0x5d;
export const UNDERSCORE: u32 = 0x5f;
export const SMALL_X: u32 = 0x78;
export const BRACE_OPEN: u32 = 0x7b;
export const BRACE_CLOSE: u32 = 0x7d;
