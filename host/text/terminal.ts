// Turns an alert into a few lines for a person: what, how sure, what it revises, the text, who with whom.
// Does not write: the caller has the stream.

import { type Alert, shortId } from "../ground/alert.ts";

const TEXT_WIDTH = 76;
const INDENT = "    ";

/** Words broken into lines of at most TEXT_WIDTH characters, each indented. */
function wrapped(text: string): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > TEXT_WIDTH) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].map((part) => INDENT + part).join("\n");
}

function endpoint(address: string, port: number): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

/** Both ends, with the device at home named as such. */
function place(alert: Alert): string {
  const { flow, homeEnd, lanClient, serverName } = alert;
  const name = serverName === null ? "" : ` (${serverName})`;
  const seen = endpoint(flow.client, flow.clientPort);
  const behind = lanClient === null ? `${seen} at home` : `${lanClient} at home, seen as ${seen},`;
  const client = homeEnd === "client" ? behind : seen;
  const server = `${endpoint(flow.server, flow.serverPort)}${name}`;
  return `${client} to ${server}${homeEnd === "server" ? " at home" : ""}, ${flow.application}`;
}

function frames(alert: Alert): string {
  const where = alert.file ?? alert.evidenceFile;
  if (alert.frames.length === 0 || where === null) return "";
  const word = alert.frames.length === 1 ? "frame" : "frames";
  return `, ${word} ${alert.frames.join(", ")} of ${where}`;
}

/** When it happened, to the second. */
export function instant(alert: Alert): string {
  return `${alert.time.slice(0, 10)} ${alert.time.slice(11, 19)} UTC`;
}

/** How much it weighs and how sure it is. */
function weight({ severity, verdict }: Alert): string {
  return `${severity}, ${verdict}`;
}

/**
 * An alert as a person reads it, several lines without the last line end. `revised` is what was told of it
 * before, null when nothing was.
 */
export function describeAlert(alert: Alert, revised: Alert | null = null): string {
  const what = `${alert.severity.toUpperCase()}: ${alert.alert} (${alert.verdict})`;
  const head = `${instant(alert)}  ${what}, alert ${shortId(alert)}`;
  const earlier =
    revised === null
      ? []
      : [`This revises what was told at ${instant(revised)} (${weight(revised)}).`];
  const seen = [`${place(alert)}${frames(alert)}.`, `Evidence: ${alert.evidence.join(", ")}.`];
  return [head, ...[...earlier, alert.text, ...seen].map(wrapped)].join("\n");
}
