// What the owner knows and does not want to hear again: his own firewall that masks, say. One finding at one
// server is silenced and no other: an alert is silent only when every name in it that accuses is one of these.
// Counts what it keeps silent.

import type { Alert } from "../ground/alert.ts";

/** One line of `list ignore`. `host` is a name, `*.suffix` or an address; null stands for any. */
export interface IgnoreRule {
  readonly host: string;
  readonly port: number | null;
  readonly evidence: string | null;
}

/** What a status shows of a rule. */
export interface IgnoredStatus {
  readonly rule: string;
  /** Alerts and revisions that it kept silent since the start. */
  readonly alerts: number;
}

/** The rule as it is written in the configuration. */
function ruleText({ host, port, evidence }: IgnoreRule): string {
  return `${host}|${port ?? "*"}|${evidence ?? "*"}`;
}

function isAt({ host, port }: IgnoreRule, { flow, serverName }: Alert): boolean {
  const names = [flow.server, serverName?.toLowerCase() ?? ""];
  const matches = (name: string): boolean =>
    host.startsWith("*.") ? name.endsWith(host.slice(1)) : name === host;
  return names.some(matches) && (port === null || port === flow.serverPort);
}

export class Ignored {
  /** The rules in force. */
  rules: readonly IgnoreRule[] = [];
  /** Whether an evidence name accuses; the others say what left in clear because of it. */
  readonly #accuses: (name: string) => boolean;
  readonly #counts = new Map<string, number>();

  constructor(accuses: (name: string) => boolean) {
    this.#accuses = accuses;
  }

  /** Whether this alert is to be kept silent; asked once for each. */
  silences(alert: Alert): boolean {
    const here = this.rules.filter((rule) => isAt(rule, alert));
    if (here.length === 0) return false;
    const accusing = alert.evidence.filter(this.#accuses);
    // Where nothing accuses, what left in clear is the finding.
    const names = accusing.length > 0 ? accusing : alert.evidence;
    const used = names.map((name) =>
      here.find(({ evidence }) => evidence === null || evidence === name),
    );
    if (used.length === 0 || used.includes(undefined)) return false;
    for (const rule of new Set(used)) {
      if (rule === undefined) continue;
      this.#counts.set(ruleText(rule), (this.#counts.get(ruleText(rule)) ?? 0) + 1);
    }
    return true;
  }

  /** Every rule in force, with what it kept silent. */
  status(): IgnoredStatus[] {
    return this.rules.map((rule) => {
      const text = ruleText(rule);
      return { rule: text, alerts: this.#counts.get(text) ?? 0 };
    });
  }
}
