// A replay: capture files in the order given, through one inspector, into alerts, flow lines or
// sentences. Reads and prints; what is evidence and what it is worth is decided elsewhere.

import type { BaselineStore } from "../baseline/store.ts";
import { readCapture } from "../capture/capture.ts";
import { inputName } from "../capture/source.ts";
import type { Config } from "../config/schema.ts";
import { type Alert, VERDICT_RANK } from "../ground/alert.ts";
import { EXIT, type ExitStatus, HostError } from "../ground/errors.ts";
import type { Streams } from "../ground/streams.ts";
import { describeFrames, describeLinkTypes } from "../text/account.ts";
import { formatAlert, formatFlow } from "../text/alert-json.ts";
import { describeClosed, describeProxies } from "../text/status-text.ts";
import { Told } from "../text/told.ts";
import { inspectorFor, judgeFor, Pipeline, vantageOf } from "./pipeline.ts";
import { isUrgent, openState, type State } from "./state.ts";

const READ_HERE =
  "expected Ethernet, raw IP, PPP, Cisco HDLC, Linux cooked, loopback, NFLOG or PKTAP";

/** Verdicts at which a replay may be asked to fail. */
export const FAIL_ON = ["suspect", "likely", "proven"] as const;

/** What makes a replay fail. */
export interface FailOn {
  readonly verdict: (typeof FAIL_ON)[number];
  /** Credentials in clear count as well; of themselves they are no tampering. */
  readonly exposed: boolean;
}

export type ReplayForm = "sentences" | "json" | "flows";

/** What the command line asks for, validated. */
export interface ReplayRequest {
  readonly files: readonly string[];
  readonly form: ReplayForm;
  readonly home: readonly string[];
  /** Folder of what is learnt; null keeps nothing. */
  readonly state: string | null;
  readonly failOn: FailOn | null;
  readonly config: Config;
}

/** What shows how far the reading is. */
export interface Progress {
  /** `total` is null when the size is unknown; octets. */
  show(name: string, done: number, total: number | null): void;
  clear(): void;
}

/** One replay: the inspector, the book, and what is printed of their results. */
export class Replay {
  readonly #request: ReplayRequest;
  readonly #streams: Streams;
  readonly #pipeline: Pipeline;
  readonly #state: State;
  readonly #told = new Told();
  readonly #progress: Progress | null;
  /** The last revision of every alert. */
  readonly #last = new Map<string, Alert>();
  readonly #linkTypesUnread = new Set<number>();
  #failure: ExitStatus = EXIT.done;
  /** The state could not be written: nothing more is tried. */
  #forgets = false;

  constructor(request: ReplayRequest, streams: Streams, progress: Progress | null) {
    this.#request = request;
    this.#streams = streams;
    this.#progress = progress;
    const inspector = inspectorFor(request.config.profile);
    this.#state = openState(request.config, request.state, streams.diagnostic);
    this.#pipeline = new Pipeline({
      inspector,
      judge: judgeFor(inspector),
      keepFlows: request.form === "flows",
      sessions: this.#state.sessions,
      vantage: vantageOf(request.config),
      onAlerts: (alerts, finding) => {
        for (const alert of alerts) this.#tell(alert);
        this.#remember((store) => store.offer(finding.time, isUrgent(alerts)));
      },
    });
  }

  /** Reads every file; `signal` ends the reading, what was read until then is told. */
  async run(signal: AbortSignal): Promise<ExitStatus> {
    const { inspector, drain } = this.#pipeline;
    inspector.seed(0, 0);
    inspector.setHome(this.#request.home);
    inspector.setTerse(this.#request.form !== "flows");
    for (const file of this.#request.files) {
      if (!signal.aborted) await this.#read(file, signal);
    }
    drain.finish();
    this.#progress?.clear();
    this.#remember((store) => store.flush());
    this.#printFlows(true);
    if (this.#request.form === "sentences") this.#summarize();
    if (signal.aborted) return EXIT.interrupted;
    return this.#failure === EXIT.done ? this.#verdictStatus() : this.#failure;
  }

  /** Inspects one file; what is wrong with it is said at once, and the next one is read. */
  async #read(path: string, signal: AbortSignal): Promise<void> {
    const { inspector, drain } = this.#pipeline;
    drain.openInput(path);
    const unknown = (): number => Number(inspector.reasons().get("link-unknown") ?? 0n);
    const unknownBefore = unknown();
    try {
      await readCapture({
        path,
        signal,
        inspector,
        drain: () => {
          drain.take();
          this.#printFlows(false);
        },
        nameInterface: (index, name) => drain.nameInterface(index, name),
        progress: (done, total) => this.#progress?.show(path, done, total),
      });
    } catch (error) {
      if (!signal.aborted) this.#fail(error);
    }
    for (const type of inspector.linkTypesUnread) this.#linkTypesUnread.add(type);
    const frames = inspector.framesOfInput;
    if (frames > 0 && unknown() - unknownBefore === frames) this.#failUnread(path);
  }

  /** No frame of the input could be read: that must not look like a capture without alerts. */
  #failUnread(path: string): void {
    const types = this.#pipeline.inspector.linkTypesUnread;
    if (types.length === 0) return;
    const what = `${describeLinkTypes(types)} cannot be read here`;
    const sentence = `nothing of ${inputName(path)} was inspected: ${what}, ${READ_HERE}.`;
    this.#fail(new HostError(EXIT.damaged, sentence));
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
    for (const line of this.#pipeline.book.takeFlows(all)) this.#streams.result(formatFlow(line));
  }

  #summarize(): void {
    for (const line of this.#told.rest()) this.#streams.result(`${line}\n`);
    const { inspector } = this.#pipeline;
    const count = (name: string): number => Number(inspector.counters().get(name) ?? 0n);
    if (count("frames") === 0 && this.#failure !== EXIT.done) return;
    const standing = [...this.#last.values()].filter((alert) => alert.verdict !== "withdrawn");
    const account = {
      frames: count("frames"),
      flows: count("flows"),
      reasons: inspector.reasons(),
      linkTypes: [...this.#linkTypesUnread],
    };
    this.#streams.result(describeFrames(account, standing.length));
    const proxies = describeProxies(this.#pipeline.book.proxies.found());
    if (proxies !== null) this.#streams.result(`Beside that: ${proxies}.`);
    const closed = describeClosed(this.#pipeline.book.closedPorts.found());
    if (closed !== null) this.#streams.result(`Beside that: ${closed}.`);
  }

  #verdictStatus(): ExitStatus {
    const { failOn } = this.#request;
    if (failOn === null) return EXIT.done;
    const { verdict, exposed } = failOn;
    const reached = [...this.#last.values()].some(
      (alert) =>
        VERDICT_RANK[alert.verdict] >= VERDICT_RANK[verdict] &&
        (exposed || alert.alert !== "cleartext-exposed"),
    );
    return reached ? EXIT.failOn : EXIT.done;
  }
}
