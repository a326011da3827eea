// Turns an alert and a flow line into one line of JSON each, keys in the published order: what --json,
// --flows and the alert file hold.

import type { Alert, AlertFlow, FlowLine } from "../ground/alert.ts";

function orderedFlow(flow: AlertFlow): AlertFlow {
  const { client, clientPort, server, serverPort, application } = flow;
  return { client, clientPort, server, serverPort, application };
}

/** The alert as it is published: the keys of the contract, in their order, and no other. */
export function publishedAlert(alert: Alert): Omit<Alert, "homeEnd" | "happened"> {
  return {
    id: alert.id,
    revision: alert.revision,
    time: alert.time,
    alert: alert.alert,
    verdict: alert.verdict,
    severity: alert.severity,
    evidence: alert.evidence,
    flow: orderedFlow(alert.flow),
    interface: alert.interface,
    file: alert.file,
    lanClient: alert.lanClient,
    serverName: alert.serverName,
    side: alert.side,
    scope: alert.scope,
    fingerprint: alert.fingerprint,
    offered: alert.offered,
    expected: alert.expected,
    frames: alert.frames,
    evidenceFile: alert.evidenceFile,
    text: alert.text,
    communityId: alert.communityId,
    sensor: alert.sensor,
    uplink: alert.uplink,
  };
}

/** The alert as one line of JSON without the line end. */
export function formatAlert(alert: Alert): string {
  return JSON.stringify(publishedAlert(alert));
}

/** The flow as one line of JSON, keys in the published order, without the line end. */
export function formatFlow(line: FlowLine): string {
  return JSON.stringify({
    flow: orderedFlow(line.flow),
    time: line.time,
    communityId: line.communityId,
    file: line.file,
    verdict: line.verdict,
    severity: line.severity,
    evidence: line.evidence,
    alerts: line.alerts,
    reason: line.reason,
    resets: { toClient: line.resets.toClient, toServer: line.resets.toServer },
    stage: line.stage,
    tls: line.tls,
    offered: line.offered,
    serverName: line.serverName,
    frames: line.frames,
  });
}
