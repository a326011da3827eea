// What the number of a server's port suggests. A hint only: the first octets of the server decide.

import { CLEAR_PORTS, TLS_PORTS, Traits } from "./traits";

/** Ports of other protocols, whose greetings could be mistaken; a dialect's own port is none of them. */
const FOREIGN: usize = memory.data<u16>([21, 22, 80, 119, 389, 433, 443, 4190, 5222, 5269, 6379, 0]);

/** A hint: the dialect's number, and whether TLS comes first or the port is foreign. */
const DIALECT: u32 = 0xff;
const TLS_FIRST: u32 = 0x100;
const ELSEWHERE: u32 = 0x200;

/** Ports by their low octet, the next free slot where two share it: port, then the hint shifted by 16. */
const SLOTS: usize = memory.data(256 * 4, 4);
const SLOT_COUNT: u32 = 256;

export class Port {
  /** The hint for a server's port, 0 = none. */
  static hint(port: u32): u32 {
    for (let step: u32 = 0; step < SLOT_COUNT; step++) { // few slots are taken: a step or two
      const slot = load<u32>(Port.slot(port + step));
      if (!slot) return 0;
      if ((slot & 0xffff) == port) return slot >> 16;
    }
    return 0;
  }
  @inline static isMail(hint: u32): bool { return (hint & DIALECT) != 0; }
  @inline static isTls(hint: u32): bool { return (hint & TLS_FIRST) != 0; }
  @inline static isForeign(hint: u32): bool { return (hint & ELSEWHERE) != 0; }
  /** The dialect of the port, Dialect.Undecided without one. */
  @inline static dialect(hint: u32): u32 { return hint & DIALECT; }

  @inline private static slot(port: u32): usize { return SLOTS + (<usize>(port % SLOT_COUNT) << 2); }

  /** Writes a hint down; the first one of a port stands. */
  static enter(port: u32, hint: u32): void {
    if (!port || Port.hint(port)) return;
    let step: u32 = 0;
    while (step < SLOT_COUNT && load<u32>(Port.slot(port + step))) step++;
    store<u32>(Port.slot(port + step), port | hint << 16);
  }
}

// Once, when the module starts: there are fewer ports than slots.
for (let dialect: u32 = 1; Traits.of(dialect).dialect; dialect++) {
  const traits = Traits.of(dialect);
  for (let index: u32 = 0; index < CLEAR_PORTS; index++) Port.enter(traits.clearPort(index), dialect);
  for (let index: u32 = 0; index < TLS_PORTS; index++) Port.enter(traits.tlsPort(index), dialect | TLS_FIRST);
}
for (let at = FOREIGN; load<u16>(at); at += 2) Port.enter(load<u16>(at), ELSEWHERE);
