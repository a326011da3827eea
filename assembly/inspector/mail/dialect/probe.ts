// The first octets of a side: mail, TLS, HTTP or something else. On any port, since people move their
// mail servers where providers do not look. Decides once per side; keeps nothing.

import { Flow } from "../../flow/flow";
import { Preface } from "../framing/proxy";
import { Dialog } from "../row";
import { Word } from "../word";
import { Port } from "./port";
import { Framing, Traits } from "./traits";

const HANDSHAKE: u32 = 0x16;
const ALERT: u32 = 0x15;
const MAJOR_VERSION: u32 = 3;
/** Octets that tell the dialects apart at most. */
const START_SIZE: u32 = 8;

export const enum Look {
  /** Not mail: nothing of this flow need be read. */
  Other, Tls, Http,
  /** Not this side; the other may still tell. */
  Undecided,
  /** A mail dialog, by port. */
  Mail,
  /** A mail dialog, if the client confirms it. */
  Perhaps,
}

export class Probe {
  /** Looks at the first payload of a side, [at, end), at least one octet. */
  static look(flow: Flow, fromClient: bool, at: usize, end: usize): Look {
    const hint = Port.hint(flow.serverPort);
    const first = <u32>load<u8>(at);
    const record = first == HANDSHAKE && (at + 1 >= end || <u32>load<u8>(at, 1) == MAJOR_VERSION);
    if (Port.isMail(hint)) {
      if (Port.isTls(hint) && (record || first == ALERT || (fromClient && first >= 0x80))) return Look.Mail;
      if (record) return Look.Tls;
      return Probe.candidates(hint, fromClient, at, end) ? Look.Mail : Look.Other;
    }
    if (record) return Look.Tls;
    if (fromClient && Probe.isHttp(at, end)) return Look.Http;
    if (Port.isForeign(hint)) return Look.Other;
    if (Probe.candidates(hint, fromClient, at, end)) return Look.Perhaps;
    return fromClient ? Look.Other : Look.Undecided;
  }

  /** The dialects that could begin so, as bits by their numbers; on a port of mail less is asked of them. */
  static candidates(hint: u32, fromClient: bool, at: usize, end: usize): u32 {
    const size = min<u32>(START_SIZE, <u32>(end - at));
    const start = Word.of(at, size);
    let found: u32 = 0;
    for (let dialect: u32 = 1; Traits.of(dialect).dialect; dialect++) {
      const traits = Traits.of(dialect);
      let begins: bool;
      if (fromClient) {
        begins = (dialect == Port.dialect(hint) && Probe.speaks(traits, start)) ||
          Probe.opens(traits.opening, start) || Probe.opens(traits.otherOpening, start) ||
          Probe.opens(traits.thirdOpening, start);
      } else {
        begins = (Port.isMail(hint) && traits.beginsWith(<u32>(start & 0xff))) ||
          Probe.greets(traits.greeting, start, size) || Probe.greets(traits.otherGreeting, start, size);
      }
      if (begins) found |= <u32>1 << dialect;
    }
    return found;
  }

  /** The dialect to begin with: the port's, or the first one that begins like this. */
  static choose(dialog: Dialog, hint: u32, fromClient: bool, at: usize, end: usize): void {
    dialog.candidates = Probe.candidates(hint, fromClient, at, end);
    dialog.speak(Port.isMail(hint) ? Port.dialect(hint) : <u32>ctz(dialog.candidates));
  }

  /** Anything printable may be a client's command where the port says so, or what precedes one. */
  @inline private static speaks(traits: Traits, start: u64): bool {
    const first = <u32>(start & 0xff);
    return <u32>traits.framing != Framing.Own && (first - 0x20 < 0x5f || Preface.begins(first));
  }

  /** True when a client's first octets are the whole of `opening`. */
  @inline private static opens(opening: u64, start: u64): bool {
    return opening != 0 && (start & (u64.MAX_VALUE >> clz(opening) / 8 * 8)) == opening;
  }

  /** True when a server's first octets, of which `size` are there, are the beginning of `greeting`. */
  @inline private static greets(greeting: u64, start: u64, size: u32): bool {
    const mask = u64.MAX_VALUE >> max(clz(greeting) / 8, <u64>(START_SIZE - size)) * 8;
    return greeting != 0 && (start & mask) == (greeting & mask);
  }

  /** The first four octets of the methods that browsers and tools use. RFC 9110 §9. */
  private static isHttp(at: usize, end: usize): bool {
    switch (<u32>Word.of(at, min<u32>(4, <u32>(end - at)))) {
      case 0x20544547: case 0x54534f50: case 0x44414548: case 0x20545550: // GET_ POST HEAD PUT_
      case 0x454c4544: case 0x4954504f: case 0x4e4e4f43: case 0x43544150: // DELE OPTI CONN PATC
      case 0x20495250: // PRI_
        return true;
      default: return false;
    }
  }
}
