// Turns what a connection failed with into why a collector is away, in words an owner can act on.

const NO_NAME = ["ENOTFOUND", "EAI_AGAIN", "EAI_NONAME", "EAI_NODATA", "EAI_FAIL"];
const NO_ANSWER = ["ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH", "EHOSTDOWN", "ENETDOWN"];
/** OpenSSL's and Node's names for a server certificate that is not to be trusted. */
const CERTIFICATE =
  /^(ERR_TLS_CERT|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_CA|HOSTNAME_)/;

/** Nothing came back in time. */
export const NO_ANSWER_REASON = "no answer";
/** It was reached, and went away by itself. */
export const CLOSED_REASON = "it closed the connection";

/** Why, for a system error's or a TLS error's code. */
export function reasonOf(code: string): string {
  if (NO_NAME.includes(code)) return "name not found";
  if (code === "ECONNREFUSED") return "refused";
  if (NO_ANSWER.includes(code)) return NO_ANSWER_REASON;
  if (CERTIFICATE.test(code)) return `certificate not trusted (${code})`;
  if (/ALERT/.test(code)) return `it did not accept us (${code})`;
  if (code === "EPROTO" || code.startsWith("ERR_SSL")) return `it does not speak TLS (${code})`;
  if (code === "ECONNRESET" || code === "EPIPE") return CLOSED_REASON;
  return `failed (${code})`;
}
