// Turns the sections of the configuration file into one frozen, fully validated Config.
// Opens nothing but that file; every default is here. The first mistake ends it with one
// sentence that names file, section, option, value and what is accepted (exit status 78).

import { readFileSync } from "node:fs";
import { EXIT, HostError } from "../ground/errors.ts";
import { parseUci, type UciSection } from "./uci.ts";
import {
  duration,
  host,
  type IgnoreRule,
  ignoreRule,
  interfaceName,
  type KnownServer,
  knownServer,
  label,
  ledName,
  network,
  notYet,
  oneOf,
  path,
  type Reader,
  userName,
  whole,
} from "./value.ts";

/** Where the configuration is looked for when none is named; it need not exist. */
export const CONFIG_PATH = "/etc/config/striplight";

export type Profile = "desk" | "board";
export type Transport = "udp" | "tcp" | "tls";

/** Where alerts are sent as syslog; file names are PEM files, null means the system's. */
export interface Collector {
  readonly host: string;
  readonly port: number;
  readonly proto: Transport;
  readonly ca: string | null;
  readonly cert: string | null;
  readonly key: string | null;
  /** Records kept while the collector is away. */
  readonly queue: number;
}

/** Everything that can be set. Sizes in octets, times in milliseconds. */
export interface Config {
  /** Empty: the interface of the default route. */
  readonly interfaces: readonly string[];
  /** Networks as ADDRESS/LENGTH; empty: the built-in list. */
  readonly home: readonly string[];
  readonly profile: Profile;
  readonly runDir: string;
  readonly stateDir: string;
  /** The name of this router in alerts and log lines; null: its host name. */
  readonly sensor: string | null;
  /** The owner's label of its line. */
  readonly uplink: string | null;
  readonly alertFile: string | null;
  readonly led: string | null;
  readonly ledRoot: string;
  readonly alertHold: number;
  readonly facility: string;
  /** null: `striplight` where that user exists, else `nobody`. */
  readonly user: string | null;
  /** Findings that the owner knows and that are kept silent. */
  readonly ignore: readonly IgnoreRule[];
  readonly knownHosts: readonly KnownServer[];
  readonly knownPlain: readonly KnownServer[];
  readonly collectors: readonly Collector[];
}

const FACILITIES = ["local0", "local1", "local2", "local3", "local4", "local5", "local6", "daemon"];
const QUEUE_DEFAULT = 1_024;
const QUEUE_MAX = 65_536; // at 1 KiB a record, as much as a router can spare
/** Options of the main section that nothing reads yet: a wish that is not met must not look like one that is. */
const NOT_YET = ["evidence_dir", "evidence_max", "history_max", "metrics_file"];

/** One section's options, taken one by one; what is left at the end is a mistake. */
class Options {
  readonly #section: UciSection;
  readonly #file: string;
  readonly #known: string[] = [];

  constructor(section: UciSection, file: string) {
    this.#section = section;
    this.#file = file;
  }

  /** The value, or `otherwise` where it is absent or empty. */
  one<T, D>(name: string, reader: Reader<T>, otherwise: D): T | D {
    this.#known.push(name);
    const option = this.#section.options.get(name);
    const value = option?.values[0];
    if (option === undefined || value === undefined || value === "") return otherwise;
    if (option.isList) this.#fail(name, value, option.line, `one value, with "option ${name}"`);
    return this.#read(name, value, option.line, reader);
  }

  /** All values of a list; a single `option` counts as a list of one. */
  many<T>(name: string, reader: Reader<T>): readonly T[] {
    this.#known.push(name);
    const option = this.#section.options.get(name);
    if (option === undefined) return Object.freeze([]);
    const values = option.values.filter((value) => value !== "");
    return Object.freeze(values.map((value) => this.#read(name, value, option.line, reader)));
  }

  end(): void {
    for (const [name, option] of this.#section.options) {
      if (this.#known.includes(name)) continue;
      this.#fail(
        name,
        option.values[0] ?? "",
        option.line,
        `one of the options ${this.#known.join(", ")}`,
      );
    }
  }

  missing(name: string, accepts: string): never {
    throw new HostError(
      EXIT.config,
      `${this.#file}, line ${this.#section.line}: ${this.#title()} needs option ${name}: ${accepts}.`,
    );
  }

  #read<T>(name: string, value: string, line: number, reader: Reader<T>): T {
    const read = reader(value);
    if (typeof read === "object" && read !== null && "accepts" in read) {
      return this.#fail(name, value, line, String(read.accepts));
    }
    return read as T; // what is not Rejected is T
  }

  #title(): string {
    const name = this.#section.name;
    return `section ${this.#section.type}${name === null ? "" : ` '${name}'`}`;
  }

