// Turns forged resets, forged segments and refusals into two plain sentences for the owner. Names the
// evidence with its figures; never the provider, never intent. Distances are said only when plausible.

import { Facts } from "./facts";
import { fingerprintWords } from "./fingerprint";
import { printable } from "./printable";

function target(facts: Facts): string {
  return printable(facts.get("server")) + " (port " + facts.get("port") + ")";
}

/** Reasons in the order in which they convince; at most two are said. */
function reasons(evidence: string[], facts: Facts): string[] {
  const said: string[] = [];
  if (evidence.includes("rst-then-synack")) said.push("the server accepted the connection after it had supposedly refused it");
  if (evidence.includes("rst-ack-progress")) said.push("the server went on confirming what was sent after the reset");
  if (evidence.includes("rst-data-after")) said.push("the server went on sending after the reset");
  if (evidence.includes("seg-overlap-conflict")) said.push("two different contents arrived for the same place in the stream");
  if (evidence.includes("rst-win-ladder") || evidence.includes("rst-seq-ladder")) said.push("the resets came as a numbered series that no real system sends");
  if (evidence.includes("rst-early") && facts.has("latency") && facts.has("rtt")) {
    said.push("the reset answered after " + facts.get("latency") + " ms on a path that needs " + facts.get("rtt") + " ms");
  }
  if (evidence.includes("rst-ttl-step") || evidence.includes("seg-ttl-step") || evidence.includes("rst-ttl-implausible") || evidence.includes("seg-ttl-implausible")) {
    if (facts.has("resetTtl") && facts.has("farTtl")) {
      said.push("it arrived with a hop count field of " + facts.get("resetTtl") + " where the server's packets have " + facts.get("farTtl"));
    } else said.push("it did not travel the way the server's packets travel");
  }
  if (evidence.includes("rst-ipid-echo") || evidence.includes("seg-ipid-echo")) said.push("its header was copied from a packet that left this house");
  if (evidence.includes("rst-ack-wrong") || evidence.includes("rst-ack-change")) said.push("it confirmed data that was never sent");
  if (evidence.includes("rst-seq-zero") || evidence.includes("rst-seq-ahead") || evidence.includes("rst-data-before")) said.push("its place in the stream is not one the server could be at");
  if (evidence.includes("synack-conflict")) said.push("the connection was answered twice with different numbers");
  if (evidence.includes("ack-seq-regress")) said.push("the server's own numbers show that it never sent this data");
  if (evidence.includes("ts-missing") || evidence.includes("rst-ts-bogus")) said.push("its time stamp is not the server's");
  if (evidence.includes("rst-alive-after")) said.push("the server was still there afterwards");
  if (evidence.includes("fp-constant-distance")) said.push("resets in the name of several servers came from one and the same distance");
  return said;
}

/** Two sentences about forged resets (`kind` = reset-forged) or forged data (segment-forged). */
export function segmentText(kind: string, verdict: string, evidence: string[], lines: string[]): string {
  const facts = new Facts(lines);
  const thing = kind == "reset-forged" ? "A connection to " + target(facts) + " was cut by a reset" : "A packet in a connection to " + target(facts) + " came";
  const certainty = verdict == "proven" ? "that the server did not send" : verdict == "likely" ? "that very likely did not come from the server" : "that may not have come from the server";
  const said = reasons(evidence, facts);
  let why = "";
  for (let i = 0; i < said.length && i < 2; i++) why += (i == 0 ? ": " : ", and ") + said[i];
  const words = fingerprintWords(facts.get("fingerprint"));
  let likeness = words == "" ? "" : " (it looks like " + words + ")";
  if (facts.has("signature")) likeness += " (several connections show the same signature: " + printable(facts.get("signature")) + ")";
  const subject = kind == "reset-forged" ? thing + " " + certainty : thing.replace("A packet", "A packet " + certainty).replace(" came", " arrived");
  const means = kind == "reset-forged" ? "Something on the far side of this router ends connections in the server's name" : "Something on the far side of this router answers in the server's name";
  return subject + why + likeness + ". " + means + "; compare over another connection (mobile network, VPN) and keep this record.";
}

/** Two sentences about a refusal: by a third party (`sender` is set), or of one name at an address that serves others. */
export function blockedText(lines: string[]): string {
  const facts = new Facts(lines);
  if (facts.has("sender")) {
    return "A connection to " + target(facts) + " was refused as administratively prohibited by " + printable(facts.get("sender")) +
      ", which is not the server. A filter between this router and the server does not let it pass; if this is not wanted, ask the operator of that address or use another port or connection.";
  }
  return "Connections to " + target(facts) + " fail again and again while other names at the same address work. Something on the way seems to choose by name; compare over another connection (mobile network, VPN).";
}

/** One sentence that takes an earlier alert back. */
export function withdrawnText(lines: string[]): string {
  const facts = new Facts(lines);
  const reason = facts.has("reason") ? printable(facts.get("reason")) : "later packets explain what was seen";
  return "The earlier alert about " + target(facts) + " is withdrawn: " + reason + ". Nothing needs to be done.";
}
