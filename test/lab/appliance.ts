// The product itself in the lab: `striplight watch` on the router's uplink, with a lamp folder that
// stands in for the LED and the home's collector. Reads its JSON lines; judges nothing.

import type { ChildProcess } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Network, UPLINK } from "./namespace.ts";
import { lineFrom, type Outcome, run, start, stop, until } from "./process.ts";

const PROGRAM = fileURLToPath(new URL("../../build/striplight.cjs", import.meta.url));
const LED = "lab:alarm";
/** Clock ticks a second in /proc/PID/stat; the same on every Linux there is. */
const TICKS = 100;

/** What the lamp shows, in the words of a person. */
export type Lamp = "off" | "steady" | "slow blink" | "fast blink";

/** The parts of an alert line the lab reads. */
export interface AlertLine {
  id: string;
  revision: number;
  time: string;
  alert: string;
  verdict: string;
  severity: string;
  evidence: string[];
  side: string;
  flow: { client: string; clientPort: number; server: string; serverPort: number };
  text: string;
}

/** The parts of a status the lab reads. */
export interface Status {
  user: string;
  interfaces: { state: string; drops: number; missed: number; interruptions: number }[];
  counters: { frames: number };
  framesLost: number;
  alertsRaised: number;
  syslog: { collectors: { connected: boolean; queued: number; dropped: number }[] };
}

/** Where records are sent. */
export interface CollectorAddress {
  host: string;
  port: number;
  proto: "udp" | "tcp";
  /** Records kept while it is away; the product's default where absent. */
  queue?: number;
}

/** One running watch. `start` resolves when it watches; `stop` ends it with SIGTERM. */
export class Appliance {
  readonly #network: Pick<Network, "netns">;
  readonly #collectors: readonly CollectorAddress[];
  readonly #environment: Record<string, string>;
  #folder = "";
  #child: ChildProcess | null = null;
  #rest = "";
  #diagnostics = "";
  readonly alerts: { line: AlertLine; seenMs: number }[] = [];
  /** Called with each alert as it is printed. */
  onAlert: (alert: AlertLine) => void = () => {};

  /** `environment` is added to that of the watch. */
  constructor(
    network: Pick<Network, "netns">,
    collectors: readonly CollectorAddress[] = [],
    environment: Record<string, string> = {},
  ) {
    this.#network = network;
    this.#collectors = collectors;
    this.#environment = environment;
  }

  async start(): Promise<void> {
    this.#folder = mkdtempSync(join(tmpdir(), "striplight-watch-"));
    chmodSync(this.#folder, 0o755); // its state is written by an ordinary user
    makeLampFolder(join(this.#folder, "leds", LED));
    writeFileSync(this.#configuration, this.#uci());
    const words = ["watch", "-i", UPLINK, "--json", "-c", this.#configuration];
    const argv = [process.execPath, PROGRAM, ...words];
    const child = start(this.#network.netns("router"), argv, this.#environment);
    this.#child = child;
    child.stdout?.on("data", (octets: Buffer) => this.#read(octets.toString("utf8")));
    child.stderr?.on("data", (octets: Buffer) => {
      this.#diagnostics += octets.toString("utf8");
    });
    await lineFrom(child, /watching/, 60_000);
  }

  /** Tells it to end; resolves with the exit status as soon as it has. */
  async end(): Promise<number | null> {
    const child = this.#child;
    if (child !== null) await stop(child);
    this.#child = null;
    return child?.exitCode ?? null;
  }

  /** The same, and removes what it wrote. */
  async stop(): Promise<number | null> {
    const status = await this.end();
    if (this.#folder !== "") {
      // Under load the lamp is put back a moment after the end.
      await until("the lamp is put back", () => this.lamp() === "off").catch(() => {});
      await rm(this.#folder, { recursive: true, force: true, maxRetries: 3 });
    }
    this.#folder = "";
    return status;
  }

  /** Everything it said on standard error. */
  get diagnostics(): string {
    return this.#diagnostics;
  }

  /** Process id of the running watch. */
  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  /** Runs another command against the running watch: `status`, `ack`, `test-alarm`. */
  command(...words: string[]): Promise<Outcome> {
    const argv = [process.execPath, PROGRAM, ...words, "-c", this.#configuration];
    return run(this.#network.netns("router"), argv);
  }

  /** What `striplight status` says. */
  async status(): Promise<Status> {
    const { transcript } = await this.command("status", "--json");
    return JSON.parse(transcript);
  }

  /** Processor time of the running watch so far, all threads, in milliseconds. */
  cpuMs(): number {
    const [user, system] = stat(this.pid).slice(11, 13);
    return ((Number(user) + Number(system)) * 1000) / TICKS;
  }

  /**
   * How long its main thread has been ready to run while others had the processors, in milliseconds:
   * what a busy machine adds to every time measured. Null once it has ended.
   */
  keptWaitingMs(): number | null {
    try {
      return Number(readFileSync(`/proc/${this.pid}/schedstat`, "utf8").split(" ")[1]) / 1e6;
    } catch {
      return null;
    }
  }

  /** Frames its interface has received so far, whoever looked at them. */
  framesCarried(): number {
    const devices = readFileSync(`/proc/${this.pid}/net/dev`, "utf8");
    return Number(new RegExp(`${UPLINK}:\\s*\\d+\\s+(\\d+)`).exec(devices)?.[1] ?? 0);
  }

  /** Sends the running watch a signal. */
  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** Stops it as a debugger would; resolves when it stands still. SIGCONT lets it go on. */
  async halt(): Promise<void> {
    this.signal("SIGSTOP");
    await until("the watch to stand still", () => stat(this.pid)[0] === "T");
  }

  /** What the stand-in LED shows now. */
  lamp(): Lamp {
    const read = (name: string) =>
      readFileSync(join(this.#folder, "leds", LED, name), "utf8").trim();
    if (!/timer(?!.*\[(?!timer))/.test(read("trigger"))) return "off";
    const off = Number(read("delay_off"));
    if (off === 0) return "steady";
    return off >= 1000 ? "slow blink" : "fast blink";
  }

  get #configuration(): string {
    return join(this.#folder, "striplight");
  }

  #uci(): string {
    const main = {
      led: LED,
      led_root: join(this.#folder, "leds"),
      run_dir: join(this.#folder, "run"),
      state_dir: join(this.#folder, "state"),
    };
    const lines = ["config striplight 'main'", ...Object.entries(main).map(option)];
    for (const collector of this.#collectors) {
      lines.push("config collector", ...Object.entries(collector).map(option));
    }
    return `${lines.join("\n")}\n`;
  }

  #read(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const text of lines.filter((each) => each.startsWith("{"))) {
      const line = JSON.parse(text) as AlertLine;
      this.alerts.push({ line, seenMs: Date.now() });
      this.onAlert(line);
    }
  }
}

/** The fields of /proc/PID/stat behind the program's name: its state is the first. */
function stat(pid: number | null): string[] {
  const line = readFileSync(`/proc/${pid}/stat`, "utf8");
  return line.slice(line.lastIndexOf(")") + 2).split(" ");
}

function option([name, value]: [string, string | number]): string {
  return `\toption ${name} '${value}'`;
}

/** The files the kernel's LED class has, with what they hold before anybody uses the LED. */
function makeLampFolder(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const files = { trigger: "[none] timer", brightness: "0", max_brightness: "255" };
  for (const [name, text] of Object.entries({ ...files, delay_on: "500", delay_off: "500" })) {
    writeFileSync(join(folder, name), `${text}\n`);
  }
}