  #fail(name: string, value: string, line: number, accepts: string): never {
    const shown = JSON.stringify(value);
    throw new HostError(
      EXIT.config,
      `${this.#file}, line ${line}: ${this.#title()}, option ${name}: ${shown} is not accepted; ` +
        `expected ${accepts}.`,
    );
  }
}

function readCollector(section: UciSection, file: string): Collector {
  const options = new Options(section, file);
  const address = options.one("host", host, null);
  if (address === null) return options.missing("host", "a host name or an IP address");
  const proto = options.one("proto", oneOf<Transport>("udp", "tcp", "tls"), "udp");
  const collector = {
    host: address,
    port: options.one("port", whole(1, 65_535), proto === "tls" ? 6_514 : 514),
    proto,
    ca: options.one("ca", path, null),
    cert: options.one("cert", path, null),
    key: options.one("key", path, null),
    queue: options.one("queue", whole(1, QUEUE_MAX), QUEUE_DEFAULT),
  };
  options.one("anonymous", notYet, null);
  options.end();
  if ((collector.cert === null) !== (collector.key === null)) {
    options.missing(collector.cert === null ? "cert" : "key", "cert and key come together");
  }
  return Object.freeze(collector);
}

function readMain(section: UciSection, file: string, collectors: readonly Collector[]): Config {
  const options = new Options(section, file);
  const config = {
    interfaces: options.many("interface", interfaceName),
    home: options.many("home", network),
    profile: options.one("profile", oneOf<Profile>("desk", "board"), "desk" as const),
    runDir: options.one("run_dir", path, "/var/run/striplight"),
    stateDir: options.one("state_dir", path, "/var/lib/striplight"),
    sensor: options.one("sensor", label, null),
    uplink: options.one("uplink", label, null),
    alertFile: options.one("alert_file", path, null),
    led: options.one("led", ledName, null),
    ledRoot: options.one("led_root", path, "/sys/class/leds"),
    alertHold: options.one("alert_hold", duration, 24 * 3_600_000),
    facility: options.one("facility", oneOf(...FACILITIES), "local5"),
    user: options.one("user", userName, null),
    ignore: options.many("ignore", ignoreRule),
    knownHosts: options.many("known_host", knownServer),
    knownPlain: options.many("known_plain", knownServer),
    collectors,
  };
  for (const name of NOT_YET) options.one(name, notYet, null);
  options.end();
  return Object.freeze(config);
}

/** The configuration in a file's text; `file` is only named in errors. Throws HostError 78. */
export function readConfig(text: string, file: string): Config {
  const sections = parseUci(text, file);
  for (const section of sections) {
    const isMain = section.type === "striplight" && (section.name ?? "main") === "main";
    if (isMain || section.type === "collector") continue;
    const name = section.name === null ? "" : ` '${section.name}'`;
    throw new HostError(
      EXIT.config,
      `${file}, line ${section.line}: section ${section.type}${name} is not accepted; ` +
        "expected striplight 'main' or collector.",
    );
  }
  const mains = sections.filter((section) => section.type === "striplight");
  if (mains[1] !== undefined) {
    throw new HostError(
      EXIT.config,
      `${file}, line ${mains[1].line}: section striplight is there twice; expected it once.`,
    );
  }
  const collectors = sections
    .filter((section) => section.type === "collector")
    .map((section) => readCollector(section, file));
  const empty: UciSection = { type: "striplight", name: "main", line: 0, options: new Map() };
  return readMain(mains[0] ?? empty, file, Object.freeze(collectors));
}

/**
 * Reads the configuration file. Without a `file` the usual place is tried and may be empty of
 * one. Throws HostError 66 when a named file cannot be read, 78 when it is not accepted.
 */
export function loadConfig(file: string | null): Config {
  let text = "";
  try {
    text = readFileSync(file ?? CONFIG_PATH, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unreadable";
    if (file !== null || code !== "ENOENT") {
      throw new HostError(
        EXIT.noInput,
        `the configuration file ${file ?? CONFIG_PATH} cannot be read (${code}).`,
      );
    }
  }
  return readConfig(text, file ?? CONFIG_PATH);
}
