// Octets of one direction, in order, to whoever reads them: lines, bodies, counted octets. Any cut of
// the octets into segments gives the same lines; what must not stay in memory is zeroed in the frame.
// RFC 5321 §2.3.8, §4.5.2; RFC 3030 §2.

import { Counter, Counters } from "../counters";
import { MailEvidence } from "../finding/evidence";
import { Scan } from "./stream/scan";
import { ClientLines } from "./client-lines";
import { Speech } from "./dialect/dispatch";
import { Framing } from "./dialect/traits";
import { Pending } from "./pending";
import { Dialog, Mode, Side, Wait } from "./row";
import { ServerLines } from "./server-lines";
import { Upgrade } from "./upgrade";
import { CR, DOT, LF } from "../wire/ascii";

export class Lines {
  /** The next octets of one direction. They are zeroed where nothing may stay of them. */
  static feed(dialog: Dialog, fromClient: bool, at: usize, end: usize): void {
    const side = fromClient ? dialog.client : dialog.server;
    let scrubAt = dialog.scrub ? at : end;
    if (dialog.scrub) dialog.head.open = 0; // what is kept for comparison ends before the first secret
    while (at < end && <u32>side.mode < Mode.Tls) { // every turn consumes at least one octet
      switch (<u32>side.mode) {
        case Mode.Body: at = Lines.body(dialog, side, fromClient, at, end); break;
        case Mode.Skip: at = Lines.pass(side, at, end); break;
        default: at = Lines.framed(dialog, side, fromClient, at, end);
      }
      if (dialog.scrub && scrubAt == end) scrubAt = at;
    }
    if (<u32>side.mode == Mode.Tls) end = at; // records hold no clear text
    if (scrubAt < end) memory.fill(scrubAt, 0, end - scrubAt);
  }

  /** What the dialect's framing cuts out next; returns the address behind what was consumed. */
  @inline private static framed(dialog: Dialog, side: Side, fromClient: bool, at: usize, end: usize): usize {
    if (dialog.framing == <u8>Framing.Own) return Lines.own(dialog, side, fromClient, at, end);
    return fromClient ? ClientLines.take(dialog, side, at, end) : ServerLines.take(dialog, side, at, end);
  }

  /** The dialect cuts for itself. One that consumes nothing has lost its way. */
  private static own(dialog: Dialog, side: Side, fromClient: bool, at: usize, end: usize): usize {
    if (side.wait != Wait.None && Upgrade.begins(dialog, side, fromClient, at, end)) return end;
    const next = Speech.octets(dialog, fromClient, at, end);
    if (next > at && next <= end) return next;
    dialog.lose();
    return end;
  }

  /** A dot-terminated body; returns the address behind what was consumed. RFC 5321 §4.5.2, RFC 1939 §3. */
  private static body(dialog: Dialog, side: Side, fromClient: bool, at: usize, end: usize): usize {
    let dot = <u32>side.dot;
    side.untouched = 0;
    while (at < end) { // one octet or one line a turn
      if (dot == 0) {
        at = Scan.lineFeed(at, end);
        if (at == end) break;
        at++;
        dot = 1;
        continue;
      }
      const octet = <u32>load<u8>(at++);
      if (octet == LF) {
        if (dot != 1) { // a lone dot
          side.dot = 0;
          side.mode = Mode.Line;
          if (fromClient) Speech.bodyEnds(dialog);
          return at;
        }
      } else if (dot == 1 && octet == DOT) dot = 2;
      else if (dot == 2 && octet == CR) dot = 3;
      else dot = 0;
    }
    side.dot = <u8>dot;
    return at;
  }

  /** A counted number of octets. */
  private static pass(side: Side, at: usize, end: usize): usize {
    const size = min<u64>(side.skip, <u64>(end - at));
    side.untouched = 0;
    side.skip -= size;
    if (side.skip == 0) side.mode = Mode.Line;
    return at + <usize>size;
  }

  /** `missing` octets of a direction were never seen. */
  static gap(dialog: Dialog, fromClient: bool, missing: u32): void {
    const side = fromClient ? dialog.client : dialog.server;
    const seen = dialog.seen;
    if (<u32>side.mode >= Mode.Tls) return;
    Counters.add(Counter.StreamGaps, 1);
    if (<u32>side.mode == Mode.Skip && side.skip >= missing) {
      side.skip -= missing;
      if (side.skip == 0) side.mode = Mode.Line;
      return;
    }
    if (<u32>side.mode == Mode.Body) {
      side.gap = 1;
      side.dot = 0;
      return;
    }
    seen.mark(MailEvidence.ViewGap);
    dialog.doubtful = 1;
    if (!seen.listClosed) seen.gapEarly = 1;
    const pending = Pending.at(dialog.pending);
    const waiting = <u32>pending.count;
    pending.clear();
    side.skip = 0;
    side.mode = side.wait >= Wait.Go ? Mode.Lost : Mode.Line; // records have no line starts to wait for
    if (side.mode == Mode.Lost) seen.tlsUnclear = 1;
    side.clear();
    side.resync = 1;
    if (fromClient && dialog.framing != <u8>Framing.Own) return;
    Speech.missing(dialog, fromClient, waiting);
    if (fromClient) return;
    dialog.greeted = 1;
    dialog.head.open = 0;
    if (seen.listBegun && !seen.listClosed) seen.listBroken = 1;
  }
}
