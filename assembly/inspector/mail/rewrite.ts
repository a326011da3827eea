// Claim: someone between client and server rewrites what a mail server offers, or answers in its place.
// Evidence: masks, holes, contradictions and injected octets in the dialog as seen. What needs history
// (what this server offered before) or knowledge of the server is added by the host.
// Innocent look-alikes: a server without TLS (never-offered), a client that does not want it
// (tls-unused), a lost segment (view-gap), one direction out of sight (view-oneway), odd keywords.
// RFC 3207 §4, §6; RFC 2595 §2–4.

import { AuthAnswer, AuthLevel, ListState, MailEvidence, TlsState } from "../finding/evidence";
import { BESIDE } from "../finding/sets";

/** Names that carry a frame number: as many as a set of evidence holds. */
const NAMES: u32 = 64;
/** Where the frames follow the facts. */
const FRAMES_AT: usize = 104;
const CLEAR: u64 =
  (<u64>1 << MailEvidence.ClearAuth) | (<u64>1 << MailEvidence.ClearMail) | (<u64>1 << MailEvidence.ClearRead);

const MASKED_OTHER: u64 = <u64>1 << MailEvidence.CapMaskedOther;
const BANNER_MASKED: u64 = <u64>1 << MailEvidence.BannerMasked;
/** What people put up themselves, or what harms nobody as long as the upgrade is offered and used. */
const DECORATION: u64 = MASKED_OTHER | BANNER_MASKED | (<u64>1 << MailEvidence.CapHole) |
  (<u64>1 << MailEvidence.CapMangled) | (<u64>1 << MailEvidence.CapVanished) |
  (<u64>1 << MailEvidence.AuthWeakened) | (<u64>1 << MailEvidence.TextOnTlsPort);
/** The upgrade was asked for and not granted. */
const REFUSED: u64 = (<u64>1 << MailEvidence.StarttlsUnknown) | (<u64>1 << MailEvidence.StarttlsTemp) |
  (<u64>1 << MailEvidence.StarttlsOdd) | (<u64>1 << MailEvidence.RstAtStarttls) | (<u64>1 << MailEvidence.StallAtHello);

/** What a dialog showed, as facts and marks; 360 octets within its row. */
@final @unmanaged
export class Rewrite {
  /** Evidence that stands once it was seen. */
  marks: u64;
  /** Evidence as concluded from marks and facts. */
  bits: u64;
  /** What was last told: evidence and the facts beside it. */
  toldBits: u64;
  toldFacts: u64;
  /** Frame under inspection. */
  frame: u32;
  /** Complete lines of the client, complete replies of the server, saturating. */
  clientLines: u16;
  serverReplies: u16;
  starttlsReply: u16;
  ehloReply: u16;
  /** 1 when payload of that side was seen. */
  clientSeen: u8;
  serverSeen: u8;
  /** 1 when that side speaks TLS. */
  clientTls: u8;
  serverTls: u8;
  /** 1 when TLS came first, without an upgrade command. */
  implicit: u8;
  /** List: begun, its end seen, cut by a gap, asked for by a command we saw (or volunteered in the greeting). */
  listBegun: u8;
  listClosed: u8;
  listBroken: u8;
  listAsked: u8;
  /** 1 when the upgrade keyword stood in a list. */
  offered: u8;
  /** Masks of key length, others; one of them is long, or counts. */
  maskKey: u8;
  maskOther: u8;
  maskSure: u8;
  /** A list without the offer was seen whole: with a mask of its length; with a word almost like it; with neither. */
  maskHidden: u8;
  mangledHidden: u8;
  lacked: u8;
  /** 1 when the greeting was no welcome: nothing follows from what comes after. */
  refused: u8;
  /** 1 when the list was asked for and denied, or the command never reached the server. */
  listDenied: u8;
  requested: u8;
  quitAfterList: u8;
  /** 1 when a mail transaction was begun in clear text. */
  mailBegun: u8;
  authLevel: u8;
  authAnswer: u8;
  over: u8;
  /** 1 when octets of either side are missing from what was heard before the list closed. */
  gapEarly: u8;
  /** 1 when octets are missing where TLS should begin. */
  tlsUnclear: u8;

  @inline static at(at: usize): Rewrite { return changetype<Rewrite>(at); }

  /** Frame that first carried an evidence name, 0 = none. */
  @inline frameOf(name: u32): u32 { return load<u32>(changetype<usize>(this) + FRAMES_AT + (<usize>name << 2)); }
  @inline note(name: u32): void {
    if (!this.frameOf(name)) store<u32>(changetype<usize>(this) + FRAMES_AT + (<usize>name << 2), this.frame);
  }
  @inline has(name: u32): bool { return (this.marks >> name & 1) != 0; }

  /** Notes an evidence name with the current frame. */
  mark(name: u32): void {
    this.marks |= <u64>1 << name;
    this.note(name);
  }

  /** Credentials of this level went by in clear text; the worst stays. */
  markAuth(level: u32): void {
    if (level > <u32>this.authLevel) this.authLevel = <u8>level;
    this.mark(MailEvidence.ClearAuth);
  }

  /** The server's last word on credentials; whatever was accepted once stays so. */
  answerAuth(accepted: bool): void {
    const answer = <u8>(accepted ? AuthAnswer.Accepted : AuthAnswer.Refused);
    if (answer > this.authAnswer) this.authAnswer = answer;
  }

