// Alert lines and a truth file → how much of what was planted was found, and what was accused that
// is honest. An alert counts by its highest revision; a withdrawn one does not count. A flow is
// known by its four numbers, in the client's view.

import { readFileSync } from "node:fs";
import type { FlowName } from "./traffic/connection.ts";
import type { Planted } from "./traffic/truth.ts";

export interface Alert {
  readonly id: string;
  readonly revision: number;
  readonly alert: string;
  readonly verdict: string;
  readonly flow: FlowName;
}

export interface Score {
  /** Per kind of planted event: how many, how many of them found, and with which verdicts. */
  readonly kinds: ReadonlyMap<string, { planted: number; found: number; verdicts: string[] }>;
  /** Accusations against honest flows. */
  readonly falseAlarms: readonly Alert[];
  /** Planted events that had to be found and were not. */
  readonly missed: readonly Planted[];
}

/** Clear-text credentials are a notice about the flow itself, not an accusation. */
const NOTICE = "cleartext-exposed";
const HONEST = /^honest/;

export function readTruth(path: string): Planted[] {
  const [, ...lines] = readFileSync(path, "utf8").trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line));
}

/** Alerts from JSON lines, only the last revision of each. */
export function readAlerts(path: string): Alert[] {
  const last = new Map<string, Alert>();
  for (const line of readFileSync(path, "utf8").split("\n")) {
    if (!line.startsWith("{")) continue;
    const alert: Alert = JSON.parse(line);
    const before = last.get(alert.id);
    if (!before || before.revision <= alert.revision) last.set(alert.id, alert);
  }
  return [...last.values()].filter((alert) => alert.verdict !== "withdrawn");
}

export function score(truth: readonly Planted[], alerts: readonly Alert[]): Score {
  const byFlow = new Map<string, Alert[]>();
  for (const alert of alerts) {
    const key = keyOf(alert.flow);
    byFlow.set(key, [...(byFlow.get(key) ?? []), alert]);
  }
  const kinds = new Map<string, { planted: number; found: number; verdicts: string[] }>();
  const missed: Planted[] = [];
  const tampered = new Set<string>();
  for (const line of truth) {
    const key = keyOf(line.flow);
    if (!HONEST.test(line.kind)) tampered.add(key);
    const tally = kinds.get(line.kind) ?? { planted: 0, found: 0, verdicts: [] };
    kinds.set(line.kind, tally);
    tally.planted++;
    const raised = (byFlow.get(key) ?? []).filter((alert) => matches(line, alert));
    if (raised.length > 0) tally.found++;
    tally.verdicts = [...new Set([...tally.verdicts, ...raised.map(({ verdict }) => verdict)])];
    if (line.alert !== null && raised.length === 0) missed.push(line);
  }
  const falseAlarms = alerts.filter(
    (alert) => alert.alert !== NOTICE && !tampered.has(keyOf(alert.flow)),
  );
  return { kinds, falseAlarms, missed };
}

/** Without a required alert, any accusation counts as a find (a removed line, say). */
function matches(line: Planted, alert: Alert): boolean {
  return line.alert === null ? alert.alert !== NOTICE : alert.alert === line.alert;
}

/** One line for people: found of planted per kind, then false alarms. */
export function describe(result: Score): string {
  const kinds = [...result.kinds]
    .filter(([kind]) => !HONEST.test(kind))
    .map(([kind, { planted, found, verdicts }]) =>
      [`${kind} ${found}/${planted}`, ...verdicts.sort()].join(" "),
    );
  return [...kinds, `false ${result.falseAlarms.length}`].join(", ");
}

/**
 * Connections that another system's lines name as "address:port -> address:port", of the lines that
 * match; both ways round, for it may count from either end.
 */
export function readNamed(path: string, line: RegExp): ReadonlySet<string> {
  const named = new Set<string>();
  for (const text of readFileSync(path, "utf8").split("\n")) {
    const ends = line.test(text) ? /(\S+):(\d+) <?-> (\S+):(\d+)/.exec(text) : null;
    if (ends === null) continue;
    const [near, far] = [ends.slice(1, 3), ends.slice(3, 5)].map(([address = "", port = ""]) => {
      return `${plain(address)} ${Number(port)}`;
    });
    named.add(`${near} ${far}`).add(`${far} ${near}`);
  }
  return named;
}

/** The shortest writing of an address, without brackets. RFC 5952. */
function plain(address: string): string {
  const bare = address.replace(/[[\]]/g, "");
  return bare.includes(":") ? new URL(`http://[${bare}]/`).hostname.slice(1, -1) : bare;
}

/** One line for people: named of planted per kind, the honest ones too. */
export function describeNamed(truth: readonly Planted[], named: ReadonlySet<string>): string {
  const kinds = new Map<string, { planted: number; named: number }>();
  for (const { kind, flow } of truth) {
    const tally = kinds.get(kind) ?? { planted: 0, named: 0 };
    kinds.set(kind, tally);
    tally.planted++;
    if (named.has(keyOf(flow))) tally.named++;
  }
  return [...kinds].map(([kind, tally]) => `${kind} ${tally.named}/${tally.planted}`).join(", ");
}

function keyOf(flow: FlowName): string {
  return [flow.client, flow.clientPort, flow.server, flow.serverPort].join(" ");
}
