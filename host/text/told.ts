// Remembers what a person was told: a revision is told again when it says something new and names what it
// revises, and what repeats is folded: after the third alert alike only a count. Bounded; does not write.

import { type Alert, shortId } from "../ground/alert.ts";
import { keepNewest } from "../ground/newest.ts";
import { describeAlert, instant } from "./terminal.ts";

/** Alerts whose last telling is remembered. */
const TOLD_MAX = 4_096;
/** Kinds of alerts alike that are folded; an alert of one kind more is told in full. */
const KINDS_MAX = 256;
/** Alerts alike that are told in full; the others are counted. */
const IN_FULL = 3;

/** Alerts whose sentences differ in names and numbers only. */
interface Alike {
  /** Told in full. */
  told: number;
  /** Only counted, since the last count was said. */
  counted: number;
  /** The last one told in full, which the others are like, and the last one of all. */
  like: Alert;
  last: Alert;
}

interface Telling {
  readonly alert: Alert;
  readonly alike: Alike;
  readonly inFull: boolean;
}

/** Verdict, severity and what happened (a password, a message went out): news when one of them changes. */
function news({ verdict, severity, happened }: Alert): string {
  return [verdict, severity, happened].join(" ");
}

/** The same for alerts whose sentences differ in names and numbers only. */
function pattern(alert: Alert): string {
  const { text, flow, serverName } = alert;
  const nameless = text.replaceAll(serverName ?? flow.server, "").replaceAll(flow.server, "");
  return `${alert.alert} ${news(alert)} ${nameless.replace(/\d+/g, "")}`;
}

export class Told {
  readonly #tellings = new Map<string, Telling>();
  readonly #kinds = new Map<string, Alike>();

  /** The paragraph that tells an alert; none when it says nothing new, or what three others said. */
  tell(alert: Alert): string[] {
    const before = this.#tellings.get(alert.id);
    if (before !== undefined && news(before.alert) === news(alert)) return [];
    const alike = this.#alike(alert);
    // What a person has read is taken back in full, however often that happens.
    const takesBack = alert.verdict === "withdrawn" && before?.inFull === true;
    const inFull = takesBack || alike.told < IN_FULL;
    keepNewest(this.#tellings, alert.id, { alert, alike, inFull }, TOLD_MAX);
    // An alert is counted once, as what it is by now.
    if (before?.inFull === false && before.alike.counted > 0) before.alike.counted--;
    alike.last = alert;
    if (!inFull) {
      alike.counted++;
      return [];
    }
    alike.told++;
    alike.like = alert;
    return [describeAlert(alert, before?.inFull ? before.alert : null)];
  }

  /** One line for each kind of alerts that were only counted; the next ones are told in full again. */
  rest(): string[] {
    const counted = [...this.#kinds.values()].filter((alike) => alike.counted > 0);
    const lines = counted.map(({ counted, like, last }) => {
      const what = `${last.severity.toUpperCase()}: ${last.alert} (${last.verdict})`;
      return `... and ${counted} more like alert ${shortId(like)}, the last at ${instant(last)}  ${what}.`;
    });
    this.#kinds.clear();
    return lines;
  }

  #alike(alert: Alert): Alike {
    const key = pattern(alert);
    let alike = this.#kinds.get(key);
    if (alike === undefined) {
      alike = { told: 0, counted: 0, like: alert, last: alert };
      if (this.#kinds.size < KINDS_MAX) this.#kinds.set(key, alike);
    }
    return alike;
  }
}
