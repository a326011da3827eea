// Turns a value read from a state file back into an alert that was open: a state file is input like any
// other. Keys that this version does not know are kept.

import { ALERT_KINDS, type Alert, SEVERITY_RANK, VERDICT_RANK } from "../ground/alert.ts";

/** One alert and what became of it. */
export interface OpenAlert {
  readonly alert: Alert;
  readonly acknowledged: boolean;
  /** Milliseconds of watching since its last revision. */
  readonly age: number;
}

type Test = (value: unknown) => boolean;

/** No text of an alert is longer. */
const TEXT_MAX = 4_096;
const LIST_MAX = 1_024;

const isText: Test = (value) => typeof value === "string" && value.length <= TEXT_MAX;
const isNumber: Test = (value) => typeof value === "number" && value >= 0;
const isTextOrNull: Test = (value) => value === null || isText(value);
const listOf =
  (test: Test): Test =>
  (value) =>
    Array.isArray(value) && value.length <= LIST_MAX && value.every(test);
const oneOf =
  (accepted: readonly string[]): Test =>
  (value) =>
    typeof value === "string" && accepted.includes(value);
const listOrNull: Test = (value) => value === null || listOf(isText)(value);
const isFlow: Test = (value) =>
  fits(value, {
    client: isText,
    clientPort: isNumber,
    server: isText,
    serverPort: isNumber,
    application: isText,
  });

/** What the rest of the program asks of an alert. */
const ALERT: Readonly<Record<string, Test>> = {
  id: (value) => typeof value === "string" && /^[0-9a-f]{1,64}$/.test(value),
  revision: isNumber,
  time: (value) => typeof value === "string" && /^\d{4}-\d\d-\d\dT[\d:.]{8,18}Z$/.test(value),
  alert: oneOf(ALERT_KINDS),
  verdict: oneOf(Object.keys(VERDICT_RANK).filter((verdict) => verdict !== "none")),
  severity: oneOf(Object.keys(SEVERITY_RANK)),
  evidence: listOf(isText),
  flow: isFlow,
  interface: isTextOrNull,
  file: isTextOrNull,
  lanClient: isTextOrNull,
  happened: isText,
  homeEnd: oneOf(["client", "server"]),
  serverName: isTextOrNull,
  side: isText,
  scope: isText,
  fingerprint: isTextOrNull,
  offered: listOrNull,
  expected: listOrNull,
  frames: listOf(isNumber),
  evidenceFile: isTextOrNull,
  text: isText,
  communityId: isText,
  sensor: isText,
  uplink: isTextOrNull,
};

function fits(value: unknown, shape: Readonly<Record<string, Test>>): value is object {
  if (typeof value !== "object" || value === null) return false;
  const fields = new Map(Object.entries(value));
  return Object.entries(shape).every(([name, test]) => test(fields.get(name)));
}

/** The alert in a value read from a file. @throws Error when it is none. */
export function readOpenAlert(value: unknown): OpenAlert {
  const row = {
    alert: (alert: unknown) => fits(alert, ALERT),
    acknowledged: (flag: unknown) => typeof flag === "boolean",
    age: isNumber,
  };
  if (!fits(value, row)) throw new Error("its alerts do not have the expected shape");
  const { alert, acknowledged, age } = value as OpenAlert; // each of them was looked at above
  return { alert: alert as Alert, acknowledged, age };
}
