// Who has published that mail to it must be encrypted: learnt from DNS answers that pass by (a domain's
// exchangers, `_mta-sts` texts, TLSA records of port 25) and from a TLS connection to `mta-sts.<domain>`.
// Names are kept as hashes only. DNS is unsigned here, so all of it is a hint. RFC 8461 §3, RFC 7672 §2.2.

import { POLICY_CAPACITY, POLICY_ROW_SIZE } from "../limits";
import { clearRow, POLICY_TABLE } from "../memory";

/** What is known of a name, as bits. */
const ANNOUNCED: u32 = 1; // `_mta-sts` text
const PINNED: u32 = 2; // TLSA record
const FETCHED: u32 = 4; // its policy was fetched

/** How well it is known that an exchanger must offer encryption. */
export enum PolicyHint {
  None,
  /** Seen in DNS, or a connection for the policy alone. */
  Dns,
  /** Announced, and the policy was fetched by somebody in this house. */
  Fetched,
}

const WAYS: u32 = 4;
const SETS: u32 = POLICY_CAPACITY / WAYS;
/** Exchangers remembered of a domain. */
const EXCHANGERS: u32 = 4;
/** What was not seen again for so long counts no more: policies name days to weeks. */
const STALE_NS: u64 = 604_800_000_000_000;

//   0     8     16    20     24          56
//   ├hash─┼time─┼bits─┼turn──┼exchangers─┤ … 64
@final @unmanaged
class PolicyRow {
  hash: u64;
  /** When it was last learnt, ns. */
  time: u64;
  bits: u32;
  /** Where the next exchanger goes. */
  turn: u32;
  @inline static at(at: usize): PolicyRow { return changetype<PolicyRow>(at); }
  @inline exchanger(index: u32): usize { return changetype<usize>(this) + 24 + (<usize>index << 3); }
}

export class Policies {
  /** FNV-1a over lower-case text; 0 is no name. */
  static hash(at: usize, length: u32): u64 {
    let hash: u64 = 0xcbf29ce484222325;
    for (let index: u32 = 0; index < length; index++) {
      hash = (hash ^ <u64>load<u8>(at + index)) * 0x100000001b3;
    }
    return length ? hash : 0;
  }

  private static find(hash: u64): usize {
    const set = POLICY_TABLE + <usize>(<u32>(hash >> 32) % SETS) * WAYS * POLICY_ROW_SIZE;
    for (let way: u32 = 0; way < WAYS; way++) {
      const row = PolicyRow.at(set + <usize>way * POLICY_ROW_SIZE);
      if (row.hash == hash) return changetype<usize>(row);
    }
    return 0;
  }

  /** The row of a name, made anew from the oldest of its set when there is none. */
  private static row(hash: u64, time: u64): PolicyRow {
    let at = Policies.find(hash);
    if (at && time > PolicyRow.at(at).time + STALE_NS) PolicyRow.at(at).bits = 0;
    if (!at) {
      const set = POLICY_TABLE + <usize>(<u32>(hash >> 32) % SETS) * WAYS * POLICY_ROW_SIZE;
      at = set;
      for (let way: u32 = 1; way < WAYS; way++) {
        const here = set + <usize>way * POLICY_ROW_SIZE;
        if (PolicyRow.at(here).time < PolicyRow.at(at).time) at = here;
      }
      clearRow(at, POLICY_ROW_SIZE);
      PolicyRow.at(at).hash = hash;
    }
    PolicyRow.at(at).time = time;
    return PolicyRow.at(at);
  }

  private static note(hash: u64, bits: u32, time: u64): void {
    if (!hash) return;
    const row = Policies.row(hash, time);
    row.bits |= bits;
    for (let index: u32 = 0; index < EXCHANGERS; index++) {
      const exchanger = load<u64>(row.exchanger(index));
      if (exchanger) Policies.row(exchanger, time).bits |= bits;
    }
  }

  /** An MX record: mail for a domain goes to this exchanger. What is known of the domain holds for it. */
  static exchanger(domain: u64, exchanger: u64, time: u64): void {
    if (!domain || !exchanger || domain == exchanger) return;
    const row = Policies.row(domain, time);
    const bits = row.bits;
    if (!Policies.serves(domain, exchanger)) {
      store<u64>(row.exchanger(row.turn % EXCHANGERS), exchanger);
      row.turn++;
    }
    if (bits) Policies.row(exchanger, time).bits |= bits;
  }

  /** True when this is one of the domain's exchangers. */
  static serves(domain: u64, exchanger: u64): bool {
    const at = domain && exchanger ? Policies.find(domain) : 0;
    for (let index: u32 = 0; at && index < EXCHANGERS; index++) {
      if (load<u64>(PolicyRow.at(at).exchanger(index)) == exchanger) return true;
    }
    return false;
  }

  /** A domain's text says that it has a policy. */
  @inline static announced(domain: u64, time: u64): void { Policies.note(domain, ANNOUNCED, time); }
  /** An exchanger's port 25 has a TLSA record. */
  @inline static pinned(exchanger: u64, time: u64): void { Policies.note(exchanger, PINNED, time); }
  /** Somebody in this house connected to where the domain's policy lies. */
  @inline static fetched(domain: u64, time: u64): void { Policies.note(domain, FETCHED, time); }

  /** What is known of an exchanger at a time. */
  static of(exchanger: u64, time: u64): PolicyHint {
    const at = exchanger ? Policies.find(exchanger) : 0;
    if (!at || time > PolicyRow.at(at).time + STALE_NS) return PolicyHint.None;
    const bits = PolicyRow.at(at).bits;
    if ((bits & (ANNOUNCED | FETCHED)) == (ANNOUNCED | FETCHED)) return PolicyHint.Fetched;
    return bits ? PolicyHint.Dns : PolicyHint.None;
  }
}
if (offsetof<PolicyRow>() != 24) ERROR("PolicyRow drifted");
if (EXCHANGERS != 4) ERROR("PolicyRow has no room for more exchangers");
