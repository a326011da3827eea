// Turns what the watch knows of itself into what its lamp shows: an alert outshines whatever limits the
// view, and that outshines peace. Says in words what limits it, so that a slow lamp can be explained.

import type { Severity } from "../ground/alert.ts";
import type { AlertFileStatus } from "../sink/alert-file.ts";
import { type DeliveryStatus, UNANSWERED } from "../sink/delivery.ts";
import type { LampState, Led } from "../sink/led.ts";
import type { TapFigures } from "../tap/tap.ts";

/** How long the lamp stays at "degraded" after something passed unseen. */
const DEGRADED_MS = 60_000;
/** A test of the alarm shows on the lamp long enough to walk to it. */
const TEST_MS = 15_000;

/** What the lamp looks at, each asked anew. */
export interface LampView {
  readonly led: Led | null;
  /** The worst severity that waits for the owner. */
  worst(): Severity | null;
  collectors(): readonly DeliveryStatus[];
  interfaces(): readonly TapFigures[];
  alertFile(): AlertFileStatus | null;
  /** Whether the last attempt to write the state folder failed. */
  stateFails(): boolean;
}

export class Lamp {
  readonly #view: LampView;
  /** What passed unseen lately, by its words, and until when that counts (ms). */
  readonly #degraded = new Map<string, number>();
  #testUntil = 0;

  constructor(view: LampView) {
    this.#view = view;
  }

  /** What the LED shows; null without one. */
  get state(): LampState | null {
    return this.#view.led?.state ?? null;
  }

  /** Why there is none, in words. */
  get problem(): string | null {
    const { led } = this.#view;
    return led === null ? "option led names none" : led.problem;
  }

  /** Whether this is already being shown. */
  isDegradedBy(what: string): boolean {
    return (this.#degraded.get(what) ?? 0) > performance.now();
  }

  /** Something passed unseen: shown for a minute. */
  degrade(what: string): void {
    this.#degraded.set(what, performance.now() + DEGRADED_MS);
    this.light();
  }

  /** Blinks for a while as an alert does, or stops that. */
  test(on: boolean): void {
    this.#testUntil = on ? performance.now() + TEST_MS : 0;
    this.light();
  }

  /** What keeps the watch from seeing, keeping or telling everything; empty while nothing does. */
  limits(): string[] {
    const { failing = null, path = "" } = this.#view.alertFile() ?? {};
    return [
      ...[...this.#degraded.keys()].filter((what) => this.isDegradedBy(what)),
      ...this.#view
        .interfaces()
        .filter(({ state }) => state !== "up")
        .map(({ interface: name, state }) => `interface ${name} is ${state}`),
      ...this.#view
        .collectors()
        .filter(({ connected, why }) => !connected && why !== UNANSWERED)
        .map(({ collector, why }) => `collector ${collector} is away: ${why}`),
      ...(failing === null ? [] : [`alerts cannot be written to ${path} (${failing})`]),
      ...(this.#view.stateFails() ? ["the state folder cannot be written"] : []),
    ];
  }

  /** Shows what is true now. */
  light(): void {
    const worst = this.#view.worst();
    const alarm = worst === "warning" || worst === "critical";
    const calm: LampState = this.limits().length > 0 ? "slow" : "steady";
    this.#view.led?.set(alarm || performance.now() < this.#testUntil ? "fast" : calm);
  }
}
