// Puts our own rewriting proxy between the home and the server: the provider takes over the
// server's public address, the proxy listens there and dials the server's other address.
// Nothing is redirected, so no firewall is needed. Clients and server cannot tell the difference.

import type { ChildProcess } from "node:child_process";
import { ADDRESS, type Network } from "./namespace.ts";
import { lineFrom, stop } from "./process.ts";
import type { Dialect, Mode } from "./rewrite.ts";
import { startScript } from "./script.ts";

/** The mail ports a middlebox serves unless told otherwise. */
export const MAIL_PORTS: Record<number, Dialect> = {
  25: "smtp",
  587: "smtp",
  2525: "smtp",
  143: "imap",
  110: "pop3",
};

/** One middlebox in one mode. `start` resolves when it serves; `stop` clears the path again. */
export class Middlebox {
  readonly #network: Network;
  readonly #mode: Mode;
  readonly #ports: Record<number, Dialect>;
  readonly #others: readonly string[];
  #children: ChildProcess[] = [];

  /** `others` are further IPv4 addresses at which it stands in for the same server. */
  constructor(network: Network, mode: Mode, ports = MAIL_PORTS, others: readonly string[] = []) {
    this.#network = network;
    this.#mode = mode;
    this.#ports = ports;
    this.#others = others;
  }

  async start(): Promise<void> {
    const address4 = this.#others.length > 0 ? "0.0.0.0" : ADDRESS.server;
    const pairs = [
      [address4, ADDRESS.behind],
      [ADDRESS.server6, ADDRESS.behind6],
    ] as const;
    for (const address of this.#addresses()) this.#network.takeOver("provider", address);
    await Promise.all(
      pairs.map(async ([address, behind]) => {
        const child = startScript(this.#network, "provider", "proxy-process.ts", [
          this.#mode,
          address,
          behind,
          ...Object.entries(this.#ports).map(([port, dialect]) => `${port}:${dialect}`),
        ]);
        this.#children.push(child);
        await lineFrom(child, /^ready/);
      }),
    );
  }

  async stop(): Promise<void> {
    const children = this.#children;
    this.#children = [];
    await Promise.all(children.map((child) => stop(child)));
    for (const address of this.#addresses()) this.#network.giveBack("provider", address);
  }

  #addresses(): string[] {
    return [ADDRESS.server, ADDRESS.server6, ...this.#others];
  }
}
