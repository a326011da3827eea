// Turns the configuration and a state folder into what an alert book knows of the past: baselines read
// back, the owner's and the bundled knowledge. Without a folder nothing is read or kept.

import { BaselineBook } from "../baseline/book.ts";
import { Knowledge } from "../baseline/knowledge.ts";
import { Sessions } from "../baseline/session.ts";
import { BaselineStore } from "../baseline/store.ts";
import type { Config } from "../config/schema.ts";
import type { KnownServer } from "../config/value.ts";

/** What an alert book is given, and what writes it down. */
export interface State {
  readonly sessions: Sessions;
  /** Null when nothing is kept. */
  readonly store: BaselineStore | null;
}

const line = ({ host, port, dialect }: KnownServer): string => `${host}|${port}|${dialect}`;

/**
 * Opens the state. `report` takes a sentence about a file that had to be set aside.
 * Throws HostError 78 when the folder cannot be made or read.
 */
export function openState(
  config: Pick<Config, "knownHosts" | "knownPlain">,
  folder: string | null,
  report: (sentence: string) => void,
): State {
  const book = new BaselineBook();
  const knownHosts = config.knownHosts.map(line);
  const knowledge = new Knowledge({ knownHosts, knownPlain: config.knownPlain.map(line) });
  const store = folder === null ? null : new BaselineStore(folder, { baseline: book }, report);
  store?.load();
  return { sessions: new Sessions(book, knowledge), store };
}
