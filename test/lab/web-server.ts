// A server that is in the middle of sending when something happens to it: web-process.ts running
// in the server's namespace, with a certificate of its own.

import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Network } from "./namespace.ts";
import { lineFrom, stop } from "./process.ts";
import { startScript } from "./script.ts";
import { makeCertificate } from "./server.ts";

/** How the server talks: pieces of 1,000 octets at a fixed interval. */
export interface WebServerOptions {
  port?: number;
  tls?: boolean;
  pieces?: number;
  intervalMs?: number;
}

/** One running web server. */
export class WebServer {
  readonly #network: Network;
  readonly #options: WebServerOptions;
  #folder = "";
  #child: ChildProcess | null = null;

  constructor(network: Network, options: WebServerOptions = {}) {
    this.#network = network;
    this.#options = options;
  }

  /** Process id of the running server, for a test that kills it; null when it does not run. */
  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  async start(): Promise<void> {
    const { port = 443, tls = true, pieces = 40, intervalMs = 10 } = this.#options;
    this.#folder = mkdtempSync(join(tmpdir(), "striplight-web-"));
    makeCertificate(this.#folder);
    const words = [tls ? "tls" : "clear", port, pieces, intervalMs, this.#folder].map(String);
    this.#child = startScript(this.#network, "server", "web-process.ts", words);
    await lineFrom(this.#child, /^ready/);
  }

  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child !== null) await stop(child);
    if (this.#folder !== "") rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = "";
  }
}
