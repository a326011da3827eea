// What a scenario assumes to be known before its first packet → the baseline and the knowledge the
// alert book begins with. Addresses and times are those of the variant being told.

import { BaselineBook } from "../../../host/baseline/book.ts";
import { newEntry } from "../../../host/baseline/entry.ts";
import { Knowledge } from "../../../host/baseline/knowledge.ts";
import { Sessions } from "../../../host/baseline/session.ts";
import { formatAddress } from "../../../host/ground/address.ts";
import type { Dialect } from "../../../host/ground/dialect.ts";
import type { Address } from "./address.ts";
import { EPOCH } from "./pcap.ts";
import type { Assumption, Host, Scenario } from "./scenario.ts";
import type { Variant } from "./transform.ts";

const DAY = 86_400;
const SECOND = 1_000_000_000n;
const OFFER_DAYS = [9, 5, 2];

/** Baseline and knowledge as the scenario's `assume` lines say. */
export function assumedSessions(scenario: Scenario, variant: Variant): Sessions {
  const book = new BaselineBook();
  const now = Number(EPOCH + variant.shift / SECOND);
  const { assumptions } = scenario;
  const offers = assumptions.filter((one) => one.kind === "offered");
  book.restore({
    entries: offers.map((one) => ({
      ...entryOf(one, hostOf(scenario, variant, one.host), now),
      greetings: assumptions
        .filter((other) => other.kind === "greeted" && other.host === one.host)
        .map((other) => (other.kind === "greeted" ? other.name : "")),
    })),
    pairs: [],
    policies: assumptions
      .filter((one) => one.kind === "policy")
      .map((one) => [one.name, "fetched", now]),
  });
  const server = hostOf(scenario, variant, "s");
  const knownHosts = assumptions
    .filter((one) => one.kind === "known")
    .map((one) => `${one.name}|${server.port}|${dialectOf(server)}`);
  return new Sessions(book, new Knowledge({ knownHosts, knownPlain: [] }));
}

function entryOf(assumption: Extract<Assumption, { kind: "offered" }>, host: Host, now: number) {
  const { offer, nooffer, list } = assumption;
  const address = addressText(host.address);
  const entry = newEntry(dialectOf(host), address, host.port, address, now - 10 * DAY);
  const lastOffer = offer > 0 ? now - 2 * DAY : 0;
  return {
    ...entry,
    lastSeen: now - 2 * DAY,
    offers: offer,
    noOffers: nooffer,
    lastOffer,
    lastNoOffer: nooffer > 0 ? now - 3 * DAY : 0,
    offerDays: offer > 0 ? OFFER_DAYS.map((days) => Math.floor(now / DAY) - days) : [],
    lists: list.length === 0 ? [] : [{ words: list, count: Math.max(1, offer) }],
  };
}

/** The host with the address it has in this variant. */
function hostOf(scenario: Scenario, variant: Variant, name: string): Host {
  for (const packet of variant.packets) {
    if (packet.kind !== "tcp") continue;
    if (packet.from.name === name) return packet.from;
    if (packet.to.name === name) return packet.to;
  }
  const host = scenario.hosts.get(name) ?? scenario.hosts.values().next().value;
  if (host === undefined) return { name, address: Uint8Array.from([0, 0, 0, 0]), port: 0 };
  return host;
}

function dialectOf(host: Host): Dialect {
  if ([143, 993].includes(host.port)) return "imap";
  return [110, 995].includes(host.port) ? "pop3" : "smtp";
}

function addressText(address: Address): string {
  const long = new Uint8Array(16);
  if (address.length === 4) long.set([0xff, 0xff, ...address], 10);
  else long.set(address);
  return formatAddress(new DataView(long.buffer), 0);
}
