// Turns an alert into a few lines for a person: what, how sure, who with whom, then the text.
// Tells a revision again only when its verdict changed. Does not write: the caller has the stream.

import type { Alert } from "../ground/alert.ts";

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

function place(alert: Alert): string {
  const { flow } = alert;
  const name = alert.serverName === null ? "" : ` (${alert.serverName})`;
  const between = `${endpoint(flow.client, flow.clientPort)} to `;
  return `${between}${endpoint(flow.server, flow.serverPort)}${name}, ${flow.application}`;
}

function frames(alert: Alert): string {
  const where = alert.file ?? alert.evidenceFile;
  if (alert.frames.length === 0 || where === null) return "";
  const word = alert.frames.length === 1 ? "frame" : "frames";
  return `, ${word} ${alert.frames.join(", ")} of ${where}`;
}

/** An alert as a person reads it, several lines without the last line end. */
export function describeAlert(alert: Alert): string {
  const time = `${alert.time.slice(0, 10)} ${alert.time.slice(11, 19)} UTC`;
  const head = `${time}  ${alert.severity.toUpperCase()}: ${alert.alert} (${alert.verdict})`;
  const seen = wrapped(`${place(alert)}${frames(alert)}.`);
  const evidence = wrapped(`Evidence: ${alert.evidence.join(", ")}.`);
  return `${head}\n${wrapped(alert.text)}\n${seen}\n${evidence}`;
}

/** Remembers verdicts told, so that a revision that only adds evidence is not told again. */
export class Told {
  readonly #verdicts = new Map<string, string>();

  /** Whether this alert says something new to a person. */
  isNews(alert: Alert): boolean {
    const before = this.#verdicts.get(alert.id);
    this.#verdicts.set(alert.id, alert.verdict);
    return before !== alert.verdict;
  }
}
