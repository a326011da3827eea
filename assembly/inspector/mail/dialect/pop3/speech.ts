// POP3 as dispatch.ts asks for it.

import { Pending } from "../../pending";
import { Word, WORD_AUTH } from "../../word";
import { Claim, List } from "../answers";
import { Pop3 } from "./pop3";
import { Pop3Dialog } from "./state";
import { Verb } from "./verb";
import { MINUS } from "../../../wire/ascii";

@final @unmanaged
export class Pop3Speech extends Pop3Dialog {
  command(at: usize, end: usize): bool { return Pop3.command(this, at, end); }
  reply(at: usize, end: usize): void { Pop3.reply(this, at, end); }

  claims(at: usize, end: usize): Claim {
    at = Word.skip(at, end);
    const verb = Pop3.verb(Word.of(at, Word.size(at, end)), this.client.arguments != 0);
    return verb == Verb.Other ? Claim.No : Claim.Yes;
  }

  keeps(): bool {
    const client = this.client;
    return client.blanks == 1 && Word.of(client.text, Word.size(client.text, client.text + client.kept)) == WORD_AUTH;
  }

  begins(): void {}
  veils(length: u32, octet: u32): bool { return false; }
  watch(length: u32, octet: u32): void { this.watching = 0; }
  continues(fromClient: bool): void {} // no literals
  refuses(at: usize, end: usize): bool { return <u32>load<u8>(at) == MINUS; }
  bodyEnds(): void {} // the client sends none

  list(): List {
    const awaited = Pending.at(this.pending).front == Verb.Capa && this.seen.serverSeen != 0 && !this.seen.over;
    return awaited ? List.Awaited : List.None;
  }
  dropList(): void {}

  /** CAPA left the queue when its answer began: something else waits, or nothing is known of the client. */
  missing(fromClient: bool, waiting: u32): void {
    if (waiting > 0 || !this.seen.clientSeen) this.listing = 0;
  }
  ends(): void {}
}
