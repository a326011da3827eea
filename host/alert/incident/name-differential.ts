// G2, G7: what fails by name. At one address and port, connections for one name fail again and again while
// others work: something on the way chooses by name. The only rule that can see rewriting in the path.
// When another machine of the house reaches the same name meanwhile, the first machine is the cause.

import { VERDICT_RANK } from "../../ground/alert.ts";
import type { Finding } from "../../ground/finding.ts";
import { keepNewest } from "../../ground/newest.ts";
import type { FlowRecord } from "../record.ts";
import { type Adjustment, apart, type Sample } from "./sample.ts";

const WINDOW_NANOSECONDS = 600n * 1_000_000_000n;
const FAILURES_MIN = 3;
const SUCCESSES_MIN = 3;
const PLACES_MAX = 512;
const SUCCESSES_MAX = 32;
const SILENCE = ["ch-silent", "flow-freeze"];
/** Ends that say nothing against a connection. */
const ORDINARY_ENDS = ["none", "after-local-close", "after-remote-fin", "idle", "conforming"];

interface Success {
  readonly record: FlowRecord;
  readonly name: string;
  readonly client: string;
  readonly time: bigint;
}

function names(finding: Finding): string[] {
  const { weak, strong, conclusive } = finding.segments;
  return [...weak, ...strong, ...conclusive];
}

/** True for a connection with a name that was reset after its first request, fell silent or froze. */
function hasFailed(sample: Sample): boolean {
  const { stage, benign, resetsToClient, resetsToServer } = sample.finding.segments;
  if (sample.name === null) return false;
  if (names(sample.finding).some((name) => SILENCE.includes(name))) return true;
  const reset = resetsToClient + resetsToServer > 0 && stage === "psh";
  return reset && (benign === "none" || benign === "unexplained");
}

/** True for a named connection with nothing to say against it: told because it works where others failed. */
export function hasSucceeded(finding: Finding): boolean {
  const { segments, serverName, cause, mail } = finding;
  const { benign, resetsToClient, resetsToServer } = segments;
  if (mail !== null || serverName === null || names(finding).length > 0) return false;
  // Before its end only silence about it counts; a reset on the way may still turn out to be forged.
  if (cause === "changed") return benign === "none" && resetsToClient + resetsToServer === 0;
  return ORDINARY_ENDS.includes(benign);
}

/** Successes by address and port, bounded. */
export class NameDifferential {
  private readonly successes = new Map<string, Success[]>();

  /** Notes a success; returns what it lifts. */
  succeed(samples: readonly Sample[], success: Sample): Adjustment[] {
    if (success.name === null) return [];
    const key = `${success.remote} ${success.port}`;
    const { record, name, client } = success;
    const time = success.finding.openTime;
    const others = (this.successes.get(key) ?? []).filter((other) => other.record !== record);
    const list = [...others, { record, name, client, time }].slice(-SUCCESSES_MAX);
    keepNewest(this.successes, key, list, PLACES_MAX);
    const here = samples.filter(
      (sample) => sample.remote === success.remote && sample.port === success.port,
    );
    // It may complete what failed last at this address, and it may explain what failed by its own name.
    const namesakes = here.filter((sample) => sample.name === name);
    return [...new Set([...here.slice(-1), ...namesakes.slice(-1)])].flatMap((sample) =>
      this.observe(samples, sample),
    );
  }

  /** Connections that fail by name, once they and the successes beside them are enough. */
  observe(samples: readonly Sample[], sample: Sample): Adjustment[] {
    if (!hasFailed(sample)) return [];
    const at = sample.finding.openTime;
    const near = (time: bigint): boolean => apart(time, at) <= WINDOW_NANOSECONDS;
    const failed = samples.filter(
      (other) =>
        other.remote === sample.remote &&
        other.port === sample.port &&
        other.name === sample.name &&
        hasFailed(other) &&
        near(other.finding.openTime),
    );
    if (failed.length < FAILURES_MIN) return [];
    const key = `${sample.remote} ${sample.port}`;
    const worked = (this.successes.get(key) ?? []).filter((success) => near(success.time));
    if (this.isOneMachine(failed, worked)) {
      return failed.map((other) => ({ sample: other, blocked: null, reason: "one-machine" }));
    }
    const others = worked.filter((success) => success.name !== sample.name);
    const earlier = worked.filter(
      ({ name, time }) =>
        name === sample.name && failed.every((other) => time < other.finding.openTime),
    );
    if (others.length < SUCCESSES_MIN && earlier.length < SUCCESSES_MIN) return [];
    return failed.map((other) => ({
      sample: other,
      blocked: VERDICT_RANK[other.alone] >= VERDICT_RANK.suspect ? "likely" : "suspect",
    }));
  }

  /** One machine fails where another of the house reaches the same name during the same minutes. */
  private isOneMachine(failed: readonly Sample[], worked: readonly Success[]): boolean {
    const clients = new Set(failed.map((sample) => sample.client));
    const [name] = failed.map((sample) => sample.name);
    if (clients.size !== 1) return false;
    return worked.some((success) => success.name === name && !clients.has(success.client));
  }
}
