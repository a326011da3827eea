// What a dialect answers with where yes and no are too few; see dispatch.ts for the questions.

/** Whether a line of the client is of this dialect; Later: this line does not tell. */
export const enum Claim { No, Yes, Later }

/** A capability list of which only a part could be told: being read, or asked for and not answered yet. */
export const enum List { None, Open, Awaited }
