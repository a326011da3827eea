// Turns an alert, or one of our own messages, into one line of syslog: for the network as
// RFC 5424 has it, for the local log in the older style. Sends nothing. Whatever came from the
// wire leaves here as printable ASCII on one line, so no line can pretend to be another.
// Read RFC 5424 §6, RFC 5426 §3.2, and RFC 3164 §4.1 for the local style.

import { type Alert, homeDevice, type Severity, shortId } from "../ground/alert.ts";
import { printable } from "../ground/printable.ts";

/** Facility numbers by the names the configuration accepts: RFC 5424 §6.2.1. */
const FACILITY: Readonly<Record<string, number>> = {
  daemon: 3,
  local0: 16,
  local1: 17,
  local2: 18,
  local3: 19,
  local4: 20,
  local5: 21,
  local6: 22,
};

const SEVERITY: Readonly<Record<Severity, number>> = {
  critical: 2,
  warning: 4,
  notice: 5,
  info: 6,
};

const APP_NAME = "striplight";
const SD_ID = "striplight@32473"; // the enterprise number that documentation may use: RFC 5612

/** What every receiver should take in one piece: RFC 5424 §6.1. */
const LINE_MAX = 2_048;

/** The router's log daemon cuts what is longer, silently. */
const LOCAL_LINE_MAX = 1_003;

/** Where a line comes from. */
export interface Origin {
  /** A facility name of the configuration. */
  readonly facility: string;
  readonly hostname: string;
  readonly pid: number;
}

/** One line, before it takes one form or the other. */
export interface Message {
  /** MSGID: the alert kind, or the kind of our own message. */
  readonly kind: string;
  readonly severity: Severity;
  /** RFC 3339, UTC, any number of fractional digits. */
  readonly time: string;
  /** Parameters of the structured data, in order; null where there are none. */
  readonly parameters: Readonly<Record<string, string>> | null;
  readonly text: string;
  /** What the local style, which has no structured data, says before the text. */
  readonly summary: string;
}

const asPrinted = (text: string): string => printable(Buffer.from(text));

/** A header field: no spaces, never empty, at most `longest` characters. */
function token(text: string, longest: number): string {
  const word = text.replace(/[^\x21-\x7e]/g, "").slice(0, longest);
  return word === "" ? "-" : word;
}

/** A parameter value: RFC 5424 §6.3.3 wants these three escaped and nothing else. */
function quoted(value: string): string {
  return `"${asPrinted(value).replace(/["\\\]]/g, "\\$&")}"`;
}

/** UTC with exactly six fractional digits. */
function timestamp(time: string): string {
  const [, seconds = "", fraction = ""] = /^([\d-]+T[\d:]+)(?:\.(\d+))?Z$/.exec(time) ?? [];
  return seconds === "" ? "-" : `${seconds}.${fraction.slice(0, 6).padEnd(6, "0")}Z`;
}

function priority(origin: Origin, severity: Severity): number {
  return (FACILITY[origin.facility] ?? FACILITY.local5 ?? 21) * 8 + SEVERITY[severity];
}

/** The message as RFC 5424, without framing and without an end of line; ASCII only. */
export function networkLine(message: Message, origin: Origin): string {
  const parameters = Object.entries(message.parameters ?? {});
  const pairs = parameters.map(([name, value]) => ` ${name}=${quoted(value)}`).join("");
  const structured = message.parameters === null ? "-" : `[${SD_ID}${pairs}]`;
  const header = [
    `<${priority(origin, message.severity)}>1`,
    timestamp(message.time),
    token(origin.hostname, 255),
    APP_NAME,
    String(origin.pid),
    token(message.kind, 32),
    structured,
  ].join(" ");
  const room = Math.max(0, LINE_MAX - header.length - 1);
  return `${header} ${asPrinted(message.text).slice(0, room)}`;
}

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** The message in the style of the local log, local time; ASCII, at most 1,003 octets. */
export function localLine(message: Message, origin: Origin): string {
  const when = new Date(message.time);
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = String(when.getDate()).padStart(2, " ");
  const clock = [when.getHours(), when.getMinutes(), when.getSeconds()].map(two).join(":");
  const header = `<${priority(origin, message.severity)}>${MONTHS[when.getMonth()]} ${day} ${clock}`;
  const body = asPrinted(`${message.summary}: ${message.text}`);
  return `${header} ${APP_NAME}[${origin.pid}]: ${body}`.slice(0, LOCAL_LINE_MAX);
}

/** An alert; `repeated` is how often it was held back as a repetition, null when unknown. */
export function alertMessage(alert: Alert, repeated: number | null): Message {
  const { flow } = alert;
  return {
    kind: alert.alert,
    severity: alert.severity,
    time: alert.time,
    parameters: {
      id: alert.id,
      revision: String(alert.revision),
      verdict: alert.verdict,
      evidence: alert.evidence.join(","),
      client: flow.client,
      server: flow.server,
      port: String(flow.serverPort),
      application: flow.application,
      side: alert.side,
      scope: alert.scope,
      fingerprint: alert.fingerprint ?? "",
      serverName: alert.serverName ?? "",
      lanClient: alert.lanClient ?? "",
      repeated: repeated === null ? "" : String(repeated),
      sensor: alert.sensor,
      uplink: alert.uplink ?? "",
      community: alert.communityId,
    },
    text: alert.text,
    summary:
      `${alert.alert} ${alert.verdict}, alert ${shortId(alert)}, ` +
      `${homeDevice(alert)} at home, ${flow.server} port ${flow.serverPort}`,
  };
}

/** A message about ourselves: heartbeat, dropped records, a test of the alarm. */
export function ownMessage(kind: string, severity: Severity, time: string, text: string): Message {
  return { kind, severity, time, parameters: null, text, summary: kind };
}
