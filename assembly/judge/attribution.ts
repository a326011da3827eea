// Turns evidence and the place of the client into the side of the tap on which it was made.
// All a passive tap can honestly say is near, far or unknown; never who.

import { termName } from "./evidence-table";

/** Made by what the server sent, or by what answered for it. */
const FROM_SERVER: string[] = [
  "cap-masked", "cap-masked-other", "cap-mangled", "cap-hole", "cap-unterminated", "cap-vanished",
  "cap-missing-known", "cap-missing-policy", "cap-swapped", "cap-forked", "banner-masked",
  "banner-mismatch", "dialect-mismatch", "same-front", "tls-demanded", "starttls-unknown",
  "starttls-temp", "starttls-odd", "ehlo-denied", "ehlo-nooped", "no-tls-after-go", "inject-s2c",
  "rst-at-starttls", "stall-at-hello", "text-on-tls-port", "preauth", "pretls-data", "referral",
  "echo-masked",
];
/** Made by what the client sent. */
const FROM_CLIENT: string[] = ["cmd-masked", "inject-c2s"];
/** The offer passed the tap intact and was not used. */
const BEHIND_TAP: string[] = ["tls-lapsed", "near-quit"];

/** `near`, `far` or `unknown` for the evidence of a mail dialog. `clientNear`: the client is on the home side. */
export function mailSide(terms: string[], clientNear: bool): string {
  let server = false;
  let client = false;
  let behind = false;
  let masked = false;
  for (let i = 0; i < terms.length; i++) {
    const name = termName(terms[i]);
    if (FROM_SERVER.includes(name)) server = true;
    if (FROM_CLIENT.includes(name)) client = true;
    if (BEHIND_TAP.includes(name)) behind = true;
    if (name == "cmd-masked") masked = true;
  }
  // A masked command is proof of its side; otherwise the server's direction speaks first.
  if (masked || (client && !server)) return clientNear ? "near" : "far";
  if (server) return clientNear ? "far" : "near";
  if (behind) return clientNear ? "near" : "unknown";
  return "unknown";
}
