// Turns one configured value from text into what it means, or says in words what is accepted.
// Knows no option names and throws nothing; schema.ts puts the sentence together.
// Read RFC 4632 §3.1 for networks, RFC 1123 §2.1 for host names.

import { isIP } from "node:net";
import { DIALECTS, type Dialect } from "../ground/dialect.ts";

/** A server the owner vouches for: `host` is a name, `*.suffix` or an address. */
export interface KnownServer {
  readonly host: string;
  readonly port: number;
  readonly dialect: Dialect;
}

const INTERFACE_NAME_MAX = 15; // IFNAMSIZ without its zero
const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Reads a value, or says in words what would be accepted. */
export type Reader<T> = (value: string) => T | Rejected;
export interface Rejected {
  readonly accepts: string;
}

const rejected = (accepts: string): Rejected => ({ accepts });

export const oneOf =
  <T extends string>(...accepted: T[]): Reader<T> =>
  (value) =>
    accepted.find((word) => word === value) ?? rejected(`one of ${accepted.join(", ")}`);

export const whole =
  (from: number, to: number): Reader<number> =>
  (value) => {
    const number = /^\d{1,12}$/.test(value) ? Number(value) : -1;
    return number >= from && number <= to ? number : rejected(`a number from ${from} to ${to}`);
  };

/** An option of the published configuration that nothing reads yet: only empty is true of it. */
export const notYet: Reader<never> = () => rejected("nothing, for it is not in this version");

export const path: Reader<string> = (value) =>
  /^\/[^\0]*$/.test(value) ? value : rejected("an absolute path");

export const duration: Reader<number> = (value) => {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(value) ?? [];
  const length = Number(count) * (UNIT_MS[unit ?? ""] ?? 0);
  return length > 0 ? length : rejected("a duration such as 90m, 24h or 7d");
};

export const interfaceName: Reader<string> = (value) =>
  value.length <= INTERFACE_NAME_MAX && /^[^\s/:]+$/.test(value) && !/^\.\.?$/.test(value)
    ? value
    : rejected("the name of a network interface, such as eth0");

export const ledName: Reader<string> = (value) =>
  /^[^/\s]+$/.test(value) && !/^\.\.?$/.test(value)
    ? value
    : rejected("the name of a folder in /sys/class/leds");

export const userName: Reader<string> = (value) =>
  /^[a-z_][a-z0-9_-]{0,31}$/.test(value) ? value : rejected("the name of a user");

/** What an owner calls a thing: it ends up in log lines. */
export const label: Reader<string> = (value) =>
  /^[\p{L}\p{N}\p{P}\p{S} ]{1,64}$/u.test(value)
    ? value
    : rejected("at most 64 printable characters");

const HOST_NAME = /^(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_-]+)*\.?$/;
const isHost = (value: string): boolean =>
  isIP(value) !== 0 || (HOST_NAME.test(value) && !/^[\d.]+$/.test(value));

export const host: Reader<string> = (value) =>
  isHost(value) ? value : rejected("a host name or an IP address");

/** ADDRESS or ADDRESS/LENGTH, given back with its length. */
export const network: Reader<string> = (value) => {
  const [address = "", length, ...more] = value.split("/");
  const version = isIP(address);
  const bits = version === 4 ? 32 : 128;
  const wanted = length ?? String(bits);
  const ok = version !== 0 && more.length === 0 && /^\d{1,3}$/.test(wanted);
  if (ok && !address.includes("%") && Number(wanted) <= bits) return `${address}/${wanted}`;
  return rejected("a network such as 192.168.1.0/24 or fd00::/8");
};

const dialectName: Reader<KnownServer["dialect"]> = oneOf(...DIALECTS);

/** What the owner knows of a server and does not want to hear; null stands for any. */
export interface IgnoreRule {
  readonly host: string;
  readonly port: number | null;
  readonly evidence: string | null;
}

export const ignoreRule: Reader<IgnoreRule> = (value) => {
  const accepts = rejected(
    "host|port|evidence, such as mail.example.net|25|cap-masked, or host|*|*",
  );
  const [name = "", portText = "", evidence = "", ...more] = value.split("|");
  const named = name.replace(/^\*\./, "");
  if (more.length > 0 || !isHost(named)) return accepts;
  const host = name.toLowerCase();
  if (portText === "*" && evidence === "*")
    return Object.freeze({ host, port: null, evidence: null });
  const port = whole(1, 65_535)(portText);
  if (typeof port !== "number" || !/^[a-z0-9-]{1,64}$/.test(evidence)) return accepts;
  return Object.freeze({ host, port, evidence });
};

export const knownServer: Reader<KnownServer> = (value) => {
  const accepts = rejected(`host|port|dialect, the dialect one of ${DIALECTS.join(", ")}`);
  const [name = "", portText = "", dialectText = "", ...more] = value.split("|");
  const port = whole(1, 65_535)(portText);
  const dialect = dialectName(dialectText);
  if (more.length > 0 || !isHost(name.replace(/^\*\./, ""))) return accepts;
  if (typeof port !== "number" || typeof dialect !== "string") return accepts;
  return Object.freeze({ host: name.toLowerCase(), port, dialect });
};
