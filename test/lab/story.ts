// The story the lab tells: a clean day, a stripped session, a forged reset. One function for each
// act, each a real session of a real client; run by the recording and by the demonstration.

import { curlHttps, imaplib, swaks } from "./client.ts";
import type { Rule } from "./forwarder.ts";
import type { Lab } from "./lab.ts";
import type { Outcome } from "./process.ts";

/** Initial TTL of the forged reset. The server's packets arrive with 63 after one hop. */
const FORGED_TTL = 44;
/** One-way delay behind the forwarder. */
export const DELAY_MS = 20;
/**
 * The server's nth data segment, past the handshake and amid the answer. The reset goes just ahead of
 * it: however busy the machine, the server was sending when the reset came.
 */
const FORGED_AHEAD_OF = 12;

/** A mail with STARTTLS, and a look into an IMAP mailbox with STARTTLS. */
export async function cleanSessions(lab: Lab): Promise<Outcome[]> {
  return [await swaks(lab.network, { tls: "must" }), await imaplib(lab.network, { tls: "must" })];
}

/** The same client and server through Cisco's mail inspection: the mail goes out in clear. */
export function strippedSession(lab: Lab): Promise<Outcome> {
  return lab.through("asa", () => swaks(lab.network, { tls: "may" }));
}

/** A login on the submission port through the same box: the password goes out in clear. */
export function strippedLogin(lab: Lab): Promise<Outcome> {
  return lab.through("asa", () => swaks(lab.network, { port: 587, tls: "may", login: true }));
}

/** A download over TLS, cut by a reset that the server did not send. */
export function forgedReset(lab: Lab, name = "www.lab.example"): Promise<Outcome> {
  const amidData = { on: "data", place: "before", n: FORGED_AHEAD_OF } as const;
  return injected(lab, name, DELAY_MS, { ...amidData, send: "rstack", ttl: FORGED_TTL });
}

/**
 * A plain reset in answer to the ClientHello, numbered as the server's own would be and with its TTL;
 * the server is reset, too, so that nothing comes afterwards. On a path of `delayMs` each way only the time it took can tell.
 */
export function plainReset(lab: Lab, name: string, delayMs: number): Promise<Outcome> {
  return injected(lab, name, delayMs, {
    on: "hello",
    send: "rst",
    to: "both",
    ttl: "same",
    drop: 1,
  });
}

/** A download over TLS with a forger on the way. */
async function injected(lab: Lab, name: string, delayMs: number, rule: Rule): Promise<Outcome> {
  const { forwarder } = lab;
  await forwarder.clear();
  await forwarder.delay("both", delayMs);
  await forwarder.rule({ port: 443, to: "client", ...rule });
  try {
    return await curlHttps(lab.network, name);
  } finally {
    // The server's data under way at the reset are still to pass, and the client's answers to them.
    await forwarder.empty();
    await forwarder.delay("both", 0);
    await forwarder.clear();
  }
}
