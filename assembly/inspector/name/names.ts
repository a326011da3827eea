// Names of servers, learnt from DNS answers that pass by (A and AAAA: address → the name asked for, and
// where CNAMEs led) and from ClientHellos (connection → server name). A small set-associative table: new
// names push out the oldest of their set. Names are hints for people and for grouping, never evidence.

import { Counter, Counters } from "../counters";
import { CANONICAL_SIZE, Finding, FINDING_CANONICAL, FINDING_SERVER_NAME } from "../finding/finding";
import { Flow, FLOW_CLIENT_NEAR } from "../flow/flow";
import { NAME_CAPACITY, NAME_ROW_SIZE } from "../limits";
import { NAME_TABLE } from "../memory";
import { Reason } from "../reason";
import {
  Dns, DNS_HEADER_SIZE, DNS_TYPE_A, DNS_TYPE_AAAA, DNS_TYPE_CNAME, DNS_TYPE_MX, DNS_TYPE_TLSA, DNS_TYPE_TXT,
} from "../wire/dns";
import { Octets } from "../wire/octets";
import { Policies } from "./policy";
import { DOT } from "../wire/ascii";

const WAYS: u32 = 4;
const SETS: u32 = NAME_CAPACITY / WAYS;
/** Octets of a name that a row holds; longer names are not learnt. */
export const NAME_LENGTH_MAX: u32 = 96;
const QUESTIONS_MAX: u32 = 4;
const ANSWERS_MAX: u32 = 32;
/** IPv4 as ::ffff:a.b.c.d, low half, without the address. */
const MAPPED: u64 = 0xffff0000;
/** High halves of keys that are no addresses, which never begin so (RFC 4291: ff.. is multicast). */
const FLOW_KEY: u64 = 0x53_4e_49_ff; // a ClientHello's name, by connection
const ALIAS_KEY: u64 = 0x43_4e_4d_ff; // where a name's CNAMEs led, by the name's hash
/** Caches outlive a record by little; a record of years is not believed for longer than a week. */
const GRACE_SECONDS: u32 = 600;
const LIFE_SECONDS_MAX: u32 = 604_800;
const NANOSECONDS: u64 = 1_000_000_000;

/** The name asked for, a name in a record, and the name CNAMEs led to. */
const QUESTION: usize = memory.data(256, 8);
const RECORD: usize = memory.data(256, 8);
const CANONICAL: usize = memory.data(256, 8);

/** "_mta-sts.", "mta-sts." and "_25._tcp.", each behind its length; the text of a policy record. */
const LABEL_POLICY: usize = memory.data<u8>([9, 95, 109, 116, 97, 45, 115, 116, 115, 46]);
const LABEL_POLICY_HOST: usize = memory.data<u8>([8, 109, 116, 97, 45, 115, 116, 115, 46]);
const LABEL_TLSA: usize = memory.data<u8>([9, 95, 50, 53, 46, 95, 116, 99, 112, 46]);
const TEXT_POLICY: usize = memory.data<u8>([8, 118, 61, 83, 84, 83, 118, 49, 59]); // v=STSv1;

//   0           16    24     28     32
//   ├key────────┼time─┼length┼life──┼name …
@final @unmanaged
class NameRow {
  high: u64;
  low: u64;
  /** When it was learnt, ns. */
  time: u64;
  length: u32;
  /** Seconds for which it holds; 0 = always. */
  life: u32;
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

  /** Remembers `length` octets of plain text at `from` for `life` seconds, 0 = as long as there is room. */
  private static learn(high: u64, low: u64, from: usize, length: u32, time: u64, life: u32): void {
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
    row.life = life;
    memory.copy(row.text, from, length);
  }

  /**
   * A DNS answer: each A and AAAA record's address gets the name of the first question, or, beside an MX
   * record, its own. Records about mail go to the policies.
   */
  static learnAnswer(at: usize, end: usize, time: u64): Reason {
    if (at + DNS_HEADER_SIZE > end) return Reason.DnsMalformed;
    if (!Dns.isAnswer(at) || Dns.questions(at) == 0) return Reason.Ok;
    let place = at + DNS_HEADER_SIZE;
    const length = Dns.readName(at, place, end, QUESTION, NAME_LENGTH_MAX);
    const questions = Dns.questions(at);
    for (let question: u32 = 0; question < questions; question++) {
      if (question == QUESTIONS_MAX) return Reason.DnsMalformed;
      place = Dns.skipName(place, end);
      if (!place || place + 4 > end) return Reason.DnsMalformed;
      place += 4;
    }
    const answers = min(Dns.answers(at), ANSWERS_MAX);
    const all = min(answers + Dns.others(at), ANSWERS_MAX);
    for (let record: u32 = 0; record < all; record++) {
      const ownerAt = place;
      place = Dns.skipName(place, end);
      // Only the answers must be whole: the rest may be cut off by what the tap keeps of a datagram.
      if (!place || place + 10 > end) return record < answers ? Reason.DnsMalformed : Reason.Ok;
      const type = Octets.u16(place, 0);
      const size = Octets.u16(place, 8);
      const seconds = Octets.u32(place, 4);
      place += 10;
      if (place + size > end) return record < answers ? Reason.DnsMalformed : Reason.Ok;
      const life = min(seconds, LIFE_SECONDS_MAX) + GRACE_SECONDS;
      if (record >= answers) { // beside the answer: addresses of the exchangers it named
        if (type != DNS_TYPE_A && type != DNS_TYPE_AAAA) { place += size; continue; }
        const own = Dns.readName(at, ownerAt, end, RECORD, NAME_LENGTH_MAX);
        if (Policies.serves(Policies.hash(QUESTION, length), Policies.hash(RECORD, own))) {
          Names.learnAddress(type, place, size, RECORD, own, time, life);
        }
      } else if (type == DNS_TYPE_CNAME) {
        const canonical = Dns.readName(at, place, end, CANONICAL, NAME_LENGTH_MAX);
        if (canonical) Names.learn(ALIAS_KEY, Policies.hash(QUESTION, length), CANONICAL, canonical, time, life);
      } else if (type == DNS_TYPE_A || type == DNS_TYPE_AAAA) {
        Names.learnAddress(type, place, size, QUESTION, length, time, life);
      } else {
        Names.learnMail(at, type, place, size, end, length, time);
      }
      place += size;
    }
    return Reason.Ok;
  }

