// Turns the name or address of a mail server into its operator: the registrable domain, or the address
// itself when no name is known. An approximation of the public suffix list, good enough to tell
// unrelated operators apart; it never joins two unrelated ones under a shared country suffix.

import type { Finding } from "../ground/finding.ts";

/** Second-level labels under which countries register domains. */
const SECOND_LEVEL = new Set(
  "ac co com edu gob gouv gov go gr id mil ne net nom or org plc sch".split(" "),
);
/** Private suffixes under which unrelated customers have names. */
const PRIVATE_SUFFIXES = new Set(
  "amazonaws.com azurewebsites.net cloudfront.net dyndns.org no-ip.org duckdns.org".split(" "),
);

/** Domains under which unrelated customers' names end when their own is an alias: clouds, CDNs, balancers. */
const SHARED_HOSTING = new Set(
  (
    "amazonaws.com awsglobalaccelerator.com azure.com azureedge.net azurefd.net azurewebsites.net " +
    "cloudapp.net trafficmanager.net cloudfront.net cloudflare.net fastly.net googleusercontent.com " +
    "googlehosted.com herokuapp.com herokudns.com akadns.net akamai.net " +
    "akamaiedge.net akamaized.net edgekey.net edgesuite.net b-cdn.net incapdns.net impervadns.net " +
    "dyndns.org no-ip.org duckdns.org"
  ).split(" "),
);

/** How the operator was learnt: by DNS or handshake, by its own greeting, or not at all. */
export type OperatorSource = "name" | "greeting" | "address";

export interface Operator {
  readonly name: string;
  readonly source: OperatorSource;
}

/** The registrable domain of a host name in lower case; an address is returned as it is. */
export function registrableDomain(host: string): string {
  const name = host.toLowerCase().replace(/\.$/, "");
  if (/^[\d.]+$/.test(name) || name.includes(":")) return name;
  const labels = name.split(".");
  if (labels.length <= 2) return name;
  const last = labels[labels.length - 1] ?? "";
  const second = labels[labels.length - 2] ?? "";
  const twoLabels = `${second}.${last}`;
  const deep = (last.length === 2 && SECOND_LEVEL.has(second)) || PRIVATE_SUFFIXES.has(twoLabels);
  return labels.slice(deep ? -3 : -2).join(".");
}

/**
 * The name that tells whose a server is: where its name's aliases lead, unless that is a landlord of many,
 * else its name. null when it has none.
 */
export function ownedName(finding: Pick<Finding, "serverName" | "canonicalName">): string | null {
  const { serverName, canonicalName } = finding;
  if (canonicalName === null || !/[^.]\.[^.]/.test(canonicalName)) return serverName;
  const lastTwo = canonicalName.toLowerCase().split(".").slice(-2).join(".");
  return SHARED_HOSTING.has(lastTwo) ? serverName : canonicalName;
}

/** The operator of a server: by its name, else by the host it greets with, else by its address. */
export function operatorOf(
  server: string,
  serverName: string | null,
  greetingHost: string,
): Operator {
  if (serverName !== null) return { name: registrableDomain(serverName), source: "name" };
  if (/^[\w-]+(\.[\w-]+)+$/.test(greetingHost) && /[a-z]/i.test(greetingHost)) {
    return { name: registrableDomain(greetingHost), source: "greeting" };
  }
  return { name: server, source: "address" };
}
