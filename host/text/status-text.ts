// Turns the status of a running watch into lines for a person.

type Values = Readonly<Record<string, unknown>>;

const valuesOf = (value: unknown): Values =>
  typeof value === "object" && value !== null ? { ...value } : {};
const listOf = (value: unknown): Values[] => (Array.isArray(value) ? value.map(valuesOf) : []);

function interfaceLine(figures: Values): string {
  const { interface: name, state, frames, drops, ring, missed, rebinds } = figures;
  const anew = rebinds === 0 ? "" : `, bound anew ${rebinds} times (${missed} frames missed)`;
  return `  ${name}: ${state}, ${frames} frames, ${drops} lost, ring ${ring}${anew}`;
}

function collectorLine(collector: Values): string {
  const { collector: name, connected, queued, delivered, dropped } = collector;
  const how = connected ? "reached" : "away";
  return `  ${name}: ${how}, ${delivered} delivered, ${queued} waiting, ${dropped} dropped`;
}

function alertLine(alert: Values): string {
  const flow = valuesOf(alert.flow);
  return `  ${alert.time} ${alert.severity} ${alert.alert} (${alert.verdict}) ${flow.client} to ${flow.server}:${flow.serverPort}, id ${alert.id}`;
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
    `watching since ${status.since} ${user}; lamp ${status.lamp ?? "none"}`,
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
    `alerts: ${status.alertsRaised} raised; open: ${status.worstOpen ?? "none"}`,
    ...section("who is affected, last 24 hours", listOf(status.affected).map(affectedLine)),
    ...section("last alerts", listOf(status.lastAlerts).map(alertLine)),
  ].join("\n");
}
