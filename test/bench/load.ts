// Instructions a frame → the share of a Cortex-A53 they take at 1 Gbit/s, from the best case to the
// worst. Pure arithmetic; nothing here was measured on such a processor.

/** Preamble, check sequence and gap. */
const OCTETS_BETWEEN_FRAMES = 24;
const LINK_OCTETS_PER_SECOND = 1e9 / 8;
/** Ethernet's smallest frame, without its check sequence. */
const SMALLEST_FRAME = 60;

/** A processor at its best or at its worst. */
export interface Pace {
  /** Cycles a second. */
  readonly clock: number;
  readonly instructionsPerCycle: number;
}

/**
 * It issues two instructions a cycle in order and waits for what a load brings; compiled code that
 * branches and loads as much as ours stays near one where the caches hold its tables, and falls to a
 * third or half of it where they do not. Clocks as home routers have them.
 */
export const BEST: Pace = { clock: 1.4e9, instructionsPerCycle: 1 };
export const WORST: Pace = { clock: 1.2e9, instructionsPerCycle: 0.4 };

/** Frames of that many octets that fit on the link in a second. */
export function lineRate(octets: number): number {
  return LINK_OCTETS_PER_SECOND / (Math.max(octets, SMALLEST_FRAME) + OCTETS_BETWEEN_FRAMES);
}

export const SMALLEST_RATE = lineRate(SMALLEST_FRAME);

/** Instructions a second. */
export function speed({ clock, instructionsPerCycle }: Pace): number {
  return clock * instructionsPerCycle;
}

/** Cores that this many instructions a frame keep busy; above 1, one core cannot do it. */
export function cores(instructions: number, framesPerSecond: number, pace: Pace): number {
  return (instructions * framesPerSecond) / speed(pace);
}
