// The inspector's ABI, re-exports and one-line doors only. No 64-bit value crosses it.
// The host reads names and offsets from the exported enums; see host/ground/abi.ts.

import { countersAt as countersTable, reasonsAt as reasonsTable } from "./counters";
import { traitsTable } from "./mail/dialect/traits";
import { Dialogs } from "./mail/dialogs";
import { Forensics } from "./reset/forensics";
import { FindingRing } from "./finding/ring";
import { Home } from "./flow/home";
import { FlowKey } from "./flow/key";
import { FlowTable } from "./flow/table";
import { Guards } from "./guard";
import { Connection } from "./connection";
import { Inspect } from "./inspect";
import { BLOCK_SIZE, HOME_CAPACITY, RING_AT } from "./limits";
import { HOME_TABLE } from "./memory";
import { Interface } from "./source/interface";
import { Stop } from "./source/stop";
import { Walk } from "./walk";

export {
  AuthAnswer, AuthLevel, Benign, Family, Fingerprint, ListState, MailEvidence, SegmentEvidence, Stage, TlsState,
} from "./finding/evidence";
export { PolicyHint } from "./name/policy";
export { Application } from "./flow/flow";
export { Dialect, TraitsField } from "./mail/dialect/traits";
export { Cause, FindingField } from "./finding/finding";
export { Counter } from "./counters";
export { Reason } from "./reason";
export { Stop } from "./source/stop";
export { LinkType } from "./wire/link-type";

/** Where the ring or the capture window lies. */
export function ringAt(): u32 { return <u32>RING_AT; }
export function ringSize(): u32 { return RING_SIZE; }
export function blockSize(): u32 { return BLOCK_SIZE; }

/** Home networks: rows of 16 octets network and 16 octets mask, then their count. */
export function homeAt(): u32 { return <u32>HOME_TABLE; }
export function homeCapacity(): u32 { return HOME_CAPACITY; }
export function setHomeCount(count: u32): void { Home.setCount(count); }

/** Rows of the dialects of mail, one a number of Dialect from 1 on, then one that begins with 0. */
export function traitsAt(): u32 { return <u32>traitsTable(); }

/** Key of the flow hash: random when live, 0 in replay so that replay is repeatable. */
export function seed(low: u32, high: u32): void { FlowKey.seed(low, high); }

/** True: ends of connections with nothing but honest resets are not told. */
export function setTerse(terse: bool): void { Connection.setTerse(terse); }

/** A new input begins. */
export function openInput(): void {
  Guards.raise();
  Inspect.openInput();
}

/** Guard words behind the tables that were written over since the input began: a bug when not 0. */
export function guardsBroken(): u32 { return Guards.broken(); }

/** A section of a pcapng file begins: interfaces of the one before mean nothing in it. */
export function openSection(): void { Interface.forget(); }

/** Link type and time resolution (6 = µs, 9 = ns, 0x80 | n = 2^-n s) of an interface of the input. */
export function setInterface(index: u32, linkType: u32, resolution: u32): void {
  const link = Interface.describe(index);
  link.linkType = linkType;
  link.resolution = resolution;
  link.offset = 0;
}

/** Seconds to add to the interface's times. */
export function setInterfaceOffset(index: u32, low: u32, high: u32): void {
  Interface.of(index).offset = <i64>((<u64>high << 32) | low);
}

export function inspectRecords(at: u32, end: u32, swapped: bool): u32 {
  return <u32>Walk.records(at, end, swapped);
}
export function inspectBlocks(at: u32, end: u32, swapped: bool): u32 {
  return <u32>Walk.blocks(at, end, swapped);
}
export function inspectRing(block: u32, frameOffset: u32, interfaceIndex: u32): u32 {
  return Walk.ring(block, frameOffset, interfaceIndex);
}
export function stopReason(): Stop { return Walk.stopReason(); }
export function pausedForDrain(): bool { return FindingRing.full(); }

/** No frame came; time passed. */
export function tick(secondsLow: u32, secondsHigh: u32, nanos: u32): void {
  Inspect.tick(((<u64>secondsHigh << 32) | secondsLow) * 1000000000 + nanos);
}

/** Ends all connections, in batches; true while more remain. */
export function finish(): bool { return Connection.finish(); }

/** The kernel dropped frames: absence proves nothing for what is open now. */
export function lostFrames(): void {
  Dialogs.lostFrames();
  Forensics.lostFrames();
}

/** Connections leave the tap's sight once they are established. */
export function setOffloaded(on: bool): void { Forensics.setOffloaded(on); }

export function findingCount(): u32 { return FindingRing.count(); }
export function findingAt(index: u32): u32 { return <u32>FindingRing.at(index); }
export function releaseFindings(count: u32): void { FindingRing.release(count); }

export function countersAt(): u32 { return <u32>countersTable(); }
export function reasonsAt(): u32 { return <u32>reasonsTable(); }
export function flowsAlive(): u32 { return FlowTable.alive(); }
export function flowCapacity(): u32 { return FLOW_CAPACITY; }
