// Turns evidence and the place of the client into the side of the tap on which it was made.
// All a passive tap can honestly say is near, far or unknown; never who.

import { mailClass, mailOrigin } from "./catalogue";
import { BEHIND_TAP, BY_CLIENT, BY_SERVER, PROOF } from "./row";
import { termName } from "./term";

/** `near`, `far` or `unknown` for the evidence of a mail dialog. `clientNear`: the client is on the home side. */
export function mailSide(terms: string[], clientNear: bool): string {
  let server = false;
  let client = false;
  let behind = false;
  let provenClient = false;
  for (let i = 0; i < terms.length; i++) {
    const name = termName(terms[i]);
    const origin = mailOrigin(name);
    if (origin == BY_SERVER) server = true;
    if (origin == BY_CLIENT) client = true;
    if (origin == BEHIND_TAP) behind = true;
    if (origin == BY_CLIENT && mailClass(name) == PROOF) provenClient = true;
  }
  // A masked command is proof of its side; otherwise the server's direction speaks first.
  if (provenClient || (client && !server)) return clientNear ? "near" : "far";
  if (server) return clientNear ? "far" : "near";
  if (behind) return clientNear ? "near" : "unknown";
  return "unknown";
}
