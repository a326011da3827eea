// The replay command: capture files in the order given, through one inspector, into alerts, flow lines
// or sentences. Reads and prints; what is evidence and what it is worth is decided elsewhere.

import { readFileSync } from "node:fs";
import { AlertBook } from "../alert/book.ts";
import type { BaselineStore } from "../baseline/store.ts";
import { readCapture } from "../capture/capture.ts";
import { type Config, loadConfig } from "../config/schema.ts";
import { network } from "../config/value.ts";
import { Drain } from "../drain.ts";
import { HOME_DEFAULT } from "../ground/address.ts";
import { type Alert, formatAlert, formatFlow, VERDICT_RANK } from "../ground/alert.ts";
import { EXIT, type ExitStatus, HostError } from "../ground/errors.ts";
import { Inspector } from "../inspector.ts";
import { loadJudge } from "../judge.ts";
import { modulePath } from "../modules.ts";
import { isUrgent, openState, type State } from "../run/state.ts";
import { describeClosed, describeProxies } from "../text/status-text.ts";
import { Told } from "../text/told.ts";
import { type Command, parseOptions, type Streams, usageError } from "./command.ts";
import type { Progress } from "./progress.ts";

const OPTIONS = {
  json: { type: "boolean" },
  flows: { type: "boolean" },
  home: { type: "string", multiple: true },
  state: { type: "string" },
  evidence: { type: "string" },
  "fail-on": { type: "string" },
  config: { type: "string", short: "c" },
} as const;

const FAIL_ON = ["suspect", "likely", "proven"] as const;

const HELP = `  FILE                  pcap or pcapng, also gzip of these; - is standard input
  --json                one alert a line, as JSON
  --flows               one line for each connection with mail, a reset or evidence, as JSON
  --home NET            what is home, such as 192.168.1.0/24; repeatable (default: private addresses)
  --state DIR           keep what was learnt about servers in this folder, which is created
  --evidence DIR        keep the frames of alerts (not in this version)
  --fail-on VERDICT     exit with 10 when an alert reaches suspect, likely or proven
  -c, --config CONFIG   the configuration file

Exit status: 0 done, 10 --fail-on reached, 65 damaged or no capture, 66 not readable.`;

type Form = "sentences" | "json" | "flows";

/** What the command line asks for, validated. */
interface Request {
  readonly files: readonly string[];
  readonly form: Form;
  readonly home: readonly string[];
  /** Folder of what is learnt; null keeps nothing. */
  readonly state: string | null;
  readonly failOn: (typeof FAIL_ON)[number] | null;
  readonly config: Config;
}

function readHome(texts: readonly string[]): string[] {
  return texts.map((text) => {
    const read = network(text);
    if (typeof read === "string") return read;
    throw usageError("replay", `--home '${text}' is not accepted, expected ${read.accepts}`);
  });
}

function readFailOn(text: string | undefined): Request["failOn"] {
  if (text === undefined) return null;
  const verdict = FAIL_ON.find((word) => word === text);
  if (verdict !== undefined) return verdict;
  const accepted = FAIL_ON.join(", ");
  throw usageError("replay", `--fail-on '${text}' is not accepted, expected one of ${accepted}`);
}

function readRequest(args: readonly string[]): Request {
  const { values, positionals } = parseOptions("replay", args, OPTIONS);
  if (positionals.length === 0) throw usageError("replay", "no file was given");
  if (values.json && values.flows) throw usageError("replay", "--json and --flows exclude another");
  if (values.evidence !== undefined) {
    throw usageError("replay", "this version does not have the option --evidence");
  }
  const home = readHome(values.home ?? []);
  const failOn = readFailOn(values["fail-on"]);
  const config = loadConfig(values.config ?? null);
  const form: Form = values.json ? "json" : values.flows ? "flows" : "sentences";
  const networks = home.length > 0 ? home : config.home.length > 0 ? config.home : HOME_DEFAULT;
  const state = values.state ?? null;
  return { files: positionals, form, home: networks, state, failOn, config };
}

/** One replay: the inspector, the book, and what is printed of their results. */
class Replay {
  readonly #request: Request;
  readonly #streams: Streams;
  readonly #inspector: Inspector;
  readonly #state: State;
  readonly #book: AlertBook;
  readonly #drain: Drain;
  readonly #told = new Told();
  readonly #progress: Progress | null;
  /** The last revision of every alert. */
  readonly #last = new Map<string, Alert>();
  #failure: ExitStatus = EXIT.done;
  /** The state could not be written: nothing more is tried. */
  #forgets = false;

