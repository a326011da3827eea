// Turns a verdict and what was exposed into a severity. Two tables: mail dialogs, and resets or
// forged segments. Caps come from the host, which knows the history.

const ORDER: string[] = ["info", "notice", "warning", "critical"];

/** What left the house in clear: nothing, a message, or a reusable credential. Worst one counts. */
const NOTHING: i32 = 0;
const MESSAGE: i32 = 1;
const CREDENTIAL: i32 = 2;

function row(verdict: string): string[] {
  if (verdict == "proven") return ["warning", "critical", "critical"];
  if (verdict == "likely") return ["warning", "warning", "critical"];
  if (verdict == "suspect") return ["notice", "notice", "warning"];
  return ["info", "info", "notice"];
}

/**
 * Severity of a mail verdict. `exposed` is `nothing`, `mail` or `auth` (reusable credentials);
 * `cap` is the highest severity allowed, or empty.
 */
export function mailSeverity(verdict: string, exposed: string, cap: string): string {
  const column = exposed == "auth" ? CREDENTIAL : exposed == "mail" ? MESSAGE : NOTHING;
  const severity = row(verdict)[column];
  if (cap != "" && ORDER.indexOf(severity) > ORDER.indexOf(cap)) return cap;
  return severity;
}

/** Severity of forged resets and segments; `dataCut` when application data was lost by it. */
export function segmentSeverity(verdict: string, dataCut: bool): string {
  if (verdict == "proven") return dataCut ? "critical" : "warning";
  if (verdict == "likely") return "warning";
  if (verdict == "suspect") return "notice";
  return "info";
}
