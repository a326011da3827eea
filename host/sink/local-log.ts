// Turns lines into datagrams for the machine's own log daemon. Opened while privileged, never
// blocks; a line the daemon cannot take at once is counted, not kept. Read unix(7), syslog(3).

import { close, connectLocal, send } from "../tap/libc.ts";

export class LocalLog {
  readonly #path: string;
  #descriptor = -1;
  #dropped = 0;

  /** `path` is the daemon's socket: /dev/log. */
  constructor(path: string) {
    this.#path = path;
  }

  get dropped(): number {
    return this.#dropped;
  }

  /** Connects to the daemon; false where there is none. */
  start(): boolean {
    this.#descriptor = connectLocal(this.#path);
    return this.#descriptor >= 0;
  }

  /** Sends a line, connecting anew once when the daemon has been restarted meanwhile. */
  write(line: string): void {
    const octets = Buffer.from(line);
    if (this.#descriptor >= 0 && send(this.#descriptor, octets) >= 0) return;
    this.stop();
    if (!this.start() || send(this.#descriptor, octets) < 0) this.#dropped += 1;
  }

  /** Safe to call twice. */
  stop(): void {
    if (this.#descriptor >= 0) close(this.#descriptor);
    this.#descriptor = -1;
  }
}
