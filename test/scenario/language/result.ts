// Flow lines and alerts → the one text form in which scenarios state and compare results
// (README.md, "Results"). Addresses become host names, frame numbers those of the scenario as
// written, so that results of transforms compare equal.

import type { Alert, AlertFlow, FlowLine } from "../../../host/ground/alert.ts";
import { parseAddress } from "./address.ts";
import { originalKey } from "./address-family.ts";
import type { Frame } from "./packet.ts";
import type { Scenario } from "./scenario.ts";

/** How one variant's addresses and frame numbers read in the scenario. */
export class Reading {
  readonly #names = new Map<string, string>();
  readonly #frames: readonly Frame[];

  constructor(scenario: Scenario, frames: readonly Frame[]) {
    for (const host of scenario.hosts.values()) {
      this.#names.set(`${originalKey(host.address)}:${host.port}`, host.name);
    }
    this.#frames = frames;
  }

  host(address: string, port: number): string {
    const key = `${originalKey(parseAddress(address))}:${port}`;
    return this.#names.get(key) ?? `[${address}]:${port}`;
  }

  /** Frame numbers of the scenario, sorted; ? for scenery and for numbers of no frame. */
  frames(numbers: readonly number[]): string[] {
    const origins = numbers.map((number) => this.#frames[number - 1]?.origin ?? 0);
    const sorted = [...new Set(origins)].sort((a, b) => a - b);
    return sorted.map((origin) => (origin === 0 ? "?" : String(origin)));
  }

  pair(flow: AlertFlow): string {
    const client = this.host(flow.client, flow.clientPort);
    return `${client} > ${this.host(flow.server, flow.serverPort)}`;
  }
}

export function flowText(line: FlowLine, reading: Reading): string {
  const { toClient, toServer } = line.resets;
  return [
    reading.pair(line.flow),
    line.flow.application,
    line.verdict,
    line.severity,
    line.evidence.length === 0 ? "-" : line.evidence.join(","),
    ...part("alerts", line.alerts.join(",")),
    ...part("reason", line.reason),
    ...part("resets", toClient + toServer === 0 ? null : `${toClient}/${toServer}`),
    ...part("stage", line.stage),
    ...part("tls", line.tls),
    ...list("offered", line.offered),
    ...part("name", line.serverName),
    ...part("frames", reading.frames(line.frames).join(",")),
  ].join(" ");
}

export function alertText(alert: Alert, reading: Reading): string {
  return [
    reading.pair(alert.flow),
    alert.alert,
    alert.verdict,
    alert.severity,
    alert.evidence.length === 0 ? "-" : alert.evidence.join(","),
    ...part("side", alert.side),
    ...part("scope", alert.scope),
    ...part("fingerprint", alert.fingerprint),
    ...list("offered", alert.offered),
    ...list("expected", alert.expected),
    ...part("name", alert.serverName),
    ...part("frames", reading.frames(alert.frames).join(",")),
  ].join(" ");
}

/** The highest revision of each alert, in text order. */
export function alertTexts(alerts: readonly Alert[], reading: Reading): string[] {
  const last = new Map<string, Alert>();
  for (const alert of alerts) {
    if (alert.revision >= (last.get(alert.id)?.revision ?? 0)) last.set(alert.id, alert);
  }
  return [...last.values()].map((alert) => alertText(alert, reading)).sort();
}

/** A value that is nothing is left out. */
function part(name: string, value: string | null): string[] {
  return value === null || value === "" ? [] : [`${name}=${value}`];
}

/** An empty list is something. Blanks would end the value. */
function list(name: string, values: readonly string[] | null): string[] {
  return values === null ? [] : [`${name}=${values.join(",").replaceAll(" ", "_")}`];
}
