// The running watch: tap → inspector → drain → book → sinks, with the lamp and the control socket
// beside it. Composes and orders their beginnings and ends; every part knows only its own business.

import { mkdirSync, readFileSync } from "node:fs";
import { HOME_DEFAULT } from "../address.ts";
import type { Alert } from "../alert/alert.ts";
import { AlertBook } from "../alert/book.ts";
import type { Config } from "../config/schema.ts";
import { EXIT, HostError } from "../errors.ts";
import { Inspector } from "../inspector.ts";
import { loadJudge } from "../judge.ts";
import { modulePath } from "../modules.ts";
import { Alarm } from "../sink/alarm.ts";
import { AlertFile } from "../sink/alert-file.ts";
import { Led } from "../sink/led.ts";
import { LOCAL_LOG_PATH, Syslog } from "../sink/syslog.ts";
import { ownAddresses } from "../tap/link.ts";
import { Tap } from "../tap/tap.ts";
import { Control, type ControlAnswer, type ControlRequest } from "./control.ts";
import { dropPrivileges, ownFolder, resolveIdentity } from "./privileges.ts";

/** The third trap within this time ends the watch: something is wrong that a restart does not mend. */
const TRAP_WINDOW_MS = 600_000;
const TRAPS_MAX = 3;
/** How long the lamp stays at "degraded" after the last loss. */
const DEGRADED_MS = 60_000;
const LAMP_MS = 500;
/** How long the lamp shows a test of the alarm: long enough to walk to it. */
const TEST_MS = 15_000;
const HEARTBEAT_MS = 86_400_000;
/** Alerts a status shows. */
const LAST_ALERTS = 16;

export interface WatchRequest {
  readonly config: Config;
  readonly interfaces: readonly string[];
  /** Told of every new alert and revision. */
  readonly onAlert: (alert: Alert) => void;
  /** One sentence about the watch itself. */
  readonly diagnostic: (sentence: string) => void;
  /** Called when the watch cannot go on; stop() is up to the caller. */
  readonly onEnd: (error: HostError) => void;
}

export class Watch {
  readonly #request: WatchRequest;
  readonly #book: AlertBook;
  readonly #tap: Tap;
  readonly #alarm: Alarm;
  readonly #led: Led | null;
  readonly #syslog: Syslog;
  readonly #alertFile: AlertFile | null;
  readonly #control: Control;
  readonly #since = Date.now();
  readonly #traps: number[] = [];
  readonly #last: Alert[] = [];
  #degradedUntil = 0;
  #testUntil = 0;
  #lost = 0;
  #alerts = 0;
  #user: string | null = null;
  #timers: NodeJS.Timeout[] = [];

