// Turns what was found in a mail dialog into two plain sentences for the owner: what was seen and what
// it means, then where it was made and what to do. Never names a culprit, never states intent; what a
// fingerprint or a list position suggests is said as a likeness or an inference.

import { hasTerm } from "./evidence-table";
import { Facts } from "./facts";
import { fingerprintWords } from "./fingerprint";
import { upgradeKeyword } from "./keyword-order";
import { printable } from "./printable";

function serverOf(facts: Facts): string {
  return "the mail server " + printable(facts.get("server")) + " (port " + facts.get("port") + ")";
}

function maskSeen(facts: Facts, server: string): string {
  const mask = printable(facts.get("mask"));
  const hidden = facts.get("hidden");
  const key = upgradeKeyword(facts.get("dialect"));
  let what = "a keyword that may be " + key;
  if (facts.has("before")) what = "what was " + key + " in earlier sessions";
  else if (hidden != "") what = "a keyword that by its place in the list was " + hidden;
  else if (facts.get("dialect") == "smtp") what = "a keyword that was STARTTLS or CHUNKING (both have eight letters)";
  return "The capability list of " + server + " arrived with " + what + " overwritten by " + mask;
}

/** What was seen, by the strongest evidence present; the first row that applies speaks. */
function seen(terms: string[], facts: Facts): string {
  const server = serverOf(facts);
  const key = upgradeKeyword(facts.get("dialect"));
  if (hasTerm(terms, "cmd-masked")) return "Commands to " + server + " were already overwritten with X letters when they passed this router";
  if (hasTerm(terms, "echo-masked")) return key + " passed this router intact, but " + server + " answered that it had received only X letters";
  if (hasTerm(terms, "cap-forked")) return "Two different versions of the same answer from " + server + " arrived";
  if (hasTerm(terms, "cap-masked")) return maskSeen(facts, server);
  if (hasTerm(terms, "tls-demanded")) return "The answer of " + server + " demands encryption, but the list of capabilities seen here does not offer it";
  if (hasTerm(terms, "cap-vanished")) return "The offer to encrypt (" + key + ") that " + server + " made before is missing from its answer";
  if (hasTerm(terms, "cap-missing-known")) return "The offer to encrypt (" + key + ") that " + server + " is known to make is missing from its answer";
  if (hasTerm(terms, "cap-missing-policy")) return "The domain of " + server + " has published that it accepts encrypted mail, but the offer (" + key + ") is missing from the answer";
  if (hasTerm(terms, "starttls-unknown")) return "Encryption was offered by " + server + ", but the request for it (" + key + ") was answered as an unknown command";
  if (hasTerm(terms, "ehlo-nooped")) return "The question for the capabilities of " + server + " was answered as if it had been an empty command";
  if (hasTerm(terms, "no-tls-after-go")) return "Encryption was agreed with " + server + ", and then both sides went on unencrypted";
  if (hasTerm(terms, "inject-s2c")) return "Unencrypted text was slipped in between the agreement to encrypt and the encryption itself, on the way from " + server;
  if (hasTerm(terms, "inject-c2s")) return "Unencrypted commands were slipped in behind the request to encrypt, on the way to " + server;
  if (hasTerm(terms, "cap-hole")) return "The capability list of " + server + " has an empty line where a keyword would stand";
  if (hasTerm(terms, "text-on-tls-port")) return "Port " + facts.get("port") + " of " + server + " is for encrypted sessions only, but readable text came from it";
  return seenModerate(terms, server, key);
}

