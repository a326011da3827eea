// One emulated machine: started, spoken to over its serial console, given frames on its wire, ended.
// Its wires are tap devices of a network namespace; without one, a pair of UDP sockets on loopback,
// one datagram a frame, so nothing else can hear it. Read qemu(1): -netdev tap and dgram.

import { type ChildProcess, spawn } from "node:child_process";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { truncateSync, writeFileSync } from "node:fs";
import type { Image } from "./image.ts";

const LOOPBACK = "127.0.0.1";
const END_MS = 5_000;

/** Time jumps to the next timer while the processor waits; read qemu(1): -icount. */
const COUNTING = ["-accel", "tcg,thread=single", "-icount", "shift=0,sleep=off"];

interface Emulator {
  readonly command: string;
  readonly machine: string;
  readonly processor: string;
  /** The processor whose instructions are counted. */
  readonly counted: string;
  readonly console: string;
}

/** How each machine is emulated; always in software, never with the host's own processor. */
const EMULATORS: Readonly<Record<string, Emulator>> = {
  x86_64: {
    command: "qemu-system-x86_64",
    machine: "q35",
    processor: "max",
    // A string instruction counts once for each repetition: nothing is moved octet by octet then.
    counted: "max,-erms",
    console: "console=ttyS0 edd=off",
  },
  aarch64: {
    command: "qemu-system-aarch64",
    machine: "virt",
    processor: "cortex-a53",
    counted: "cortex-a53",
    console: "console=ttyAMA0",
  },
};

export interface GuestRequest {
  readonly family: string;
  readonly image: Image;
  readonly memoryMiB: number;
  /** A device tree in place of the emulator's own. */
  readonly deviceTree?: string;
  /** The disk that keeps changes; any image with a root of its own needs one. */
  readonly disk?: string;
  /** Files it reads as further disks. */
  readonly files?: readonly string[];
  /** Each instruction takes a nanosecond of its time, so that its clocks count instructions. */
  readonly counting?: boolean;
  /** Words for the kernel's command line, which the guest reads as well. */
  readonly words?: readonly string[];
  /** A network namespace and its tap devices, the first of them the guest's eth0. */
  readonly place?: { readonly netns: string; readonly taps: readonly string[] };
}

export class Guest {
  readonly #request: GuestRequest;
  readonly #wire: Socket = createSocket("udp4");
  #process: ChildProcess | null = null;
  #port = 0;
  #console = "";
  #seen = 0;

  constructor(request: GuestRequest) {
    this.#request = request;
  }

  /** Everything the console has said. */
  get console(): string {
    return this.#console;
  }

  async start(): Promise<void> {
    const { family, image, memoryMiB, deviceTree, words = [], place, counting } = this.#request;
    const emulator = EMULATORS[family];
    if (emulator === undefined) throw new Error(`${family} is not emulated.`);
    const options = [
      ...(counting ? COUNTING : ["-accel", "tcg,thread=multi"]),
      ...["-M", emulator.machine, "-cpu", counting ? emulator.counted : emulator.processor],
      ...["-smp", "1", "-m", String(memoryMiB)],
      ...["-nodefaults", "-display", "none", "-serial", "stdio"],
      ...["-kernel", image.kernel, "-initrd", image.initramfs],
      ...["-append", [emulator.console, "quiet", "rdinit=/init", ...words].join(" ")],
      ...this.#disks(),
      ...(place === undefined ? await this.#loopback() : place.taps.flatMap(tapDevice)),
      ...(deviceTree === undefined ? [] : ["-dtb", deviceTree]),
    ];
    const inside = place === undefined ? [] : ["ip", "netns", "exec", place.netns];
    const [command = "", ...rest] = [...inside, emulator.command, ...options];
    const child = spawn(command, rest, { stdio: ["pipe", "pipe", "inherit"] });
    child.stdout.on("data", (chunk: Buffer) => {
      this.#console += chunk.toString("latin1").replaceAll("\r", "");
    });
    this.#process = child;
  }

  #disks(): string[] {
    const { image, disk, files = [] } = this.#request;
    if (image.root === null) return [];
    return [
      ...["-drive", `if=virtio,format=raw,readonly=on,file=${image.root}`],
      ...["-drive", `if=virtio,format=raw,cache=writethrough,file=${disk}`],
      ...files.flatMap((path) => ["-drive", `if=virtio,format=raw,readonly=on,file=${path}`]),
    ];
  }

  async #loopback(): Promise<string[]> {
    this.#wire.bind(0, LOOPBACK);
    await once(this.#wire, "listening");
    this.#port = await freePort();
    const local = `local.type=inet,local.host=${LOOPBACK},local.port=${this.#port}`;
    const remote = `remote.type=inet,remote.host=${LOOPBACK},remote.port=${this.#wire.address().port}`;
    const device = ["-device", "virtio-net-pci,netdev=wire"];
    return ["-netdev", `dgram,id=wire,${local},${remote}`, ...device];
  }

  /** The next match in what the console says, from where the last one ended. */
  async expect(pattern: RegExp, timeoutMs: number): Promise<RegExpExecArray> {
    const end = performance.now() + timeoutMs;
    while (performance.now() < end) {
      const match = pattern.exec(this.#console.slice(this.#seen));
      if (match !== null) {
        this.#seen += match.index + match[0].length;
        return match;
      }
      if (this.#process?.exitCode !== null) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`the console did not say ${pattern}; it said:\n${this.#console.slice(-3_000)}`);
  }

  /** Runs a command in the guest's shell; what it prints. The marker keeps other lines apart. */
  async run(command: string, timeoutMs: number): Promise<string> {
    this.#seen = this.#console.length;
    this.#process?.stdin?.write(`echo "<"BEGIN; ${command}; echo "<"END\n`);
    const match = await this.expect(/<BEGIN\n([\s\S]*?)<END\n/, timeoutMs);
    return match[1] ?? "";
  }

  /** Puts a frame on the wire. */
  send(frame: Buffer): void {
    this.#wire.send(frame, this.#port, LOOPBACK);
  }

  /** Safe to call twice. */
  async stop(): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (child !== null && child.exitCode === null) {
      const ended = once(child, "exit", { signal: AbortSignal.timeout(END_MS) });
      child.kill("SIGKILL");
      await ended.catch(() => {});
    }
    try {
      this.#wire.close();
    } catch {
      // closed before
    }
  }
}

function tapDevice(name: string): string[] {
  const device = ["-device", `virtio-net-pci,netdev=${name}`];
  return ["-netdev", `tap,id=${name},ifname=${name},script=no,downscript=no`, ...device];
}

/** A disk of that many MiB with nothing on it. */
export function emptyDisk(path: string, sizeMiB: number): string {
  writeFileSync(path, "");
  truncateSync(path, sizeMiB * 1_048_576);
  return path;
}

/** A UDP port nobody uses at this moment. */
async function freePort(): Promise<number> {
  const socket = createSocket("udp4");
  socket.bind(0, LOOPBACK);
  await once(socket, "listening");
  const { port } = socket.address();
  socket.close();
  return port;
}
