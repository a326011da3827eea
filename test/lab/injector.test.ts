// Injector, client and place against what the rules say the verdict must be, on a live uplink.
// The expectations were written down before the first run, from the verdict rules alone: K in one
// family and S in another is proven, K or two S likely, one S suspect; a reset that a closed
// endpoint must have sent is nothing. Where the first run contradicted the derivation, the case
// says what had been overlooked; the product was not changed for it.

import assert from "node:assert/strict";
import { type AlertLine, Appliance } from "./appliance.ts";
import { curlHttps, opensslStarttls, swaks } from "./client.ts";
import type { Rule } from "./forwarder.ts";
import { hping3, INJECTOR_PACKAGES, type Injector, nftReject, scapy, tcpkill } from "./injector.ts";
import { Lab } from "./lab.ts";
import { MAIL_PACKAGES, needs } from "./package.ts";
import type { Outcome } from "./process.ts";
import { WebServer } from "./web-server.ts";

const SETTLE_MS = 2_000;
const DELAY_MS = 20;

interface Case {
  name: string;
  /** Verdicts the rules allow for the strongest alert; "none" is no alert at all. */
  expected: string[];
  rules?: Rule[];
  injector?: (lab: Lab) => Promise<Injector>;
  session: (lab: Lab) => Promise<Outcome>;
}

const blocked = (lab: Lab) => curlHttps(lab.network, "blocked.example");
const open = (lab: Lab) => curlHttps(lab.network, "open.example");
const mail = (lab: Lab) => swaks(lab.network, { tls: "must" });
const openssl = (lab: Lab) => opensslStarttls(lab.network, "smtp");

/** A reset to both ends at the moment TLS should begin. */
const AT_STARTTLS: Rule = {
  on: "payload",
  contains: "STARTTLS",
  send: "rstack",
  to: "both",
  ttl: 44,
};
const ON_NAME: Rule = { on: "hello", sni: "blocked.example", port: 443, ttl: 44 };

const CASES: Case[] = [
  {
    name: "forwarder, RST+ACK amid data, curl",
    expected: ["proven"],
    rules: [{ on: "data", n: 12, port: 443, send: "rstack", ttl: 44 }],
    session: blocked,
  },
  {
    // The go-ahead under way is data after a reset that is not reactive.
    name: "forwarder, RST+ACK to the client at STARTTLS, swaks",
    expected: ["proven"],
    rules: [{ ...AT_STARTTLS, to: "client" }],
    session: mail,
  },
  {
    // First written as proven: but the reset reaches the server too, and if before its go-ahead,
    // nothing is left but a reset too early for the path and with another TTL: two S.
    name: "forwarder, RST+ACK to both at STARTTLS, swaks",
    expected: ["likely", "proven"],
    rules: [AT_STARTTLS],
    session: mail,
  },
  {
    name: "forwarder, RST+ACK to both at STARTTLS, openssl s_client",
    expected: ["likely", "proven"],
    rules: [AT_STARTTLS],
    session: openssl,
  },
  {
    // A plain RST whose number the home has acknowledged: only its TTL speaks.
    name: "forwarder, RST on one SNI, curl to that name",
    expected: ["suspect", "likely"],
    rules: [{ ...ON_NAME, send: "rst" }],
    session: blocked,
  },
  {
    name: "forwarder, RST on one SNI, curl to another name",
    expected: ["none"],
    rules: [{ ...ON_NAME, send: "rst" }],
    session: open,
  },
  {
    // First written as suspect for its TTL alone; since then a reset sooner than half a round trip after
    // the SYN-ACK counts as early whatever it acknowledges.
    name: "forwarder, reset and drop, curl",
    expected: ["likely"],
    rules: [{ ...ON_NAME, send: "rst", place: "instead", drop: 1 }],
    session: blocked,
  },
  {
    // First written as proven for its ladder: but it starts from a number the home has
    // acknowledged and climbs by the unscaled window, within what the server really sends.
    name: "tcpkill, curl",
    expected: ["likely", "proven"],
    injector: (lab) => tcpkill(lab.network, 443),
    session: open,
  },
  {
    // The answer to a refused SYN looks the same from the server and from a box on the way.
    name: "nftables reject before the handshake, curl",
    expected: ["none"],
    injector: (lab) => nftReject(lab.network, 443),
    session: open,
  },
  {
    // TTL one off and nothing else but the server's data under way: K, or a late plain RST.
    name: "scapy, RST amid data, curl",
    expected: ["likely", "proven", "suspect"],
    injector: (lab) => scapy(lab.network, 443),
    session: open,
  },
  {
    name: "hping3, RST amid data, TTL 40, curl",
    expected: ["suspect", "likely", "proven"],
    injector: (lab) => hping3(lab.network, 443),
    session: open,
  },
];

const ORDER = ["none", "withdrawn", "suspect", "likely", "proven"];

describe("lab: injectors on a live uplink", function () {
  this.timeout(700_000);
  const lab = new Lab({ wire: true });
  const web = new WebServer(lab.network, { pieces: 80 });
  let appliance = new Appliance(lab.network);
  const table: string[] = [];

  before(async function () {
    needs(this, { namespaces: true, packages: [...MAIL_PACKAGES, ...INJECTOR_PACKAGES] });
    await lab.start();
    await web.start();
    await lab.forwarder.delay("both", DELAY_MS);
  });

  after(async () => {
    await appliance.stop();
    await web.stop();
    await lab.stop();
    process.stdout.write(`${table.join("\n")}\n`);
  });

  for (const { name, expected, rules = [], injector, session } of CASES) {
    it(`${name}: ${expected.join(" or ")}`, async () => {
      await appliance.stop();
      appliance = new Appliance(lab.network);
      await appliance.start();
      await lab.forwarder.clear();
      for (const rule of rules) await lab.forwarder.rule(rule);
      const running = await injector?.(lab);
      const outcome = await session(lab);
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
      await running?.stop();
      // Stopping ends what is still held back for more evidence.
      await appliance.stop();
      const last = [...new Map(appliance.alerts.map(({ line }) => [line.id, line])).values()];
      const strongest = [...last].sort(
        (a: AlertLine, b: AlertLine) => ORDER.indexOf(b.verdict) - ORDER.indexOf(a.verdict),
      )[0];
      const verdict = strongest?.verdict ?? "none";
      const evidence = last.map((line) => `${line.alert}: ${line.evidence.join(" ")}`).join("; ");
      const first = appliance.alerts[0];
      const delay = first ? `${(first.seenMs - Date.parse(first.line.time)).toFixed(0)} ms` : "-";
      table.push(`      ${name}: ${verdict} [${evidence}] after ${delay}, exit ${outcome.status}`);
      assert.ok(expected.includes(verdict), `${verdict}: ${evidence} ${outcome.transcript}`);
    });
  }
});
