// What tests of the way to collectors share: an address, a port, records, and a wait.

import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import type { Collector } from "../../host/config/schema.ts";

/** A collector on loopback as the configuration would name it. */
export function collectorAt(port: number, wishes: Partial<Collector> = {}): Collector {
  const files = { ca: null, cert: null, key: null };
  return { host: "127.0.0.1", port, proto: "tcp", queue: 1_024, ...files, ...wishes };
}

/** A port on which nobody listens. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Waits for a condition; fails naming `what` when it takes too long. */
export async function until(true_: () => boolean, what: string, ms = 40_000): Promise<void> {
  const deadline = performance.now() + ms;
  while (!true_()) {
    assert.ok(performance.now() < deadline, `still waiting for ${what}`);
    await pause(20);
  }
}

/** So many records. */
export const numbers = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `record ${i}`);
