// The running watch: tap → inspector → drain → book → sinks, the lamp and the control socket beside it.
// Composes them and orders their beginnings and ends; every part knows only its own business.

import { Ignored } from "../alert/ignored.ts";
import type { Config } from "../config/schema.ts";
import type { Alert } from "../ground/alert.ts";
import { EXIT, HostError } from "../ground/errors.ts";
import { DAY_SECONDS } from "../ground/time.ts";
import type { Inspector } from "../inspector.ts";
import { CrashFile } from "../keep/crash-file.ts";
import { Led } from "../sink/led.ts";
import { Conntrack } from "../tap/conntrack.ts";
import { Tap } from "../tap/tap.ts";
import { acknowledge } from "./acknowledge.ts";
import { Control, type ControlAnswer, type ControlRequest } from "./control.ts";
import { releaseProgram } from "./footprint.ts";
import { Home } from "./home.ts";
import { Lamp } from "./lamp.ts";
import { type OffloadStatus, offloadStatus, readOffloadSetting } from "./offload.ts";
import { ownAlertFolder, ownFolder } from "./ownership.ts";
import { inspectorFor, judgeFor, Pipeline, vantageOf } from "./pipeline.ts";
import { dropPrivileges, type Identity } from "./privileges.ts";
import { Sinks } from "./sinks.ts";
import { isUrgent, makeState, type State } from "./state.ts";
import { StateWriter } from "./state-writer.ts";
import { Traps } from "./traps.ts";
import { watchStatus } from "./watch-status.ts";

/** The class of names that say what left in clear because of something else. */
const CONSEQUENCE = "C";
const LAMP_MS = 500;
const FRAMES_LOST = "frames were lost in the last minute";
const HEARTBEAT_MS = DAY_SECONDS * 1_000;
/** How often the interfaces' own addresses are looked at: a provider may renumber at night. */
const ADDRESSES_MS = 5_000;
/** The start is over by then, and so is the use of most of Node's own code. */
const STARTED_MS = 60_000;

export interface WatchRequest {
  readonly config: Config;
  readonly interfaces: readonly string[];
  /** Devices with addresses of the uplink beside the tapped ones: pppoe-wan. */
  readonly addressed?: readonly string[];
  /** Whom to become once everything is open. */
  readonly identity: Identity;
  /** Told of every new alert and revision. */
  readonly onAlert: (alert: Alert) => void;
  /** One sentence about the watch itself. */
  readonly diagnostic: (sentence: string) => void;
  /** Called when the watch cannot go on; stop() is up to the caller. */
  readonly onEnd: (error: HostError) => void;
}

export class Watch {
  readonly #request: WatchRequest;
  readonly #pipeline: Pipeline;
  readonly #tap: Tap;
  readonly #led: Led | null;
  readonly #lamp: Lamp;
  readonly sinks: Sinks;
  readonly #ignored: Ignored;
  #config: Config;
  readonly #control: Control;
  readonly #state: State;
  readonly #writer: StateWriter;
  readonly #conntrack = new Conntrack();
  readonly #offloadSetting = readOffloadSetting();
  readonly #since = Date.now();
  readonly #traps = new Traps();
  readonly #crashFile: CrashFile;
  readonly #home: Home;
  #lost = 0;
  #user: string | null = null;
  #timers: NodeJS.Timeout[] = [];

