// Everything a script needs to play a part: the capture it writes to, the chance it draws from, the
// ciphertext it cuts its payload from, and the truth it owns up to.

import type { CaptureFile } from "./capture-file.ts";
import type { Ciphertext } from "./ciphertext.ts";
import { Connection, farHost, homeHost, type Stack } from "./connection.ts";
import type { Random } from "./random.ts";
import type { Timeline } from "./timeline.ts";
import type { Truth } from "./truth.ts";

export interface Scene {
  readonly capture: CaptureFile;
  readonly timeline: Timeline;
  readonly random: Random;
  readonly cipher: Ciphertext;
  readonly truth: Truth;
  /** How many servers have been attacked so far. */
  attacked: number;
}

/** Server numbers, one block per part, so that no honest server is also an attacked one. */
export const BULK_SERVERS = 0;
export const MAIL_SERVERS = 20_000;
export const RESET_SERVERS = 40_000;
export const TAMPERED_SERVERS = 60_000;

/** A connection from some host at home to one server. */
export function connect(
  scene: Scene,
  server: number,
  port: number,
  version: 4 | 6 = 4,
  stack: Stack = "linux",
): Connection {
  const { capture, random } = scene;
  return new Connection(
    capture,
    random,
    homeHost(random, version),
    farHost(server, version, stack),
    port,
  );
}

/** Every server has an operator of its own, so that no history of another one speaks for it. */
export function serverName(server: number): string {
  return `mx.site${server}.example`;
}

/** A server that has not been attacked before. */
export function attackedServer(scene: Scene): number {
  return TAMPERED_SERVERS + scene.attacked++;
}