  /** One direction speaks, the other was never heard. */
  get oneway(): bool {
    if (this.clientSeen != 0 && this.serverSeen == 0) return this.clientLines >= 1;
    return this.serverSeen != 0 && this.clientSeen == 0 && this.serverReplies >= 2;
  }

  get tlsOk(): bool {
    if (this.clientTls & this.serverTls) return true;
    return !this.implicit && this.oneway && (this.clientTls | this.serverTls) != 0;
  }

  get tlsState(): u32 {
    if (this.tlsOk) return this.implicit ? TlsState.Implicit : TlsState.Starttls;
    return this.oneway || this.tlsUnclear ? TlsState.Unknown : TlsState.No;
  }

  /** Complete only when absence may be concluded from it. */
  get listState(): u32 {
    if (!this.listBegun) return ListState.None;
    if (!this.listClosed || this.listBroken || this.gapEarly) return ListState.Partial;
    if (!this.listAsked || this.refused) return ListState.Partial;
    if (this.oneway || this.clientSeen == 0) return ListState.Partial;
    return ListState.Complete;
  }

  /** A list was heard to its end, or was denied: the offer is missing as far as anyone could see. */
  get offerMissing(): bool {
    if (this.offered) return false;
    return this.listDenied != 0 || (this.listClosed != 0 && !this.listBroken);
  }

  /** Draws the conclusions; afterwards `bits` is what may be told. */
  conclude(): void {
    let bits = this.marks;
    const protectedNow = this.tlsOk;
    if (this.listClosed) {
      if (this.maskHidden) bits |= <u64>1 << MailEvidence.CapMasked;
      else if (this.maskKey) bits |= <u64>1 << MailEvidence.CapMaskedOther;
      if (this.maskOther) bits |= <u64>1 << MailEvidence.CapMaskedOther;
      if (this.mangledHidden) bits |= <u64>1 << MailEvidence.CapMangled;
      if (this.lacked && this.offered) bits |= <u64>1 << MailEvidence.CapVanished;
    }
    if (protectedNow ? this.offered != 0 : !this.isSettled) bits &= ~this.explained;
    if (this.oneway) bits |= <u64>1 << MailEvidence.ViewOneway;
    if (protectedNow) {
      bits |= <u64>1 << MailEvidence.TlsOk;
      bits &= ~(<u64>1 << MailEvidence.NoTlsAfterGo);
    } else if (this.offered) {
      const wentOn = (bits & CLEAR) != 0 || (this.over && this.mailBegun);
      if (wentOn && !this.requested) bits |= <u64>1 << MailEvidence.TlsUnused;
    } else if (this.listState == ListState.Complete && (bits & ~BESIDE) == 0) {
      bits |= <u64>1 << MailEvidence.NeverOffered;
    }
    let fresh = bits & ~this.bits;
    this.bits = bits;
    for (let turn: u32 = 0; turn < NAMES && fresh != 0; turn++) {
      this.note(<u32>ctz(fresh));
      fresh &= fresh - 1;
    }
  }

  /** What an offer that arrived and was used explains: whoever rewrites for the upgrade's sake would have taken it. */
  private get explained(): u64 {
    // A real mask shows a device that rewrites lists, whatever it left; its stars in the greeting are no decoration.
    return this.maskSure ? DECORATION & ~(MASKED_OTHER | BANNER_MASKED) : DECORATION;
  }

  /** False while the client may still use the offer, or the list is yet to come. */
  private get isSettled(): bool {
    if (this.over || (this.marks & (CLEAR | REFUSED)) != 0) return true;
    return !this.offered && (this.listClosed != 0 || this.listDenied != 0);
  }

  /** Facts beside the evidence that are worth telling when they change. */
  private get facts(): u64 {
    return <u64>this.tlsState | <u64>this.listState << 2 | <u64>this.authLevel << 4 | <u64>this.requested << 8 |
      <u64>this.quitAfterList << 9 | <u64>this.over << 10 | <u64>this.starttlsReply << 16 |
      <u64>this.ehloReply << 32 | <u64>this.offered << 11 | <u64>this.authAnswer << 12;
  }

  /** True once after evidence or a fact beside it changed. */
  takeChange(): bool {
    this.conclude();
    const facts = this.facts;
    if (this.bits == this.toldBits && facts == this.toldFacts) return false;
    this.toldBits = this.bits;
    this.toldFacts = facts;
    return true;
  }

  /** Writes the frames that carry the evidence to `to`, ascending, each once, at most `most`; returns how many. */
  frames(to: usize, most: u32): u32 {
    let count: u32 = 0;
    let last: u32 = 0;
    for (let turn: u32 = 0; turn < most; turn++) { // the smallest frame above the last one, again and again
      let best: u32 = u32.MAX_VALUE;
      for (let name: u32 = 0; name < NAMES; name++) {
        if (!(this.bits >> name & 1)) continue;
        const frame = this.frameOf(name);
        if (frame > last && frame < best) best = frame;
      }
      if (best == u32.MAX_VALUE) break;
      store<u32>(to + (<usize>count << 2), best);
      count++;
      last = best;
    }
    return count;
  }
}

export const REWRITE_SIZE: u32 = 360;
if (offsetof<Rewrite>() > FRAMES_AT) ERROR("Rewrite fields overlap the frames");
if (FRAMES_AT + NAMES * 4 != REWRITE_SIZE) ERROR("Rewrite drifted");
if (<u32>MailEvidence.AuthWeakened >= NAMES) ERROR("an evidence name has no frame");
if (AuthLevel.None != 0) ERROR("no credentials must be 0");