  /** Loads the modules; opens nothing yet. */
  constructor(request: WatchRequest) {
    const { config, interfaces } = request;
    this.#request = request;
    const inspector = this.#loadInspector();
    const { MailEvidence, SegmentEvidence } = inspector.abi.names;
    const names = { mail: MailEvidence, segment: SegmentEvidence };
    const judge = loadJudge(readFileSync(modulePath("judge.wasm")), names);
    this.#book = new AlertBook({ judge, keepFlows: false });
    this.#tap = new Tap({
      inspector,
      interfaces,
      observe: (finding, sighting) => {
        for (const alert of this.#book.observe(finding, sighting)) this.#tell(alert);
      },
      onLoss: (frames) => this.#degrade(frames),
      onTrap: (error) => this.#recover(error),
    });
    this.#alarm = new Alarm(config.alertHold);
    this.#led = config.led === null ? null : new Led(config.ledRoot, config.led);
    const { facility, collectors } = config;
    this.#syslog = new Syslog({ facility, collectors, localPath: LOCAL_LOG_PATH });
    this.#alertFile = config.alertFile === null ? null : new AlertFile(config.alertFile);
    this.#control = new Control(config.runDir, (question) => this.#answer(question));
  }

  /** Opens everything, then gives up every privilege. Throws HostError; nothing stays open then. */
  async start(): Promise<void> {
    const { config } = this.#request;
    try {
      this.#tap.start(); // first: without it nothing else makes sense
      const root = process.getuid?.() === 0;
      const identity = root ? resolveIdentity(config.user) : null;
      if (identity === null) mkdirSync(config.runDir, { recursive: true });
      else for (const folder of [config.runDir, config.stateDir]) ownFolder(folder, identity);
      const warning = this.#led?.start() ?? null;
      if (warning !== null) this.#request.diagnostic(warning);
      this.#syslog.start();
      this.#alertFile?.start();
      await this.#control.start();
      if (identity !== null && dropPrivileges(identity)) this.#user = identity.user;
    } catch (error) {
      await this.stop();
      throw this.#explained(error);
    }
    this.#timers = [
      setInterval(() => this.#light(), LAMP_MS),
      setInterval(() => this.#syslog.heartbeat(this.#counters()), HEARTBEAT_MS),
    ];
  }

  /** Ends in reverse order. Safe to call twice. */
  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#timers = [];
    await this.#control.stop();
    this.#tap.stop();
    this.#alertFile?.stop();
    await Promise.all([this.#syslog.stop(), this.#led?.stop()]); // each may wait a moment
  }

  /** What `status --json` prints. */
  status(): ControlAnswer {
    const { inspector } = this.#tap;
    const counters = Object.fromEntries([...inspector.counters()].map(([k, v]) => [k, Number(v)]));
    const reasons = [...inspector.reasons()].filter(([, count]) => count > 0n);
    const usage = process.resourceUsage();
    return {
      since: new Date(this.#since).toISOString(),
      user: this.#user,
      lamp: this.#led?.state ?? null,
      interfaces: this.#tap.figures().map((figures) => ({
        interface: figures.interface,
        ring:
          figures.mode === "mapped"
            ? "in the inspector's memory"
            : "elsewhere, copied block by block",
        state: figures.state,
        ...figures.counters,
      })),
      flows: { alive: inspector.flowsAlive, capacity: inspector.flowCapacity },
      counters,
      notInspected: Object.fromEntries(reasons.map(([k, v]) => [k, Number(v)])),
      framesLost: this.#lost,
      traps: this.#traps.length,
      cpuSeconds: (usage.userCPUTime + usage.systemCPUTime) / 1_000_000,
      syslog: this.#syslog.status(),
      alertsWaiting: this.#alarm.waiting(Date.now()),
      alertsRaised: this.#alerts,
      lastAlerts: this.#last,
    };
  }

  #loadInspector(): Inspector {
    const { config, interfaces } = this.#request;
    const name = config.profile === "board" ? "inspector-board.wasm" : "inspector.wasm";
    const inspector = Inspector.load(modulePath(name));
    const home = config.home.length > 0 ? config.home : HOME_DEFAULT;
    const own = interfaces
      .flatMap((interfaceName) => ownAddresses(interfaceName))
      .map((address) => `${address}/${address.includes(":") ? 128 : 32}`);
    inspector.setHome([...home, ...own]);
    return inspector;
  }

  #tell(alert: Alert): void {
    if (alert.revision === 1) this.#alerts += 1;
    this.#last.push(alert);
    if (this.#last.length > LAST_ALERTS) this.#last.shift();
    this.#alarm.raise(alert, Date.now());
    this.#light();
    this.#syslog.alert(alert, null);
    this.#alertFile?.write(alert);
    this.#request.onAlert(alert);
  }

  #degrade(frames: number): void {
    this.#lost += frames;
    if (Date.now() >= this.#degradedUntil) {
      const sentence = `${frames} frames were lost: what is open now is judged without them`;
      this.#syslog.notice("frames-lost", "notice", sentence);
    }
    this.#degradedUntil = Date.now() + DEGRADED_MS;
    this.#light();
  }

  /** An alert outshines a loss, a loss outshines peace. */
  #light(): void {
    const now = Date.now();
    const away = this.#syslog.status().collectors.some((collector) => !collector.connected);
    const links = this.#tap.figures().some((figures) => figures.state !== "up");
    const alarm = this.#alarm.waiting(now).length > 0 || now < this.#testUntil;
    if (alarm) this.#led?.set("fast");
    else this.#led?.set(now < this.#degradedUntil || away || links ? "slow" : "steady");
  }

  /** A trapped inspector is replaced; the ring is laid into the new one's memory. */
  #recover(error: unknown): void {
    const now = Date.now();
    this.#traps.push(now);
    const recent = this.#traps.filter((time) => now - time < TRAP_WINDOW_MS).length;
    const what = error instanceof Error ? error.message : String(error);
    if (recent >= TRAPS_MAX || !(error instanceof HostError)) {
      this.#request.onEnd(new HostError(EXIT.trapped, `the inspector failed: ${what}`));
      return;
    }
    this.#tap.replace(this.#loadInspector());
    this.#syslog.notice("inspector-replaced", "warning", what);
    this.#request.diagnostic(`${what} A new one has taken over.`);
    this.#degradedUntil = now + DEGRADED_MS;
  }

  #answer(question: ControlRequest): ControlAnswer {
    if (question.command === "status") return this.status();
    if (question.command === "test-alarm") {
      this.#syslog.testAlarm();
      this.#testUntil = Date.now() + TEST_MS;
      this.#light();
      return { tested: true };
    }
    this.#testUntil = 0;
    const acknowledged = this.#alarm.acknowledge(question.id);
    this.#light();
    return { acknowledged };
  }

  #counters(): Record<string, number> {
    const counters = this.#tap.inspector.counters();
    const frames = Number(counters.get("frames") ?? 0n);
    return { frames, lost: this.#lost, alerts: this.#alerts, traps: this.#traps.length };
  }

  #explained(error: unknown): HostError {
    if (error instanceof HostError) return error;
    const what = error instanceof Error ? error.message : String(error);
    return new HostError(EXIT.noPermission, `the watch cannot start: ${what}.`);
  }
}
