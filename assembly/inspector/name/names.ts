// Names of servers, learnt from DNS answers that pass by (A and AAAA: address → the name asked for)
// and from ClientHellos (connection → server name). A small set-associative table: new names push out
// the oldest of their set. Names are hints for people and for grouping, never evidence by themselves.

import { Counter, Counters } from "../counters";
import { Finding, FINDING_SERVER_NAME } from "../finding/finding";
import { Flow } from "../flow/flow";
import { NAME_CAPACITY, NAME_ROW_SIZE } from "../limits";
import { NAME_TABLE } from "../memory";
import { Reason } from "../reason";
import { Dns, DNS_HEADER_SIZE, DNS_TYPE_A, DNS_TYPE_AAAA } from "../wire/dns";
import { Octets } from "../wire/octets";

const WAYS: u32 = 4;
const SETS: u32 = NAME_CAPACITY / WAYS;
/** Octets of a name that a row holds; longer names are not learnt. */
export const NAME_LENGTH_MAX: u32 = 96;
const QUESTIONS_MAX: u32 = 4;
const ANSWERS_MAX: u32 = 32;
/** IPv4 as ::ffff:a.b.c.d, low half, without the address. */
const MAPPED: u64 = 0xffff0000;
/** High half of the key of a ClientHello's name: no address begins like this (RFC 4291: ff.. is multicast). */
const FLOW_KEY: u64 = 0x53_4e_49_ff;
const SCRATCH: usize = memory.data(256, 8);

//   0           16    24     28    32
//   ├key────────┼time─┼length┼─────┼name …
@final @unmanaged
class NameRow {
  high: u64;
  low: u64;
  /** When it was learnt, ns. */
  time: u64;
  length: u32;
  spare: u32;
  @inline static at(at: usize): NameRow { return changetype<NameRow>(at); }
  @inline get text(): usize { return changetype<usize>(this) + 32; }
}

export class Names {
  @inline private static set(high: u64, low: u64): usize {
    const mixed = (high ^ (low * 0x9e3779b97f4a7c15)) * 0xc2b2ae3d27d4eb4f;
    return NAME_TABLE + <usize>(<u32>(mixed >> 40) % SETS) * WAYS * NAME_ROW_SIZE;
  }

  private static find(high: u64, low: u64): usize {
    const set = Names.set(high, low);
    for (let way: u32 = 0; way < WAYS; way++) {
      const row = NameRow.at(set + <usize>way * NAME_ROW_SIZE);
      if (row.length && row.high == high && row.low == low) return changetype<usize>(row);
    }
    return 0;
  }

  /** Remembers `length` octets of plain text at `from`. */
  private static learn(high: u64, low: u64, from: usize, length: u32, time: u64): void {
    if (length == 0 || length > NAME_LENGTH_MAX) return;
    let at = Names.find(high, low);
    if (!at) {
      const set = Names.set(high, low);
      at = set;
      for (let way: u32 = 1; way < WAYS; way++) {
        const here = set + <usize>way * NAME_ROW_SIZE;
        const row = NameRow.at(here);
        if (NameRow.at(at).length && (!row.length || row.time < NameRow.at(at).time)) at = here;
      }
      if (NameRow.at(at).length) Counters.add(Counter.NamesEvicted, 1);
    }
    const row = NameRow.at(at);
    row.high = high;
    row.low = low;
    row.time = time;
    row.length = length;
    memory.copy(row.text, from, length);
  }

  /** A DNS answer: each A and AAAA record's address gets the name of the first question. */
  static learnAnswer(at: usize, end: usize, time: u64): Reason {
    if (at + DNS_HEADER_SIZE > end) return Reason.DnsMalformed;
    if (!Dns.isAnswer(at) || Dns.questions(at) == 0) return Reason.Ok;
    let place = at + DNS_HEADER_SIZE;
    const length = Dns.readName(at, place, end, SCRATCH, NAME_LENGTH_MAX);
    const questions = Dns.questions(at);
    for (let question: u32 = 0; question < questions; question++) {
      if (question == QUESTIONS_MAX) return Reason.DnsMalformed;
      place = Dns.skipName(place, end);
      if (!place || place + 4 > end) return Reason.DnsMalformed;
      place += 4;
    }
    const answers = min(Dns.answers(at), ANSWERS_MAX);
    for (let answer: u32 = 0; answer < answers; answer++) {
      place = Dns.skipName(place, end);
      if (!place || place + 10 > end) return Reason.DnsMalformed;
      const type = Octets.u16(place, 0);
      const size = Octets.u16(place, 8);
      place += 10;
      if (place + size > end) return Reason.DnsMalformed;
      if (type == DNS_TYPE_A && size == 4) {
        Names.learn(0, (<u64>Octets.u32le(place, 0) << 32) | MAPPED, SCRATCH, length, time);
      } else if (type == DNS_TYPE_AAAA && size == 16) {
        Names.learn(
          (<u64>Octets.u32le(place, 4) << 32) | Octets.u32le(place, 0),
          (<u64>Octets.u32le(place, 12) << 32) | Octets.u32le(place, 8), SCRATCH, length, time,
        );
      }
      place += size;
    }
    return Reason.Ok;
  }

  /** The server name of a connection's ClientHello, `length` octets of plain lower-case text at `from`. */
  static learnServerName(flow: Flow, from: usize, length: u32, time: u64): void {
    Names.learn(FLOW_KEY, flow.ordinal, from, length, time);
  }

  /** Address of the row that names this flow's server: its ClientHello's, else DNS's; 0 = none. */
  private static of(flow: Flow): usize {
    const own = Names.find(FLOW_KEY, flow.ordinal);
    return own ? own : Names.find(flow.serverHigh, flow.serverLow);
  }

  static fill(flow: Flow, finding: Finding): void {
    const at = Names.of(flow);
    if (!at) return;
    const row = NameRow.at(at);
    finding.serverNameLength = <u8>row.length;
    memory.copy(changetype<usize>(finding) + FINDING_SERVER_NAME, row.text, row.length);
  }
}
