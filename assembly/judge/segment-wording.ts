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
/** Values a TTL starts from (RFC 1700 and the systems in use). */
const STARTS: i32[] = [64, 128, 255];
/** No path of the Internet has more devices. */
const DEVICES_MAX: i32 = 40;

/** Devices a packet has passed, by what is left of the nearest start of its TTL; -1 when no path is that long. */
function devices(ttl: string): i32 {
  const left = <i32>parseInt(ttl, 10);
  for (let i = 0; i < STARTS.length; i++) {
    if (left > STARTS[i]) continue;
    return STARTS[i] - left <= DEVICES_MAX ? STARTS[i] - left : -1;
  }
  return -1;
}

/** Distances in words an owner understands, where both are plausible and they differ. */
function measure(facts: Facts): void {
  const reset = facts.has("resetTtl") ? devices(facts.get("resetTtl")) : -1;
  const far = facts.has("farTtl") ? devices(facts.get("farTtl")) : -1;
  if (reset >= 0 && far >= 0 && reset != far) {
    facts.set("resetDistance", reset.toString() + (reset == 1 ? " device away" : " devices away"));
    facts.set("farDistance", far.toString());
  }
  // What came later than a whole round trip was not early, whatever else it was held against.
  if (facts.has("rtt") && parseInt(facts.get("latency"), 10) >= parseInt(facts.get("rtt"), 10)) facts.set("rtt", "");
}

/** True when everything measured that the clause needs is known. */
function isKnown(clause: string, facts: Facts): bool {
  if (clause.includes("{latency}")) return facts.has("latency") && facts.has("rtt");
  return !clause.includes("{resetDistance}") || facts.has("resetDistance");
}

/** What is said of a packet that travelled another way when the distances themselves cannot be said. */
function travelled(name: string): string {
  return name.startsWith("rst-ttl-") ? segmentSentence("seg-ttl-step") : "";
}

function reasons(evidence: string[], facts: Facts): string {
  let said = "";
  let count = 0;
  for (let i = 0; i < SEGMENT_ROWS.length && count < REASONS_MAX; i++) {
    const name = SEGMENT_ROWS[i].name;
    if (!evidence.includes(name)) continue;
    let clause = SEGMENT_ROWS[i].sentence;
    if (clause != "" && !isKnown(clause, facts)) clause = travelled(name);
    const filled = fill(clause, facts);
    if (filled == "" || said.includes(filled)) continue;
    said += (count == 0 ? ": " : ", and ") + filled;
    count++;
  }
  return said;
}

function certainty(verdict: string): string {
  if (verdict == "proven") return "that {far} did not send";
  if (verdict == "likely") return "that very likely did not come from {far}";
  return "that may not have come from {far}";
}

/** The same about what it means. */
function somebody(verdict: string): string {
  if (verdict == "proven") return "Something ";
  return verdict == "likely" ? "Very likely something " : "Possibly something ";
}

/** The far end, and the connection as seen from home. */
function nameEnds(facts: Facts): string {
  const inbound = facts.is("clientNear", "0") && !facts.has("guessed");
  facts.set("far", inbound ? "the client" : "the server");
  return inbound
    ? "connection from {client} to your own server {server} (port {port})"
    : "connection to {server} (port {port})";
}

/** Two sentences about forged resets (`kind` = reset-forged) or forged data (segment-forged). */
export function segmentText(
  kind: string, verdict: string, evidence: string[], lines: string[],
): string {
  const facts = new Facts(lines);
  measure(facts);
  const between = nameEnds(facts);
  const isReset = kind == "reset-forged";
  const sure = certainty(verdict);
  const seen = isReset
    ? "A " + between + " was hit by a reset " + sure
    : "A packet " + sure + " arrived in a " + between;
  const words = fingerprintWords(facts.get("fingerprint"));
  let likeness = words == "" ? "" : " (it looks like " + words + ")";
  if (facts.is("signature", "alike")) likeness += " (several connections show the same)";
  else if (facts.has("signature")) likeness += " (several connections show the same signature: {signature})";
  const where = facts.has("guessed") ? "between the two ends " : "on the far side of this router ";
  const means = where + (isReset ? "sends resets" : "sends packets") + " in {far}'s name; ";
  return fill(seen + reasons(evidence, facts) + likeness + ". " + somebody(verdict) + means, facts) + COMPARE + ".";
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
