// Records what crosses the router's uplink: tcpdump in a namespace, a pcap file out.
// Does not interpret the file.
// Read: tcpdump(8).

import type { ChildProcess } from "node:child_process";
import { type Network, type Place, UPLINK } from "./namespace.ts";
import { lineFrom, start, stop } from "./process.ts";

/** The kernel hands captured frames over in blocks; this long after the last one all are there. */
const SETTLE_MS = 400;

/** One running recording. `start` resolves when tcpdump listens, `stop` when the file is complete. */
export class Recording {
  readonly #network: Network;
  readonly #file: string;
  readonly #place: Place;
  readonly #link: string;
  readonly #filter: string;
  #child: ChildProcess | null = null;

  /** Records TCP and ICMP by default: address resolution and router chatter carry no evidence. */
  constructor(network: Network, file: string, place: Place = "router", link = UPLINK, filter = "tcp or icmp or icmp6") {
    this.#network = network;
    this.#file = file;
    this.#place = place;
    this.#link = link;
    this.#filter = filter;
  }

  async start(): Promise<void> {
    const options = ["-i", this.#link, "-w", this.#file, "-U", "-Z", "root", "-s", "0", "-B", "8192"];
    const child = start(this.#network.netns(this.#place), ["tcpdump", ...options, this.#filter]);
    this.#child = child;
    await lineFrom(child, /listening on/);
    child.stderr?.resume();
  }

  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null) return;
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    await stop(child, "SIGINT");
  }
}
