// Turns the configuration and a state folder into what an alert book knows of the past: baselines read
// back, the owner's and the bundled knowledge. Without a folder nothing is read or kept.

import { Matrix } from "../alert/matrix.ts";
import { OpenAlerts } from "../alert/open-alert.ts";
import { Repeats } from "../alert/repeat.ts";
import { BaselineBook } from "../baseline/book.ts";
import { Knowledge } from "../baseline/knowledge.ts";
import { Sessions } from "../baseline/session.ts";
import { BaselineStore } from "../baseline/store.ts";
import type { Config } from "../config/schema.ts";
import type { KnownServer } from "../config/value.ts";
import { type Alert, VERDICT_RANK } from "../ground/alert.ts";

/** What an alert book is given, and what writes it down. */
export interface State {
  readonly sessions: Sessions;
  /** Who is affected. */
  readonly matrix: Matrix;
  /** What was raised and waits for the owner. */
  readonly open: OpenAlerts;
  /** What the network log was sent lately. */
  readonly repeats: Repeats;
  /** Null when nothing is kept. */
  readonly store: BaselineStore | null;
  /** Mail servers whose past is known. */
  readonly servers: number;
}

const line = ({ host, port, dialect }: KnownServer): string => `${host}|${port}|${dialect}`;

/** The state before anything was read back; `report` takes a sentence about a file set aside. */
export function makeState(
  config: Pick<Config, "knownHosts" | "knownPlain">,
  folder: string | null,
  report: (sentence: string) => void,
): State {
  const book = new BaselineBook();
  const repeats = new Repeats();
  const matrix = new Matrix();
  const open = new OpenAlerts();
  const knownHosts = config.knownHosts.map(line);
  const knowledge = new Knowledge({ knownHosts, knownPlain: config.knownPlain.map(line) });
  const kept = { baseline: book, repeats, alerts: open, sessions: matrix };
  const store = folder === null ? null : new BaselineStore(folder, kept, report);
  const sessions = new Sessions(book, knowledge);
  return {
    sessions,
    matrix,
    open,
    repeats,
    store,
    get servers() {
      return book.size;
    },
  };
}

/** Opens the state. Throws HostError 78 when the folder cannot be made or read. */
export function openState(...wanted: Parameters<typeof makeState>): State {
  const state = makeState(...wanted);
  state.store?.load();
  return state;
}

/**
 * True when what was learnt must be on disk soon (10 s after the last such write at most): tampering that
 * is at least likely. Mail read in clear is told at every poll of a mailbox, and flash wears out.
 */
export function isUrgent(alerts: readonly Alert[]): boolean {
  return alerts.some(
    ({ alert, verdict }) =>
      alert !== "cleartext-exposed" && VERDICT_RANK[verdict] >= VERDICT_RANK.likely,
  );
}
