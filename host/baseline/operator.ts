// Turns the name or address of a mail server into its operator: the registrable domain, or the address
// itself when no name is known. Under which suffixes unrelated people have names is looked up in the
// public suffix list, its private part (clouds, dynamic DNS) included.

import { getDomain } from "tldts";
import type { Finding } from "../ground/finding.ts";

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

/** The registrable domain of a host name in lower case; what has none, such as an address, as it is. */
export function registrableDomain(host: string): string {
  const name = host.toLowerCase().replace(/\.$/, "");
  return getDomain(name, { allowPrivateDomains: true }) ?? name;
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
