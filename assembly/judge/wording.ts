// Turns what was found in a mail dialog into two plain sentences for the owner: what was seen and what
// it means, then where it was made and what to do. Never names a culprit, never states intent; what a
// fingerprint or a list position suggests is said as a likeness or an inference.

import { mailAbout, mailOrigin } from "./catalogue";
import { Facts } from "./facts";
import { fingerprintWords } from "./fingerprint";
import { MAIL_ROWS } from "./mail-catalogue";
import { BEHIND_TAP, UPGRADE } from "./row";
import { fill } from "./sentence";
import { hasTerm, termName } from "./term";

const NEAR_OFFER =
  "The offer reached your network intact; it was removed or ignored on your side";
const NEAR_COMMAND =
  "It was changed inside your network before it reached this router: a mail scanner on the " +
  "computer, or your own firewall";
const NEAR_SERVER = "It was changed by your own server or firewall";
const FAR_CLIENT = "It was changed on the far side: the sender's network or the provider";
const FAR_SERVER =
  "It was changed on the far side of this router: your provider's equipment, a network in between, " +
  "or the mail server's own firewall";
const ALL_CLIENTS = "; every machine that was seen in this house is affected";
const ONE_CLIENT = "; only this machine is affected, another reaches the same server unharmed";
const AT_UPLINK_CHANGE = "; it coincides with the uplink change at {uplink}";

/** Sentences by scope: who else is affected says more than a single session. */
const SCOPES = new Map<string, string>();
SCOPES.set("one-operator", "Only this server is affected: most often it is the server's own firewall");
SCOPES.set("port-25-only", "Only port 25 is affected: a port-25 policy, typical for spam control");
SCOPES.set(
  "several-operators", "It was done close to this uplink, for several unrelated mail servers look the same",
);

/** The sentence of the first row of the catalogue that is among the terms. */
function seenSentence(terms: string[]): string {
  for (let i = 0; i < MAIL_ROWS.length; i++) {
    if (hasTerm(terms, MAIL_ROWS[i].name)) return MAIL_ROWS[i].sentence;
  }
  return "";
}

/** True when something says that the offer passed the tap intact. */
function passedIntact(terms: string[]): bool {
  for (let i = 0; i < terms.length; i++) {
    if (mailOrigin(termName(terms[i])) == BEHIND_TAP) return true;
  }
  return false;
}

/** What a key-length mask hides: known from before, inferred from the order, or open. */
function hiddenWords(facts: Facts): string {
  const key = facts.get("key");
  if (facts.has("before")) return "what was " + key + " in earlier sessions";
  if (facts.has("hidden")) {
    return "a keyword that by its place in the list was " + facts.get("hidden");
  }
  if (facts.is("dialect", "smtp")) {
    return "a keyword that was STARTTLS or CHUNKING (both have eight letters)";
  }
  return "a keyword that may be " + key;
}

/** A password or a message that went out, as far as the server's answer was seen; empty when nothing did. */
function exposure(facts: Facts): string {
  if (facts.is("exposed", "mail")) return "a message was sent unencrypted";
  if (!facts.is("exposed", "auth")) return "";
  if (facts.is("auth", "refused")) return "a password was sent unencrypted, and the server refused it";
  return facts.has("message")
    ? "a password and a message were sent unencrypted"
    : "a password was sent unencrypted";
}

/** True when the request for encryption, or the answer to it, was what was tampered with. */
function spoiltUpgrade(terms: string[]): bool {
  for (let i = 0; i < terms.length; i++) if (mailAbout(termName(terms[i])) == UPGRADE) return true;
  return false;
}

/** What it means for the session; empty where nothing can be said yet. */
function meaning(terms: string[], facts: Facts): string {
  const happened = exposure(facts);
  if (happened != "") return happened;
  if (facts.is("tls", "1")) return "this session was encrypted all the same";
  if (facts.has("another")) return "that keyword is not the offer to encrypt";
  if (spoiltUpgrade(terms)) return "mail programs may fall back to sending without encryption";
  if (facts.is("offer", "1")) return "the offer to encrypt arrived all the same";
  if (!facts.has("offer")) return "";
  return "mail programs may fall back to sending without encryption";
}

