// Servers at which something failed without an explanation. Connections that work there are told as well,
// so that the host can see whether failures go by name; everywhere else they cost nothing.
// One bit for each hash of address and port: two addresses may share a bit, and then one connection
// too many is told; none is left out.

import { Flow } from "./flow";

/** 8,192 places: a house talks to a few hundred servers a day. */
const PLACES: u32 = 8192;
const BITS: usize = memory.data(8192 / 8, 8);

/** A random odd constant (2^64 divided by the golden ratio) spreads addresses over the bits. */
const SPREAD: u64 = 0x9e3779b97f4a7c15;

export class Doubt {
  @inline private static place(flow: Flow): u32 {
    const mixed = (flow.serverHigh ^ flow.serverLow ^ <u64>flow.serverPort) * SPREAD;
    return <u32>(mixed >> 40) & (PLACES - 1);
  }

  /** Something failed at the server of this connection. */
  static mark(flow: Flow): void {
    const place = Doubt.place(flow);
    const at = BITS + (place >> 3);
    store<u8>(at, <u8>(<u32>load<u8>(at) | (<u32>1 << (place & 7))));
  }

  /** Did something fail at the server of this connection? */
  static has(flow: Flow): bool {
    const place = Doubt.place(flow);
    return (<u32>load<u8>(BITS + (place >> 3)) & (<u32>1 << (place & 7))) != 0;
  }

  /** A new input: nothing has failed yet. */
  static clear(): void {
    memory.fill(BITS, 0, PLACES / 8);
  }
}