  constructor(request: Request, streams: Streams, progress: Progress | null) {
    this.#request = request;
    this.#streams = streams;
    this.#progress = progress;
    const board = request.config.profile === "board";
    this.#inspector = Inspector.load(modulePath(board ? "inspector-board.wasm" : "inspector.wasm"));
    const { MailEvidence, SegmentEvidence } = this.#inspector.abi.names;
    const names = { mail: MailEvidence, segment: SegmentEvidence };
    const judge = loadJudge(readFileSync(modulePath("judge.wasm")), names);
    this.#state = openState(request.config, request.state, streams.diagnostic);
    const { sessions } = this.#state;
    this.#book = new AlertBook({ judge, keepFlows: request.form === "flows", sessions });
    this.#drain = new Drain(this.#inspector, (finding, sighting) => {
      const alerts = this.#book.observe(finding, sighting);
      for (const alert of alerts) this.#tell(alert);
      this.#remember((store) => store.offer(finding.time, isUrgent(alerts)));
    });
  }

  async run(): Promise<ExitStatus> {
    this.#inspector.seed(0, 0);
    this.#inspector.setHome(this.#request.home);
    this.#inspector.setTerse(this.#request.form !== "flows");
    for (const file of this.#request.files) await this.#read(file);
    while (this.#inspector.finish()) this.#drain.take();
    this.#drain.take();
    this.#progress?.clear();
    this.#remember((store) => store.flush());
    this.#printFlows(true);
    if (this.#request.form === "sentences") this.#summarize();
    return this.#failure === EXIT.done ? this.#verdictStatus() : this.#failure;
  }

  /** Inspects one file; what is wrong with it is said at once, and the next one is read. */
  async #read(path: string): Promise<void> {
    this.#inspector.openInput(path);
    this.#drain.openInput(path);
    try {
      await readCapture({
        path,
        inspector: this.#inspector,
        drain: () => {
          this.#drain.take();
          this.#printFlows(false);
        },
        nameInterface: (index, name) => this.#drain.nameInterface(index, name),
        progress: (done, total) => this.#progress?.show(path, done, total),
      });
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Writes what was learnt; that it cannot be written is said once and costs no finding. */
  #remember(write: (store: BaselineStore) => void): void {
    const { store } = this.#state;
    if (store === null || this.#forgets) return;
    try {
      write(store);
    } catch (error) {
      this.#forgets = true;
      this.#fail(error);
    }
  }

  /** Says what went wrong; the first of several decides the exit status. A trap ends everything. */
  #fail(error: unknown): void {
    this.#progress?.clear();
    if (!(error instanceof HostError) || error.status === EXIT.trapped) throw error;
    this.#streams.diagnostic(error.message);
    if (this.#failure === EXIT.done) this.#failure = error.status;
  }

  #tell(alert: Alert): void {
    this.#last.set(alert.id, alert);
    const { form } = this.#request;
    if (form === "flows") return;
    const lines = form === "json" ? [formatAlert(alert)] : this.#told.tell(alert);
    if (lines.length > 0) this.#progress?.clear();
    for (const line of lines) this.#streams.result(form === "json" ? line : `${line}\n`);
  }

  #printFlows(all: boolean): void {
    if (this.#request.form !== "flows") return;
    for (const line of this.#book.takeFlows(all)) this.#streams.result(formatFlow(line));
  }

  #summarize(): void {
    for (const line of this.#told.rest()) this.#streams.result(`${line}\n`);
    const counted = (count: number, noun: string): string =>
      `${count} ${noun}${count === 1 ? "" : "s"}`;
    const frames = Number(this.#inspector.counters().get("frames") ?? 0n);
    if (frames === 0 && this.#failure !== EXIT.done) return;
    const flows = Number(this.#inspector.counters().get("flows") ?? 0n);
    const standing = [...this.#last.values()].filter((alert) => alert.verdict !== "withdrawn");
    const alerts = standing.length === 0 ? "no alert" : counted(standing.length, "alert");
    const read = `${counted(frames, "frame")} of ${counted(flows, "TCP connection")}`;
    this.#streams.result(`${read} inspected: ${alerts}.`);
    const proxies = describeProxies(this.#book.proxies.found());
    if (proxies !== null) this.#streams.result(`Beside that: ${proxies}.`);
    const closed = describeClosed(this.#book.closedPorts.found());
    if (closed !== null) this.#streams.result(`Beside that: ${closed}.`);
  }

  #verdictStatus(): ExitStatus {
    const { failOn } = this.#request;
    if (failOn === null) return EXIT.done;
    const reached = [...this.#last.values()].some(
      (alert) => VERDICT_RANK[alert.verdict] >= VERDICT_RANK[failOn],
    );
    return reached ? EXIT.failOn : EXIT.done;
  }
}

/** Where nobody watches, what draws the bar is not even loaded. */
async function progressBar(): Promise<Progress | null> {
  if (!process.stderr.isTTY) return null;
  const { Progress } = await import("./progress.ts");
  return new Progress();
}

export const replay: Command = {
  name: "replay",
  usage: "FILE... [--json | --flows] [OPTIONS]",
  summary: "inspect capture files",
  help: HELP,
  run: async (args, streams) => {
    const request = readRequest(args);
    return new Replay(request, streams, await progressBar()).run();
  },
};