  private static learnAddress(
    type: u32, at: usize, size: u32, name: usize, length: u32, time: u64, life: u32,
  ): void {
    if (type == DNS_TYPE_A && size == 4) {
      Names.learn(0, (<u64>Octets.u32le(at, 0) << 32) | MAPPED, name, length, time, life);
    } else if (type == DNS_TYPE_AAAA && size == 16) {
      Names.learn(
        (<u64>Octets.u32le(at, 4) << 32) | Octets.u32le(at, 0),
        (<u64>Octets.u32le(at, 12) << 32) | Octets.u32le(at, 8), name, length, time, life,
      );
    }
  }

  /** MX, TXT and TLSA records of the question's name. RFC 1035 §3.3.9, RFC 8461 §3.1, RFC 6698 §3. */
  private static learnMail(
    message: usize, type: u32, at: usize, size: u32, end: usize, length: u32, time: u64,
  ): void {
    if (type == DNS_TYPE_MX && size > 2) {
      const exchanger = Dns.readName(message, at + 2, end, RECORD, NAME_LENGTH_MAX);
      Policies.exchanger(Policies.hash(QUESTION, length), Policies.hash(RECORD, exchanger), time);
    } else if (type == DNS_TYPE_TXT && size > <u32>load<u8>(TEXT_POLICY)) {
      const domain = Names.behind(LABEL_POLICY, length);
      if (domain && Names.starts(TEXT_POLICY, at + 1)) Policies.announced(domain, time);
    } else if (type == DNS_TYPE_TLSA) {
      const exchanger = Names.behind(LABEL_TLSA, length);
      if (exchanger) Policies.pinned(exchanger, time);
    }
  }

  /** True when the octets at `at` begin with a counted text; there must be as many. */
  private static starts(text: usize, at: usize): bool {
    return memory.compare(text + 1, at, <usize>load<u8>(text)) == 0;
  }

  /** Hash of the question's name behind a label, 0 when it does not begin with it. */
  private static behind(label: usize, length: u32): u64 {
    const size = <u32>load<u8>(label);
    if (length <= size || !Names.starts(label, QUESTION)) return 0;
    return Policies.hash(QUESTION + size, length - size);
  }

  /** The server name of a connection's ClientHello, `length` octets of plain lower-case text at `from`. */
  static learnServerName(flow: Flow, from: usize, length: u32, time: u64): void {
    Names.learn(FLOW_KEY, flow.ordinal, from, length, time, 0);
    const size = <u32>load<u8>(LABEL_POLICY_HOST);
    if (length <= size || length > NAME_LENGTH_MAX || !flow.has(FLOW_CLIENT_NEAR)) return;
    if (Names.starts(LABEL_POLICY_HOST, from)) Policies.fetched(Policies.hash(from + size, length - size), time);
  }

  /** Address of the row that names this flow's server: its ClientHello's, else DNS's; 0 = none. */
  private static of(flow: Flow): usize {
    const own = Names.find(FLOW_KEY, flow.ordinal);
    const at = own ? own : Names.find(flow.serverHigh, flow.serverLow);
    return at && Names.holds(NameRow.at(at), flow.openTime) ? at : 0;
  }

  /** True when the name still held when a connection was opened. */
  private static holds(row: NameRow, openTime: u64): bool {
    return row.life == 0 || openTime <= row.time + <u64>row.life * NANOSECONDS;
  }

  static fill(flow: Flow, finding: Finding): void {
    const at = Names.of(flow);
    if (!at) return;
    const row = NameRow.at(at);
    const to = changetype<usize>(finding);
    finding.serverNameLength = <u8>row.length;
    memory.copy(to + FINDING_SERVER_NAME, row.text, row.length);
    const hash = Policies.hash(row.text, row.length);
    finding.policy = <u8>Policies.of(hash, flow.openTime);
    const alias = Names.find(ALIAS_KEY, hash);
    if (!alias || !Names.holds(NameRow.at(alias), flow.openTime)) return;
    const name = NameRow.at(alias);
    let skip: u32 = 0; // the last labels tell whose it is
    while (name.length - skip > CANONICAL_SIZE || (skip && <u32>load<u8>(name.text + skip - 1) != DOT)) skip++;
    finding.canonicalLength = <u8>(name.length - skip);
    memory.copy(to + FINDING_CANONICAL, name.text + skip, name.length - skip);
  }
}
