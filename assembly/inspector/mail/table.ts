// The rows of DIALOG_TABLE: which are free, which may go when none is, and which are looked at again
// when. The only file of the dialogs with module-level state. Deadlines are all one period away, so
// a list in the order of arming is a list in the order of time.

import { Counter, Counters } from "../counters";
import { Flow, FLOW_CLOSED } from "../flow/flow";
import { DIALOG_PERIOD_NS, DIALOG_ROW_SIZE, DIALOG_VICTIM_SCAN, DUE_PER_FRAME_MAX } from "../limits";
import { DIALOG_TABLE } from "../memory";
import { Dialog } from "./row";

/** Numbers of released rows, as a stack. */
const FREE: usize = memory.data(DIALOG_CAPACITY * 2, 64);
let freeCount: u32 = 0;
/** Rows below this were in use at least once. */
let fresh: u32 = 1;
/** Where the search for a victim goes on. */
let cursor: u32 = 1;
/** First and last row of the list of deadlines, 0 = none. */
let dueFirst: u32 = 0;
let dueLast: u32 = 0;
/** Flows whose due work changed something, until they are asked for. */
const CHANGED: usize = memory.data(DUE_PER_FRAME_MAX * 4, 4);
let changedCount: u32 = 0;

export class DialogTable {
  /** A zeroed row for this flow; makes room by dropping a closed connection's; 0 = refused. */
  static claim(flow: Flow): u32 {
    let row: u32 = 0;
    if (freeCount) {
      freeCount--;
      row = <u32>load<u16>(FREE + (<usize>freeCount << 1));
    } else if (fresh < <u32>DIALOG_CAPACITY) {
      row = fresh++;
    } else {
      Counters.add(Counter.DialogsRefused, 1);
      if (!DialogTable.dropClosed()) return 0;
      freeCount--;
      row = <u32>load<u16>(FREE + (<usize>freeCount << 1));
    }
    Dialog.row(row).flowAt = changetype<usize>(flow);
    Counters.add(Counter.Dialogs, 1);
    return row;
  }

  /** Zeroes the row: nothing of the dialog stays in memory. */
  static release(row: u32): void {
    DialogTable.disarm(row);
    memory.fill(DIALOG_TABLE + <usize>row * DIALOG_ROW_SIZE, 0, DIALOG_ROW_SIZE);
    store<u16>(FREE + (<usize>freeCount << 1), row);
    freeCount++;
  }

  /** The same for a flow that may not be mail: refused when half of the rows are in use. */
  static claimSpare(flow: Flow): u32 {
    const unused = freeCount + (<u32>DIALOG_CAPACITY - fresh);
    return unused < <u32>DIALOG_CAPACITY / 2 ? 0 : DialogTable.claim(flow);
  }

  /** The longest idle closed dialog among the next few rows goes. */
  private static dropClosed(): bool {
    let victim: u32 = 0;
    let oldest = u64.MAX_VALUE;
    for (let step: u32 = 0; step < DIALOG_VICTIM_SCAN; step++) {
      cursor = cursor + 1 < <u32>DIALOG_CAPACITY ? cursor + 1 : 1;
      const dialog = Dialog.row(cursor);
      if (dialog.flowAt == 0 || !Flow.at(dialog.flowAt).has(FLOW_CLOSED)) continue;
      const time = max(dialog.clientTime, dialog.serverTime);
      if (time >= oldest) continue;
      oldest = time;
      victim = cursor;
    }
    if (!victim) return false;
    Flow.at(Dialog.row(victim).flowAt).dialogRow = 0;
    DialogTable.release(victim);
    return true;
  }

  /** Looks at this row again one period from now; later calls change nothing until then. */
  static arm(row: u32, now: u64): void {
    const dialog = Dialog.row(row);
    if (dialog.dueTime) return;
    dialog.dueTime = now + DIALOG_PERIOD_NS;
    dialog.dueNext = 0;
    dialog.duePrev = <u16>dueLast;
    if (dueLast) Dialog.row(dueLast).dueNext = <u16>row;
    else dueFirst = row;
    dueLast = row;
  }

  static disarm(row: u32): void {
    const dialog = Dialog.row(row);
    if (!dialog.dueTime) return;
    const next = <u32>dialog.dueNext;
    const prev = <u32>dialog.duePrev;
    if (prev) Dialog.row(prev).dueNext = <u16>next; else dueFirst = next;
    if (next) Dialog.row(next).duePrev = <u16>prev; else dueLast = prev;
    dialog.dueTime = 0;
    dialog.dueNext = 0;
    dialog.duePrev = 0;
  }

  /** Remembers a flow whose due work changed something. */
  static pushChanged(flowAt: usize): void {
    if (changedCount >= DUE_PER_FRAME_MAX) return;
    store<u32>(CHANGED + (<usize>changedCount << 2), <u32>flowAt);
    changedCount++;
  }

  /** Address of such a flow, 0 = none left. */
  static popChanged(): usize {
    if (!changedCount) return 0;
    changedCount--;
    return <usize>load<u32>(CHANGED + (<usize>changedCount << 2));
  }

  /** The row whose deadline comes first, 0 = none. */
  @inline static get first(): u32 { return dueFirst; }
  @inline static get nextDue(): u64 { return dueFirst ? Dialog.row(dueFirst).dueTime : u64.MAX_VALUE; }

  /** Rows that were ever in use: [1, used). */
  @inline static get used(): u32 { return fresh; }
}

if (DIALOG_CAPACITY > 65535) ERROR("row numbers are 16 bits");
