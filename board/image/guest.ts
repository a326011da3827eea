// One emulated machine: started, spoken to over its serial console, given frames on its wire, ended.
// The wire is a pair of UDP sockets on loopback, one datagram a frame, so nothing else can hear it.
// Read qemu(1): -netdev dgram.

import { type ChildProcess, spawn } from "node:child_process";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import type { Image } from "./image.ts";

const LOOPBACK = "127.0.0.1";
const END_MS = 5_000;

interface Emulator {
  readonly command: string;
  readonly options: readonly string[];
  readonly console: string;
}

/** How each machine is emulated; always in software, never with the host's own processor. */
const EMULATORS: Readonly<Record<string, Emulator>> = {
  x86_64: {
    command: "qemu-system-x86_64",
    options: ["-M", "q35", "-cpu", "max"],
    console: "console=ttyS0 edd=off",
  },
  aarch64: {
    command: "qemu-system-aarch64",
    options: ["-M", "virt", "-cpu", "cortex-a53"],
    console: "console=ttyAMA0",
  },
};

export interface GuestRequest {
  readonly family: string;
  readonly image: Image;
  readonly memoryMiB: number;
  /** A device tree in place of the emulator's own. */
  readonly deviceTree?: string;
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
    this.#wire.bind(0, LOOPBACK);
    await once(this.#wire, "listening");
    this.#port = await freePort();
    const { family, image, memoryMiB, deviceTree } = this.#request;
    const emulator = EMULATORS[family];
    if (emulator === undefined) throw new Error(`${family} is not emulated.`);
    const local = `local.type=inet,local.host=${LOOPBACK},local.port=${this.#port}`;
    const remote = `remote.type=inet,remote.host=${LOOPBACK},remote.port=${this.#wire.address().port}`;
    const options = [
      ...["-accel", "tcg,thread=multi", ...emulator.options, "-smp", "1", "-m", String(memoryMiB)],
      ...["-no-reboot", "-nodefaults", "-display", "none", "-serial", "stdio"],
      ...["-kernel", image.kernel, "-initrd", image.initramfs],
      ...["-append", `${emulator.console} quiet panic=-1 rdinit=/init`],
      ...["-netdev", `dgram,id=wire,${local},${remote}`, "-device", "virtio-net-pci,netdev=wire"],
      ...(deviceTree === undefined ? [] : ["-dtb", deviceTree]),
    ];
    const child = spawn(emulator.command, options, { stdio: ["pipe", "pipe", "inherit"] });
    child.stdout.on("data", (chunk: Buffer) => {
      this.#console += chunk.toString("latin1").replaceAll("\r", "");
    });
    this.#process = child;
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

/** A UDP port nobody uses at this moment. */
async function freePort(): Promise<number> {
  const socket = createSocket("udp4");
  socket.bind(0, LOOPBACK);
  await once(socket, "listening");
  const { port } = socket.address();
  socket.close();
  return port;
}
