// An uplink without a network behind it: one namespace in which "wan" is what a watch taps and
// "isp" is where frames come from, so that tests say which frames arrive, how fast, and when the
// interface goes. The home's log host stands in the same namespace. Read: veth(4), ip-link(8).

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { reference } from "../bench/reference.ts";
import { ADDRESS, UPLINK } from "./namespace.ts";

const SENDER = "isp";
/**
 * The sender waits busily: kept to one core, without real-time priority of its caller, it leaves
 * the others to the watch and its own to the kernel.
 */
const SENDER_CORE = "0";

/** What the sender says when it is done. */
export interface Sent {
  sent: number;
  /** Frames a second. */
  rate: number;
  refused: number;
}

/** One uplink. `start` builds, `stop` removes it and may be called twice. */
export class Uplink {
  readonly #name = `sl-lab-${process.pid}-uplink`;

  /** Every place of the lab is here. */
  netns(): string {
    return this.#name;
  }

  start(): void {
    this.#ip("netns", "add", this.#name);
    const quiet = "echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6";
    spawnSync("ip", ["netns", "exec", this.#name, "sh", "-c", quiet]);
    this.ip("link", "set", "lo", "up");
    this.ip("address", "add", `${ADDRESS.home}/32`, "dev", "lo");
    this.cable();
    this.address(ADDRESS.uplink);
  }

  stop(): void {
    spawnSync("ip", ["netns", "delete", this.#name]);
  }

  /** Makes the interface and its far end; also after `uncable`. */
  cable(): void {
    this.ip("link", "add", UPLINK, "type", "veth", "peer", "name", SENDER);
    this.ip("link", "set", UPLINK, "up");
    this.ip("link", "set", SENDER, "up");
  }

  uncable(): void {
    this.ip("link", "delete", UPLINK);
  }

  /** Makes this the only address the interface holds. */
  address(address: string): void {
    this.ip("address", "flush", "dev", UPLINK);
    this.ip("address", "add", `${address}/24`, "dev", UPLINK);
  }

  /** One `ip` command inside; throws with what it said. */
  ip(...words: string[]): void {
    this.#ip("-n", this.#name, ...words);
  }

  /**
   * Sends `count` frames of a capture file, over and over where it has fewer, `rate` a second.
   * Resolves with how many left; rejects when any was refused.
   */
  async send(file: string, count: number, rate: number): Promise<number> {
    const { sent, refused } = await sentBy(this.sendOn(file, count, rate));
    if (refused > 0) throw new Error(`${refused} of ${count} frames could not be sent`);
    return sent;
  }

  /** The same in the background; `sentBy` says what became of it. */
  sendOn(file: string, count: number, rate: number): ChildProcess {
    const program = reference("send");
    if (program === null) throw new Error("the sender needs a C compiler");
    const words = [SENDER, "--file", file, "--count", String(count), "--rate", String(rate)];
    const place = ["netns", "exec", this.#name, "taskset", "-c", SENDER_CORE, "chrt", "-o", "0"];
    return spawn("ip", [...place, program, ...words]);
  }

  #ip(...words: string[]): void {
    const done = spawnSync("ip", words, { encoding: "utf8" });
    if (done.status !== 0) throw new Error(`ip ${words.join(" ")}: ${done.stderr.trim()}`);
  }
}

/** What a sender says when it is done, or told to end by SIGTERM. */
export async function sentBy(sender: ChildProcess): Promise<Sent> {
  let text = "";
  sender.stdout?.on("data", (octets: Buffer) => {
    text += octets.toString("utf8");
  });
  await once(sender, "close"); // an exit may be heard of before the last words
  return JSON.parse(text);
}
