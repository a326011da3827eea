// Everybody who hears of an alert: the log, the alert file and whoever reads the output; and the sentences
// about the watch itself. Which of them there are may change while it runs.

import type { Config } from "../config/schema.ts";
import type { Alert } from "../ground/alert.ts";
import { AlertFile } from "../sink/alert-file.ts";
import { LOCAL_LOG_PATH, Syslog } from "../sink/syslog.ts";
import type { State } from "./state.ts";

export interface SinksRequest {
  readonly config: Config;
  readonly state: State;
  readonly onAlert: (alert: Alert) => void;
  readonly diagnostic: (sentence: string) => void;
}

export class Sinks {
  readonly #request: SinksRequest;
  readonly syslog: Syslog;
  #alertFile: AlertFile | null;
  #raised = 0;

  /** Opens nothing yet. */
  constructor(request: SinksRequest) {
    this.#request = request;
    const { facility, collectors } = request.config;
    this.syslog = new Syslog({ facility, collectors, localPath: LOCAL_LOG_PATH });
    this.#alertFile = this.#fileOf(request.config);
  }

  get alertFile(): AlertFile | null {
    return this.#alertFile;
  }

  /** Alerts told since the start, revisions not counted. */
  get raised(): number {
    return this.#raised;
  }

  /** Opens files, under their names, as they will be reopened: with the rights that are left. */
  open(): void {
    this.#alertFile?.open();
  }

  /** Takes over what a configuration that a preflight has accepted says of the sinks. */
  reload(config: Config): void {
    if (config.alertFile !== (this.#alertFile?.path ?? null)) {
      this.#alertFile?.stop();
      this.#alertFile = this.#fileOf(config);
    }
    this.open();
    this.syslog.reload(config);
  }

  async stop(): Promise<void> {
    this.#alertFile?.stop();
    await this.syslog.stop();
  }

  /** Tells an alert everybody who is to hear it; whether the log heard it as something new. */
  tell(alert: Alert): boolean {
    if (alert.revision === 1) this.#raised += 1;
    const { send, repeated } = this.#request.state.repeats.admit(alert);
    if (send) this.syslog.alert(alert, repeated);
    this.#alertFile?.write(alert);
    this.#request.onAlert(alert);
    return send;
  }

  /** What still waits for the owner is told again, to logs that may have missed it. */
  remind(): void {
    const { open, repeats } = this.#request.state;
    for (const [alert, times] of repeats.again(open.calling())) this.syslog.alert(alert, times);
  }

  /** One sentence about the watch, for whoever reads its output and for whoever reads the log. */
  warn(kind: string, sentence: string): void {
    this.#request.diagnostic(sentence);
    this.syslog.notice(kind, "warning", sentence);
  }

  #fileOf({ alertFile }: Config): AlertFile | null {
    if (alertFile === null) return null;
    return new AlertFile(alertFile, (sentence) => this.warn("alert-file", sentence));
  }
}
