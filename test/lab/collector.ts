// The owner's log host: a real rsyslogd in the home namespace that takes syslog over UDP and TCP
// and writes what it parsed, field by field. Uses neither the machine's log nor its configuration.
// Read: rsyslog.conf(5), RFC 5424 §6, RFC 6587 §3.4.1.

import type { ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ADDRESS, type Network } from "./namespace.ts";
import { run, start, stop, until } from "./process.ts";

/** Packages the collector is made of. */
export const COLLECTOR_PACKAGES = ["rsyslog"];

const PORT = 514;

/** One record as rsyslog parsed it; everything but the priority is text. */
export interface SyslogRecord {
  /** When rsyslog had it, Unix time in milliseconds. */
  receivedMs: number;
  facility: string;
  severity: string;
  timestamp: string;
  hostname: string;
  appName: string;
  msgid: string;
  structured: Record<string, string>;
  message: string;
}

/** One running rsyslogd. `start` resolves when it listens. */
export class SyslogCollector {
  readonly #network: Pick<Network, "netns">;
  #folder = "";
  #child: ChildProcess | null = null;

  constructor(network: Pick<Network, "netns">) {
    this.#network = network;
  }

  /** Where to send records. */
  readonly host: string = ADDRESS.home;
  readonly port = PORT;

  /** May be called again after `stop`: what was written before stays. */
  async start(): Promise<void> {
    if (this.#folder === "") this.#folder = mkdtempSync(join(tmpdir(), "striplight-log-"));
    const file = join(this.#folder, "rsyslog.conf");
    writeFileSync(file, configuration(this.#folder));
    const pid = join(this.#folder, "pid");
    rmSync(pid, { force: true });
    const netns = this.#network.netns("home");
    this.#child = start(netns, ["rsyslogd", "-n", "-f", file, "-i", pid]);
    this.#child.stdout?.resume();
    this.#child.stderr?.resume();
    await until("rsyslogd listens", async () => {
      const listed = await run(netns, ["ss", "-Hltn"]);
      return new RegExp(`:${PORT}\\s`).test(listed.transcript);
    });
  }

  /** Ends it; the records can still be read until `remove`. SIGKILL lets it finish nothing. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child !== null) await stop(child, signal);
  }

  /** Removes what was written. */
  remove(): void {
    if (this.#folder !== "") rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = "";
  }

  /** Every record so far, in order of arrival. */
  records(): SyslogRecord[] {
    return this.#lines("fields").flatMap((line) => parseFields(line) ?? []);
  }

  /** Every record so far as it came over the wire. */
  raw(): string[] {
    return this.#lines("raw");
  }

  #lines(name: string): string[] {
    const file = join(this.#folder, name);
    if (!existsSync(file)) return [];
    return readFileSync(file, "utf8").split("\n").slice(0, -1);
  }
}

/** Fields apart by tabs, which rsyslog escapes inside of them. */
function parseFields(line: string): SyslogRecord | null {
  const [received, facility, severity, timestamp, hostname, appName, msgid, structured, message] =
    line.split("\t");
  if (message === undefined) return null;
  return {
    receivedMs: Date.parse(received ?? ""),
    facility: facility ?? "",
    severity: severity ?? "",
    timestamp: timestamp ?? "",
    hostname: hostname ?? "",
    appName: appName ?? "",
    msgid: msgid ?? "",
    structured: parseStructured(structured ?? ""),
    message,
  };
}

/** One element's parameters by name, quoting undone. */
function parseStructured(text: string): Record<string, string> {
  const pairs = [...text.matchAll(/(\w+)="((?:[^"\\\]]|\\.)*)"/g)];
  return Object.fromEntries(
    pairs.map(([, name = "", value = ""]) => [name, value.replace(/\\(.)/g, "$1")]),
  );
}

function configuration(folder: string): string {
  const fields = [
    "timegenerated:::date-rfc3339",
    "syslogfacility-text",
    "syslogseverity",
    "timestamp:::date-rfc3339",
    "hostname",
    "app-name",
    "msgid",
    "structured-data",
    "msg",
  ];
  return `global(workDirectory="${folder}")
module(load="imudp")
module(load="imtcp")
template(name="fields" type="string" string="${fields.map((each) => `%${each}%`).join("\\t")}\\n")
template(name="raw" type="string" string="%rawmsg%\\n")
ruleset(name="keep") {
  action(type="omfile" file="${folder}/raw" template="raw")
  action(type="omfile" file="${folder}/fields" template="fields")
}
input(type="imudp" port="${PORT}" ruleset="keep")
input(type="imtcp" port="${PORT}" ruleset="keep")
`;
}