  /** Loads the modules; opens nothing yet. */
  constructor(request: WatchRequest) {
    const { config, interfaces } = request;
    this.#request = request;
    this.#config = config;
    this.#crashFile = new CrashFile(config.runDir);
    this.#home = new Home({
      named: config.home,
      devices: [...new Set([...interfaces, ...(request.addressed ?? [])])],
      onUplinkChange: () =>
        this.#pipeline.book.matrix.uplinkChanged(BigInt(Date.now()) * 1_000_000n),
    });
    const inspector = this.#loadInspector();
    this.#state = makeState(config, config.stateDir, request.diagnostic);
    const { sessions, matrix, open } = this.#state;
    open.hold = config.alertHold;
    this.#writer = new StateWriter(this.#state.store, (sentence) =>
      this.sinks.warn("state", sentence),
    );
    const judge = judgeFor(inspector);
    this.#ignored = new Ignored((name) => judge.mailClass(name) !== CONSEQUENCE);
    this.#ignored.rules = config.ignore;
    this.#pipeline = new Pipeline({
      inspector,
      judge,
      ignored: this.#ignored,
      keepFlows: false,
      ...{ sessions, matrix, open },
      vantage: vantageOf(config),
      lanClient: (finding) => this.#conntrack.lanClient(finding),
      onAlerts: (alerts, finding) => {
        const news = alerts.filter((alert) => this.sinks.tell(alert));
        if (alerts.length > 0) this.#raised();
        this.#writer.offer(finding.time, isUrgent(alerts) || news.length > 0);
      },
    });
    this.#tap = new Tap({
      drain: this.#pipeline.drain,
      interfaces,
      mailPorts: [...config.knownHosts, ...config.knownPlain].map((server) => server.port),
      onLoss: (frames) => this.#degrade(frames),
      onTrap: (error, block) => this.#recover(error, block),
    });
    this.#led = config.led === null ? null : new Led(config.ledRoot, config.led);
    this.sinks = new Sinks({
      config,
      state: this.#state,
      onAlert: request.onAlert,
      diagnostic: request.diagnostic,
    });
    this.#lamp = new Lamp({
      led: this.#led,
      worst: () => this.#state.open.worst(),
      collectors: () => this.sinks.syslog.status().collectors,
      interfaces: () => this.#tap.figures(),
      alertFile: () => this.sinks.alertFile?.status() ?? null,
      stateFails: () => this.#writer.isFailing,
    });
    this.#control = new Control(config.runDir, (question) => this.#answer(question));
  }

  /** Opens everything, then gives up every privilege. Throws HostError; nothing stays open then. */
  async start(): Promise<void> {
    const { config } = this.#request;
    this.#conntrack.start();
    const { advice } = this.#offload(); // connections on fast paths are known only now
    this.#pipeline.inspector.setOffloaded(advice !== null);
    if (advice !== null) this.#request.diagnostic(advice);
    try {
      this.#tap.start(); // first: without it nothing else makes sense
      const { identity } = this.#request;
      for (const folder of [config.runDir, config.stateDir]) ownFolder(folder, identity);
      if (config.alertFile !== null) ownAlertFolder(config.alertFile, identity);
      this.#state.store?.load();
      const warning = this.#led?.start() ?? null;
      if (warning !== null) this.#request.diagnostic(warning);
      this.sinks.syslog.start();
      await this.#control.start();
      if (dropPrivileges(identity)) this.#user = identity.user;
      this.sinks.open();
    } catch (error) {
      await this.stop();
      throw this.#explained(error);
    }
    this.#remind();
    this.#timers = [
      setInterval(() => this.#lamp.light(), LAMP_MS),
      setTimeout(releaseProgram, STARTED_MS),
      setInterval(() => this.sinks.syslog.heartbeat(this.#counters()), HEARTBEAT_MS),
      setInterval(() => this.#followHome(), ADDRESSES_MS),
      setInterval(() => this.#writer.offerNow(false), ADDRESSES_MS), // on quiet nights as well
    ];
  }

  /** The configuration in force. */
  get config(): Config {
    return this.#config;
  }

  /** Takes over a configuration that a preflight has accepted; what waits for the owner is told again. */
  reload(config: Config): void {
    this.#config = config;
    this.#ignored.rules = config.ignore;
    this.#state.open.hold = config.alertHold;
    this.#home.named = config.home;
    this.sinks.reload(config);
    this.#followHome();
    this.#remind();
  }

  /** Ends in reverse order. Safe to call twice. */
  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#timers = [];
    await this.#control.stop();
    this.#tap.stop();
    this.#conntrack.stop();
    this.#writer.flush();
    await Promise.all([this.sinks.stop(), this.#led?.stop()]); // each may wait a moment
  }

  /** What `status --json` prints. */
  status(): ControlAnswer {
    return watchStatus({
      pipeline: this.#pipeline,
      interfaces: this.#tap.figures(),
      lamp: this.#lamp,
      sinks: this.sinks,
      ignored: this.#ignored,
      state: this.#state,
      since: this.#since,
      user: this.#user,
      offload: this.#offload(),
      framesLost: this.#lost,
      traps: this.#traps.count,
    });
  }

  #loadInspector(): Inspector {
    const inspector = inspectorFor(this.#request.config.profile);
    inspector.setTerse(true);
    inspector.setOffloaded(this.#offload().advice !== null);
    this.#home.learn(inspector, true);
    return inspector;
  }

  #followHome(): void {
    this.#home.learn(this.#pipeline.inspector);
    this.#home.look();
  }

  #offload(): OffloadStatus {
    const { interfaces } = this.#request;
    return offloadStatus(interfaces, this.#offloadSetting, this.#conntrack.offloaded());
  }

  #raised(): void {
    this.#lamp.light();
    this.#writer.worstIs(this.#state.open.worst());
  }

  #remind(): void {
    this.sinks.remind();
    this.#lamp.light();
  }

  #degrade(frames: number): void {
    this.#lost += frames;
    if (!this.#lamp.isDegradedBy(FRAMES_LOST)) {
      this.sinks.syslog.notice("frames-lost", "notice", `${frames} frames were lost on the way in`);
    }
    this.#lamp.degrade(FRAMES_LOST);
  }

  /** A trapped inspector is replaced; the ring is laid into the new one's memory. */
  #recover(error: unknown, block: Uint8Array | null): void {
    if (this.#traps.isLast) return; // the end has been told; what still arrives is dropped
    const now = Date.now();
    this.#traps.note(now, error instanceof HostError);
    const what = error instanceof Error ? error.message : String(error);
    // First the tap: frames arrive while we write.
    if (!this.#traps.isLast) this.#tap.replace(this.#loadInspector());
    const took = Date.now() - now;
    const path = block === null ? null : this.#crashFile.write(block);
    const kept = path === null ? "" : ` Headers of what it was looking at are in ${path}.`;
    if (this.#traps.isLast) {
      this.#request.onEnd(new HostError(EXIT.trapped, `the inspector failed: ${what}${kept}`));
      return;
    }
    this.sinks.syslog.notice("inspector-replaced", "warning", what);
    this.#request.diagnostic(`${what} A new one took over after ${took} ms.${kept}`);
    this.#lamp.degrade("the inspector failed and was replaced");
  }

  #answer(question: ControlRequest): ControlAnswer {
    if (question.command === "status") return this.status();
    if (question.command === "test-alarm") {
      this.sinks.syslog.testAlarm();
      this.#lamp.test(true);
      const { state: lamp, problem: lampProblem } = this.#lamp;
      return {
        lamp: lampProblem === null ? lamp : null,
        lampProblem,
        ...this.sinks.syslog.status(),
      };
    }
    const acknowledged = acknowledge(this.#pipeline.book, question.id);
    this.#lamp.test(false);
    this.#writer.offerNow(true);
    this.#raised();
    return { acknowledged };
  }

  #counters(): Record<string, number> {
    const counters = this.#pipeline.inspector.counters();
    const frames = Number(counters.get("frames") ?? 0n);
    return { frames, lost: this.#lost, alerts: this.sinks.raised, traps: this.#traps.count };
  }

  #explained(error: unknown): HostError {
    if (error instanceof HostError) return error;
    const what = error instanceof Error ? error.message : String(error);
    return new HostError(EXIT.noPermission, `the watch cannot start: ${what}.`);
  }
}
