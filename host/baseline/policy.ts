// Mail exchangers whose domains have published that mail to them must be encrypted, as learnt from
// findings: by name, with the source and the day. Bounded; forgotten when not heard of for a month.

import { keepNewest } from "../ground/newest.ts";
import { DAY_SECONDS } from "../ground/time.ts";
import type { PolicySource } from "./snapshot.ts";

const POLICIES_MAX = 1024;
/** A policy names days to weeks for which it holds; what is older may have been taken back. */
const AGE_SECONDS = 31 * DAY_SECONDS;
/** Hearing of a policy again is news for the state file once a day. */
const NEWS_SECONDS = DAY_SECONDS;

interface Policy {
  readonly source: PolicySource;
  /** Seconds since 1970 when it was last heard of. */
  readonly seconds: number;
}

export type KeptPolicy = readonly [name: string, source: PolicySource, seconds: number];

export class PolicyBook {
  private readonly policies = new Map<string, Policy>();

  /** Returns true when this is news: another exchanger, a better source, another day. */
  learn(exchanger: string, source: PolicySource, seconds: number): boolean {
    const name = exchanger.toLowerCase();
    const known = this.fresh(name, seconds);
    const better = known?.source === "fetched" ? "fetched" : source;
    const news =
      known === null || known.source !== better || seconds - known.seconds >= NEWS_SECONDS;
    if (news) keepNewest(this.policies, name, { source: better, seconds }, POLICIES_MAX);
    return news;
  }

  /** What is known of an exchanger at a time; null when nothing is. */
  of(exchanger: string | null, seconds: number): PolicySource | null {
    if (exchanger === null) return null;
    return this.fresh(exchanger.toLowerCase(), seconds)?.source ?? null;
  }

  snapshot(): KeptPolicy[] {
    return [...this.policies].map(([name, { source, seconds }]) => [name, source, seconds]);
  }

  restore(kept: readonly KeptPolicy[]): void {
    for (const [name, source, seconds] of kept.slice(-POLICIES_MAX)) {
      this.policies.set(name, { source, seconds });
    }
  }

  clear(): void {
    this.policies.clear();
  }

  private fresh(name: string, seconds: number): Policy | null {
    const policy = this.policies.get(name);
    return policy === undefined || seconds - policy.seconds > AGE_SECONDS ? null : policy;
  }
}
