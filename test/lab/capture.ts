// Records what crosses the router's uplink: tcpdump in a namespace, a pcap file out.
// Does not interpret the file.
// Read: tcpdump(8).

import type { ChildProcess } from "node:child_process";
import { type Network, type Place, UPLINK } from "./namespace.ts";
import { lineFrom, start, stop } from "./process.ts";

/** In immediate mode frames come one by one; this long after the last one all are there. */
const SETTLE_MS = 400;

/** Address resolution and router chatter carry no evidence; ICMPv6 types below 128 are errors. */
const ERRORS_AND_TCP = "tcp or icmp or (icmp6 and ip6[40] < 128)";

/** One running recording. `start` resolves when it listens, `stop` when the file is complete. */
export class Recording {
  readonly #network: Network;
  readonly #file: string;
  readonly #place: Place;
  readonly #link: string;
  readonly #filter: string;
  #child: ChildProcess | null = null;

  constructor(
    network: Network,
    file: string,
    place: Place = "router",
    link = UPLINK,
    filter = ERRORS_AND_TCP,
  ) {
    this.#network = network;
    this.#file = file;
    this.#place = place;
    this.#link = link;
    this.#filter = filter;
  }

  async start(): Promise<void> {
    const options = [
      "-i",
      this.#link,
      "-w",
      this.#file,
      "-U",
      "--immediate-mode",
      "-Z",
      "root",
      "-s",
      "0",
      "-B",
      "8192",
    ];
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
