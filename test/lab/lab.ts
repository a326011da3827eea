// The lab as a whole: network, mail server, and what lies between, started and stopped together.
// Takes a choice of parts, gives a running lab. Adds nothing to the parts themselves.

import { Forwarder } from "./forwarder.ts";
import { MAIL_PORTS, Middlebox } from "./middlebox.ts";
import { Network, type NetworkOptions } from "./namespace.ts";
import type { Mode } from "./rewrite.ts";
import { MailServer, type MailServerOptions } from "./server.ts";

/** Which parts a lab has. A forwarder is there when the network has a wire. */
export interface LabOptions extends NetworkOptions {
  mail?: MailServerOptions | false;
}

/** One running lab. `stop` may be called twice, and after a `start` that failed half-way. */
export class Lab {
  readonly network: Network;
  readonly mail: MailServer;
  readonly forwarder: Forwarder;
  readonly #options: LabOptions;
  #middlebox: Middlebox | null = null;

  constructor(options: LabOptions = {}) {
    this.#options = options;
    this.network = new Network(options);
    this.mail = new MailServer(this.network, options.mail || {});
    this.forwarder = new Forwarder(this.network);
  }

  async start(): Promise<void> {
    this.network.start();
    if (this.#options.wire) await this.forwarder.start();
    if (this.#options.mail !== false) await this.mail.start();
  }

  /**
   * Runs `work` with a middlebox of `mode` on the path, and clears the path afterwards. The server is
   * found at the addresses in `others`, too.
   */
  async through<T>(mode: Mode, work: () => Promise<T>, others: readonly string[] = []): Promise<T> {
    const middlebox = new Middlebox(this.network, mode, MAIL_PORTS, others);
    this.#middlebox = middlebox;
    try {
      await middlebox.start();
      return await work();
    } finally {
      await middlebox.stop();
      this.#middlebox = null;
    }
  }

  async stop(): Promise<void> {
    await this.#middlebox?.stop();
    await this.mail.stop();
    await this.forwarder.stop();
    this.network.stop();
  }
}
