// IMAP as dispatch.ts asks for it.

import { Word, WORD_AUTHENTICATE, WORD_LOGIN, WORD_UID } from "../../word";
import { Claim, List } from "../answers";
import { CapabilityTokens } from "./capability-tokens";
import { Imap } from "./imap";
import { ImapDialog } from "./state";
import { STAR } from "../../../wire/ascii";

/** " bye", read little endian. */
const BLANK_BYE: u32 = 0x65796220;

@final @unmanaged
export class ImapSpeech extends ImapDialog {
  command(at: usize, end: usize): bool { return Imap.command(this, at, end); }
  reply(at: usize, end: usize): void { Imap.reply(this, at, end); }

  claims(at: usize, end: usize): Claim {
    at = Word.skip(at, end);
    const verbAt = Word.skip(at + Word.size(at, end), end);
    const size = Word.size(verbAt, end);
    if (!size) return Claim.Later;
    return Imap.confirms(Word.of(verbAt, size), size) ? Claim.Yes : Claim.No;
  }

  keeps(): bool {
    const client = this.client;
    if (client.blanks == 1) return true; // behind the tag
    const end = client.text + client.kept;
    const verbAt = Word.skip(client.text + Word.size(client.text, end), end);
    const word = Word.of(verbAt, Word.size(verbAt, end));
    if (word == WORD_LOGIN || word == WORD_AUTHENTICATE) this.scrub = 1;
    return client.blanks == 2 && (word == WORD_AUTHENTICATE || word == WORD_UID);
  }

  begins(): void { this.capability = 0; }
  veils(length: u32, octet: u32): bool { return false; }
  watch(length: u32, octet: u32): void { CapabilityTokens.take(this, octet); }

  continues(fromClient: bool): void {
    if (!fromClient) {
      if (this.capability == 1) CapabilityTokens.endList(this);
      return;
    }
    const client = this.client;
    this.commandTag = Word.hash(client.text, Word.size(client.text, client.text + client.kept));
  }

  refuses(at: usize, end: usize): bool {
    return <u32>load<u8>(at) == STAR && at + 5 <= end && (load<u32>(at, 1) | 0x20202020) == BLANK_BYE;
  }

  bodyEnds(): void {} // no bodies beside literals

  list(): List { return List.None; } // a list is one line
  dropList(): void {}
  missing(fromClient: bool, waiting: u32): void { this.capability = 0; }
  ends(): void {}
}
