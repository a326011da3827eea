// Turns what an owner types behind `ack` into acknowledged alerts, or into why that is not clear.

import type { AlertBook } from "../alert/book.ts";
import { EXIT, HostError } from "../ground/errors.ts";

/**
 * Acknowledges one alert by its id or short id, or all with null; how many were open. Throws HostError 64
 * for an id that means no alert, or more than one.
 */
export function acknowledge(book: AlertBook, id: string | null): number {
  const named = id === null ? [] : book.open.named(id);
  if (id === null || named.length === 1) return book.acknowledge(id);
  const what = named.length === 0 ? "there is no alert" : "several alerts begin with";
  throw new HostError(EXIT.usage, `${what} "${id}"; "striplight status" lists them.`);
}
