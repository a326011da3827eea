// What a dialect is asked and what it answers; dispatch.ts says when. A folder's speech.ts has every answer.
// The classes do not name these interfaces: theirs are calls the compiler settles, and rows have no type of their own.

/** Whether a line of the client is of this dialect; Later: this line does not tell. */
export const enum Claim { No, Yes, Later }

/** A capability list of which only a part could be told: being read, or asked for and not answered yet. */
export const enum List { None, Open, Awaited }

/** Asked of every dialect. */
export interface AnySpeech {
  list(): List;
  dropList(): void;
  missing(fromClient: bool, waiting: u32): void;
  ends(): void;
}

/** Asked of a dialect of lines (Framing.Lines, Framing.Literals). */
export interface LineSpeech extends AnySpeech {
  command(at: usize, end: usize): bool;
  reply(at: usize, end: usize): void;
  claims(at: usize, end: usize): Claim;
  keeps(): bool;
  begins(): void;
  veils(length: u32, octet: u32): bool;
  watch(length: u32, octet: u32): void;
  continues(fromClient: bool): void;
  refuses(at: usize, end: usize): bool;
  bodyEnds(): void;
}

/** Asked of a dialect that cuts its octets itself (Framing.Own). */
export interface OwnSpeech extends AnySpeech {
  clientOctets(at: usize, end: usize): usize;
  serverOctets(at: usize, end: usize): usize;
}