function seenModerate(terms: string[], server: string, key: string): string {
  if (hasTerm(terms, "rst-at-starttls")) return "The connection to " + server + " was reset just when encryption was about to start";
  if (hasTerm(terms, "banner-masked")) return "The greeting of " + server + " was overwritten with asterisks";
  if (hasTerm(terms, "cap-mangled")) return "The capability list of " + server + " has a keyword that differs from " + key + " by one or two letters";
  if (hasTerm(terms, "cap-unterminated")) return "The capability list of " + server + " breaks off without its last line";
  if (hasTerm(terms, "starttls-odd")) return "The request to encrypt was answered by " + server + " with a code that has no meaning there";
  if (hasTerm(terms, "preauth")) return "The session with " + server + " was declared as already logged in, which leaves no room for encryption";
  if (hasTerm(terms, "pretls-data")) return "Mailbox contents were sent by " + server + " before encryption started";
  if (hasTerm(terms, "cap-swapped")) return "The capability list of " + server + " has hardly anything in common with earlier ones";
  if (hasTerm(terms, "same-front")) return "Mail servers of unrelated operators, " + server + " among them, all answer with the same greeting and the same list";
  if (hasTerm(terms, "tls-lapsed")) return "A program that used to encrypt its sessions with " + server + " did not, although encryption was offered";
  if (hasTerm(terms, "near-quit")) return "A program left " + server + " right after encryption was offered, although it used to accept it";
  if (hasTerm(terms, "starttls-temp")) return "The request to encrypt was put off by " + server + " with a temporary error";
  if (hasTerm(terms, "cap-masked-other")) return "A line in the capability list of " + server + " was overwritten with X letters";
  return "The session with " + server + " was not as it should be";
}

function meaning(facts: Facts): string {
  const exposed = facts.get("exposed");
  if (exposed == "auth") return "a password was sent unencrypted";
  if (exposed == "mail") return "a message was sent unencrypted";
  if (facts.get("tls") == "1") return "this session was encrypted all the same";
  return "mail programs may fall back to sending without encryption";
}

function place(terms: string[], facts: Facts): string {
  const near = facts.get("side") == "near";
  if (facts.get("side") == "unknown") return "Where this was done cannot be narrowed down";
  if (hasTerm(terms, "tls-lapsed") || hasTerm(terms, "near-quit")) {
    if (near) return "The offer reached your network intact; it was removed or ignored on your side";
  }
  if (near && facts.get("clientNear") == "1") {
    return "It was changed inside your network before it reached this router: a mail scanner on the computer, or your own firewall";
  }
  if (near) return "It was changed by your own server or firewall";
  if (facts.get("clientNear") == "0") return "It was changed on the far side: the sender's network or the provider";
  // A repeated finding with one server only, others clean, has a common and harmless cause.
  if (facts.get("scope") == "one-operator") {
    return "Only this server is affected: most often it is the server's own firewall";
  }
  if (facts.get("scope") == "port-25-only") {
    return "Only port 25 is affected: a port-25 policy, typical for spam control";
  }
  if (facts.get("scope") == "several-operators") {
    return "It was done close to this uplink, for several unrelated mail servers look the same";
  }
  if (facts.has("uplink")) {
    return "It was changed on the far side of this router and coincides with the uplink change at " + facts.get("uplink");
  }
  return "It was changed on the far side of this router: your provider's equipment, a network in between, or the mail server's own firewall";
}

function advice(facts: Facts): string {
  const dialect = facts.get("dialect");
  const port = dialect == "imap" ? "993" : dialect == "pop3" ? "995" : "465";
  const change = facts.get("exposed") == "auth" ? "change that password over another connection and " : "";
  if (facts.get("side") == "near") {
    return change + "look at the mail scanner or firewall in your own network";
  }
  if (facts.get("port") == "25" && facts.get("exposed") != "auth") {
    return "compare over another connection (mobile network, VPN), and have mail servers require encryption";
  }
  return change + "set the mail program to port " + port + " with TLS, or to refuse unencrypted sessions";
}

/** Two sentences about a rewritten mail dialog. `facts` are `key=value` lines; see host/judge.ts. */
export function mailText(terms: string[], lines: string[]): string {
  const facts = new Facts(lines);
  const words = fingerprintWords(facts.get("fingerprint"));
  const likeness = words == "" ? "" : " (the pattern looks like " + words + ")";
  return seen(terms, facts) + likeness + "; " + meaning(facts) + ". " + place(terms, facts) + "; " + advice(facts) + ".";
}

/** Two sentences about reusable credentials that were sent in clear without any sign of tampering. */
export function exposedText(lines: string[]): string {
  const facts = new Facts(lines);
  const dialect = facts.get("dialect");
  const port = dialect == "imap" ? "993" : dialect == "pop3" ? "995" : "465 or 587";
  const offered = facts.get("offered") == "1" ? "although the server offers encryption" : "and encryption was not offered";
  const why = facts.get("offered") == "" ? "" : ", " + offered;
  return "A password was sent unencrypted to " + serverOf(facts) + why +
    "; anyone on the way can read it. Set the mail program to port " + port + " with TLS, and change the password afterwards.";
}