function place(terms: string[], facts: Facts): string {
  if (facts.is("side", "unknown") || facts.has("guessed")) return "Where this was done cannot be narrowed down";
  const clientNear = facts.is("clientNear", "1");
  if (facts.is("side", "near")) {
    if (passedIntact(terms)) return NEAR_OFFER;
    return clientNear ? NEAR_COMMAND : NEAR_SERVER;
  }
  if (!clientNear) return FAR_CLIENT;
  const scope = facts.get("scope");
  let where = SCOPES.has(scope) ? SCOPES.get(scope) : FAR_SERVER;
  if (facts.is("scope", "all-clients")) where += ALL_CLIENTS;
  else if (facts.is("scope", "one-client")) where += ONE_CLIENT;
  return facts.has("uplink") ? where + fill(AT_UPLINK_CHANGE, facts) : where;
}

/** How a mail program is kept from sending in clear: by what the server was seen to offer. */
function require(facts: Facts): string {
  if (facts.is("offer", "1")) return "have the mail program require encryption ({key}, which the server offers)";
  return "set the mail program to port " + facts.get("securePort") +
    " with TLS where the server has it, or to refuse unencrypted sessions";
}

/** True when somebody outside came to a server of the house. */
function isInbound(facts: Facts): bool {
  return facts.is("clientNear", "0") && !facts.has("guessed");
}

function advice(facts: Facts): string {
  if (isInbound(facts) && !facts.is("side", "near")) {
    return "ask the sender to compare over another connection, and let your server take passwords only after " +
      "encryption has begun";
  }
  const exposed = facts.is("exposed", "auth");
  const change = exposed ? "change that password over another connection and " : "";
  if (facts.is("side", "near") && !facts.has("guessed")) {
    return change + "look at the mail scanner or firewall in your own network";
  }
  if (facts.is("port", "25") && !exposed) {
    return "compare over another connection (mobile network, VPN), and have mail servers require " +
      "encryption";
  }
  return change + require(facts);
}

function name(facts: Facts): void {
  const address = facts.get("server") + " (port " + facts.get("port") + ")";
  facts.setText("hiddenWords", hiddenWords(facts));
  facts.setText("by", facts.has("mask") ? " by " + facts.get("mask") : "");
  facts.setText("server", (isInbound(facts) ? "your own mail server " : "the mail server ") + address);
}

/** Two sentences about a rewritten mail dialog. `lines` are `key=value`; see host/judge.ts. */
export function mailText(terms: string[], lines: string[]): string {
  const facts = new Facts(lines);
  name(facts);
  let seen = fill(seenSentence(terms), facts);
  const words = fingerprintWords(facts.get("fingerprint"));
  if (words != "") seen += " (the pattern looks like " + words + ")";
  seen = seen.charAt(0).toUpperCase() + seen.slice(1);
  const means = meaning(terms, facts);
  if (means != "") seen += "; " + means;
  return seen + ". " + place(terms, facts) + "; " + fill(advice(facts), facts) + ".";
}

/** Two sentences about reusable credentials sent in clear without any sign of tampering. */
export function exposedText(lines: string[]): string {
  const facts = new Facts(lines);
  name(facts);
  let why = "";
  if (facts.is("offer", "1")) why = ", although the server offers encryption";
  else if (facts.has("offer")) why = ", and encryption was not offered";
  const refused = facts.is("auth", "refused");
  const answer = refused ? "; the server refused it" : "";
  const inbound = isInbound(facts);
  const sent = "A password was sent unencrypted " + (inbound ? "by {client} to {server}" : "to {server}");
  const seen = sent + why + answer + "; anyone on the way can read it. ";
  if (inbound) return fill(seen + "Let your server take passwords only after encryption has begun.", facts);
  const change = refused ? ", and change the password if it is in use" : ", and change the password afterwards";
  const todo = require(facts);
  return fill(seen + todo.charAt(0).toUpperCase() + todo.slice(1) + change + ".", facts);
}
