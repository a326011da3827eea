// The shape of a row of the evidence catalogue, and the words that stand in its columns.

/** Classes of mail evidence, strongest first. */
export const PROOF = "P";
export const STRONG = "S";
export const MODERATE = "M";
/** Weak, and enough for `suspect` all by itself. */
export const SUGGESTIVE = "w";
export const WEAK = "W";
/** What the owner lost: it raises the severity, never the verdict. */
export const CONSEQUENCE = "C";
/** Tells how much was seen, or that all is well. */
export const INFORMATION = "I";

/** Made by what the server sent, or by what answered for it. */
export const BY_SERVER = "server";
/** Made by what the client sent. */
export const BY_CLIENT = "client";
/** The offer passed the tap intact and was not used. */
export const BEHIND_TAP = "behind";
/** Says nothing about where something was done. */
export const NOWHERE = "nowhere";

/** What mail evidence is about: the capability list … */
export const LIST = "list";
/** … a keyword of that list that something was written over … */
export const MASK = "mask";
/** … that the upgrade is offered behind what was seen of the list … */
export const OFFER = "offer";
/** … the greeting, and the name it gives … */
export const BANNER = "banner";
/** … a command on its way to the server … */
export const COMMAND = "command";
/** … the request for encryption and what follows it … */
export const UPGRADE = "upgrade";
/** … what went over the session in clear text … */
export const CLEAR = "clear";
/** … how much of the session was seen … */
export const VIEW = "view";
/** … or whether there is a session at all. */
export const SESSION = "session";

/** A missing offer is explained by it, so that nobody says "never offered" … */
export const EXPLAINS = true;
/** … or stands beside it unexplained. */
export const BESIDE = false;

/** Families of segment evidence: within one, only the strongest counts. */
export const STATE = "state";
export const SEQUENCE = "sequence";
export const TTL = "ttl";
export const IPID = "ipid";
export const OPTION = "option";
export const TIME = "time";
export const CONTENT = "content";
export const FINGERPRINT = "fingerprint";
/** Silence is never an accusation by itself; only the name differential lifts it. */
export const SILENCE = "silence";
/** A refusal by a third party is judged by itself. */
export const REFUSAL = "refusal";
/** Said of several connections together; weighs nothing for one. */
export const COMPARISON = "comparison";

/** What segment evidence is about: a reset, another segment, or whichever carries it. */
export const RESET = "reset";
export const SEGMENT = "segment";
export const EITHER = "either";
/** What segment evidence without a segment of its own is about. */
export const CONNECTION = "connection";

/** Nothing is said of it: it stands in no verdict. */
export const UNSAID = "";
/** Said as a likeness, in the words of its fingerprint. */
export const LIKENESS = "";

/** One mail evidence name. */
export class MailRow {
  constructor(
    public name: string,
    public strength: string,
    public side: string,
    public about: string,
    public explains: bool,
    /** `{server}` is "the mail server NAME (port N)", `{key}` the keyword that offers encryption. */
    public sentence: string,
  ) {}
}

/** One segment evidence name. */
export class SegmentRow {
  constructor(
    public name: string,
    public family: string,
    public about: string,
    /**
     * `{far}` is "the server" or "the client", whichever is outside. `{latency}` `{rtt}` `{resetDistance}`
     * `{farDistance}` are measured; a sentence with one that is unknown is left out.
     */
    public sentence: string,
  ) {}
}
