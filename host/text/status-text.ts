// Turns the status of a running watch into lines for a person.

import { SHORT_ID_DIGITS } from "../ground/alert.ts";

type Values = Readonly<Record<string, unknown>>;

const valuesOf = (value: unknown): Values =>
  typeof value === "object" && value !== null ? { ...value } : {};
const listOf = (value: unknown): Values[] => (Array.isArray(value) ? value.map(valuesOf) : []);

function interfaceLine(figures: Values): string {
  const { interface: name, state, frames, drops, ring, missed, rebinds } = figures;
  const anew = rebinds === 0 ? "" : `, bound anew ${rebinds} times (${missed} frames missed)`;
  return `  ${name}: ${state}, ${frames} frames, ${drops} lost, ring ${ring}${anew}`;
}

/** Reached, sent (over UDP nobody answers), or away and why. */
function collectorState({ state, why }: Values): string {
  return why === null ? String(state) : `${state} (${why})`;
}

function collectorLine(collector: Values): string {
  const { collector: name, queued, delivered, dropped } = collector;
  return `  ${name}: ${collectorState(collector)}, ${delivered} delivered, ${queued} waiting, ${dropped} dropped`;
}

/** Seconds as a person says them, in the two largest units. */
function lasting(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1) return `${seconds} s`;
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48
    ? `${hours} h ${minutes % 60} min`
    : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

function alertLines(alert: Values): string[] {
  const { id, state, since, age, severity, verdict, device, server, text } = alert;
  const head = `${String(id).slice(0, SHORT_ID_DIGITS)}  ${state}, ${severity}: ${alert.alert} (${verdict})`;
  const when = `since ${String(since).slice(0, 19)}Z, watched for ${lasting(Number(age))}`;
  return [`  ${head}, ${device} to ${server}, ${when}`, `    ${text}`];
}

/** The file of alerts, once a line of it was lost. */
function fileLine({ path, lost, failing }: Values): string[] {
  if (typeof lost !== "number" || (lost === 0 && failing === null)) return [];
  const now = failing === null ? "written again" : `cannot be written (${failing})`;
  return [`alert file ${path}: ${now}, ${lost} lines lost`];
}

/** What a test of the alarm came to: the lamp and each collector as they are. */
export function describeTest(answer: Values): string {
  const lamp =
    answer.lamp === null
      ? `no lamp blinks: ${answer.lampProblem}`
      : "the lamp blinks for 15 seconds";
  const collectors = listOf(answer.collectors).map(
    (collector) => `  ${collector.collector}: ${collectorState(collector)}`,
  );
  const log = answer.local === true ? "it is in this machine's own log" : "there is no local log";
  const sent =
    collectors.length === 0
      ? "no collector is configured"
      : "a marked test line was given to every collector; one that is away gets it when it is back";
  return [`${lamp}; ${log}; ${sent}${collectors.length > 0 ? ":" : "."}`, ...collectors].join("\n");
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [title, ...lines];
}

/** What to say of ports on which somebody near answers for everybody; null when there are none. */
export function describeProxies(ports: readonly number[]): string | null {
  if (ports.length === 0) return null;
  const where = `${ports.length === 1 ? "port" : "ports"} ${ports.join(", ")}`;
  return `transparent proxy on ${where}: servers of unrelated networks all answer from within a few hops`;
}

/** What to say of mail ports that are closed towards everybody; null when there are none. */
export function describeClosed(
  ports: readonly { readonly port: number; readonly operators: number }[],
): string | null {
  if (ports.length === 0) return null;
  const parts = ports.map(({ port, operators }) => `port ${port} (${operators} operators)`);
  return `closed towards every mail server tried: ${parts.join(", ")}; providers often do this to port 25`;
}

function affectedLine(place: Values): string {
  const { operator, port, ipVersion, text } = place;
  return `  ${operator} port ${port} over IPv${ipVersion}: ${text}`;
}

/** The status as `striplight status` prints it. */
export function describeStatus(status: Values): string {
  const flows = valuesOf(status.flows);
  const limits = Array.isArray(status.limits) ? status.limits : [];
  const lamp =
    status.lamp ??
    (typeof status.lampProblem === "string" ? `none: ${status.lampProblem}` : "none");
  const counters = valuesOf(status.counters);
  const user = status.user === null ? "with its first rights" : `as ${status.user}`;
  const { advice } = valuesOf(status.offload);
  const ports = Array.isArray(status.nearProxies) ? status.nearProxies.map(Number) : [];
  const proxies = describeProxies(ports);
  const closed = describeClosed(
    listOf(status.closedPorts).map(({ port, operators }) => ({
      port: Number(port),
      operators: Number(operators),
    })),
  );
  const { servers } = valuesOf(status.baselines);
  const reasons = Object.entries(valuesOf(status.notInspected));
  return [
    `watching since ${status.since} ${user}; lamp ${lamp}`,
    ...section(
      "what limits the watch (slow lamp)",
      limits.map((limit) => `  ${limit}`),
    ),
    ...section("interfaces", listOf(status.interfaces).map(interfaceLine)),
    `connections: ${flows.alive} of ${flows.capacity}; mail dialogs: ${counters.dialogs}; resets: ${counters.resets}`,
    `frames lost: ${status.framesLost}; inspector replaced: ${status.traps}; processor time: ${Number(status.cpuSeconds).toFixed(2)} s`,
    ...(typeof advice === "string" ? [advice] : []),
    ...section(
      "not inspected",
      reasons.map(([reason, count]) => `  ${reason}: ${count}`),
    ),
    ...(proxies === null ? [] : [proxies]),
    ...(closed === null ? [] : [closed]),
    `mail servers remembered: ${servers ?? 0}`,
    ...section("collectors", listOf(valuesOf(status.syslog).collectors).map(collectorLine)),
    ...fileLine(valuesOf(status.alertFile)),
    `alerts: ${status.alertsRaised} raised; open: ${status.worstOpen ?? "none"}`,
    ...section(
      "kept silent, for the owner knows (list ignore)",
      listOf(status.ignored).map(({ rule, alerts }) => `  ${rule}: ${alerts} alerts`),
    ),
    ...section("who is affected, last 24 hours", listOf(status.affected).map(affectedLine)),
    ...section("last alerts", listOf(status.alerts).flatMap(alertLines)),
  ].join("\n");
}
