// Turns a tap's figures about one interface into what a status shows of it. Counts nothing itself.

import type { TapFigures } from "../tap/tap.ts";

const RING_PLACES = {
  mapped: "in the inspector's memory",
  copied: "elsewhere, copied block by block",
} as const;

/** One entry of the status's `interfaces`. */
export function interfaceStatus(figures: TapFigures) {
  const { interface: name, mode, state, counters } = figures;
  return { interface: name, ring: RING_PLACES[mode], state, ...counters };
}
