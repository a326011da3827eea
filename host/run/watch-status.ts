// Turns what the parts of a running watch know into the one object that `status --json` prints and
// text/status-text.ts words. Counts and changes nothing.

import type { OpenAlert } from "../alert/alert-record.ts";
import type { Ignored } from "../alert/ignored.ts";
import { homeDevice } from "../ground/alert.ts";
import type { TapFigures } from "../tap/tap.ts";
import { publishedAlert } from "../text/alert-json.ts";
import type { ControlAnswer } from "./control.ts";
import { interfaceStatus } from "./interface-status.ts";
import type { Lamp } from "./lamp.ts";
import type { OffloadStatus } from "./offload.ts";
import type { Pipeline } from "./pipeline.ts";
import type { Sinks } from "./sinks.ts";
import type { State } from "./state.ts";

/** Alerts a status shows. */
const LAST_ALERTS = 16;

/** The parts that are asked, and figures that the watch itself keeps. */
export interface WatchParts {
  readonly pipeline: Pipeline;
  readonly interfaces: readonly TapFigures[];
  readonly lamp: Lamp;
  readonly sinks: Sinks;
  readonly ignored: Ignored;
  readonly state: State;
  /** Milliseconds since 1970 at the start. */
  readonly since: number;
  readonly user: string | null;
  readonly offload: OffloadStatus;
  readonly framesLost: number;
  readonly traps: number;
}

/** What became of an alert, beside the alert itself. `age` in seconds of watching. */
export function openStatus({ alert, acknowledged, age }: OpenAlert) {
  const state = acknowledged ? "acknowledged" : "open";
  return {
    id: alert.id,
    state: alert.verdict === "withdrawn" ? "withdrawn" : state,
    since: alert.time,
    age: Math.round(age / 1_000),
    severity: alert.severity,
    alert: alert.alert,
    verdict: alert.verdict,
    server: `${alert.serverName ?? alert.flow.server} port ${alert.flow.serverPort}`,
    device: homeDevice(alert),
    text: alert.text,
  };
}

/** The status of this moment. */
export function watchStatus(parts: WatchParts): ControlAnswer {
  const { inspector, book } = parts.pipeline;
  const counters = Object.fromEntries([...inspector.counters()].map(([k, v]) => [k, Number(v)]));
  const reasons = [...inspector.reasons()].filter(([, count]) => count > 0n);
  const usage = process.resourceUsage();
  return {
    since: new Date(parts.since).toISOString(),
    user: parts.user,
    lamp: parts.lamp.state,
    lampProblem: parts.lamp.problem,
    limits: parts.lamp.limits(),
    interfaces: parts.interfaces.map(interfaceStatus),
    flows: { alive: inspector.flowsAlive, capacity: inspector.flowCapacity },
    counters,
    notInspected: Object.fromEntries(reasons.map(([k, v]) => [k, Number(v)])),
    offload: parts.offload,
    framesLost: parts.framesLost,
    traps: parts.traps,
    cpuSeconds: (usage.userCPUTime + usage.systemCPUTime) / 1_000_000,
    syslog: parts.sinks.syslog.status(),
    alertFile: parts.sinks.alertFile?.status() ?? null,
    ignored: parts.ignored.status(),
    baselines: { servers: parts.state.servers },
    closedPorts: book.closedPorts.found(),
    affected: book.matrix.answers(BigInt(Date.now()) * 1_000_000n),
    alertsRaised: parts.sinks.raised,
    nearProxies: book.proxies.found(),
    worstOpen: book.open.worst(),
    alerts: book.open.recent(LAST_ALERTS).map(openStatus),
    lastAlerts: book.open.recent(LAST_ALERTS).map(({ alert }) => publishedAlert(alert)),
  };
}
