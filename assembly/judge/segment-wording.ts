// Turns forged resets, forged segments and refusals into two plain sentences for the owner. Names the
// evidence with its figures; never the provider, never intent. Distances are said only when plausible.

import { segmentSentence } from "./catalogue";
import { Facts } from "./facts";
import { fingerprintWords } from "./fingerprint";
import { SEGMENT_ROWS } from "./segment-catalogue";
import { fill } from "./sentence";

/** Reasons said at most: the most convincing ones. */
const REASONS_MAX: i32 = 2;
const COMPARE = "compare over another connection (mobile network, VPN)";

/** True when every figure in the clause is known. */
function isKnown(clause: string, facts: Facts): bool {
  if (clause.includes("{latency}")) return facts.has("latency") && facts.has("rtt");
  if (clause.includes("{resetTtl}")) return facts.has("resetTtl") && facts.has("farTtl");
  return true;
}

function reasons(evidence: string[], facts: Facts): string {
  let said = "";
  let count = 0;
  for (let i = 0; i < SEGMENT_ROWS.length && count < REASONS_MAX; i++) {
    const clause = SEGMENT_ROWS[i].sentence;
    if (clause == "" || !evidence.includes(SEGMENT_ROWS[i].name) || !isKnown(clause, facts)) continue;
    const filled = fill(clause, facts);
    if (said.includes(filled)) continue;
    said += (count == 0 ? ": " : ", and ") + filled;
    count++;
  }
  return said;
}

function certainty(verdict: string): string {
  if (verdict == "proven") return "that the server did not send";
  if (verdict == "likely") return "that very likely did not come from the server";
  return "that may not have come from the server";
}

/** Two sentences about forged resets (`kind` = reset-forged) or forged data (segment-forged). */
export function segmentText(
  kind: string, verdict: string, evidence: string[], lines: string[],
): string {
  const facts = new Facts(lines);
  const isReset = kind == "reset-forged";
  const sure = certainty(verdict);
  const seen = isReset
    ? "A connection to {server} (port {port}) was cut by a reset " + sure
    : "A packet " + sure + " arrived in a connection to {server} (port {port})";
  const words = fingerprintWords(facts.get("fingerprint"));
  let likeness = words == "" ? "" : " (it looks like " + words + ")";
  if (facts.has("signature")) {
    likeness += " (several connections show the same signature: {signature})";
  }
  const means = isReset ? "ends connections" : "answers";
  return fill(seen, facts) + reasons(evidence, facts) + fill(likeness, facts) +
    ". Something on the far side of this router " + means + " in the server's name; " + COMPARE +
    " and keep this record.";
}

/** Two sentences about a refusal: by a third party (`sender`), or of one name where others work. */
export function blockedText(lines: string[]): string {
  const facts = new Facts(lines);
  if (facts.has("sender")) {
    return fill(segmentSentence("icmp-prohibited"), facts) + ". A filter between this router and the server " +
      "does not let it pass; ask the operator of that address, or use another port or connection.";
  }
  return fill(segmentSentence("name-differential"), facts) +
    ". Something on the way seems to choose by name; " + COMPARE + ".";
}

function reasonWords(reason: string): string {
  if (reason == "route-event") {
    return "several connections to the same network changed their path at the same moment";
  }
  if (reason == "idle-reaper") {
    return "the same device also ends idle connections, as address translators do";
  }
  if (reason == "one-machine") {
    return "another machine of this house reaches the same name, so the first one is the cause";
  }
  return "later packets explain what was seen";
}

/** Two sentences that take an earlier alert back. */
export function withdrawnText(lines: string[]): string {
  const facts = new Facts(lines);
  return fill("The earlier alert about {server} (port {port}) is withdrawn: ", facts) +
    reasonWords(facts.get("reason")) + ". Nothing needs to be done.";
}
