// What is known of servers without having seen them: bundled lists, the owner's lines, policies.

import assert from "node:assert/strict";
import { EXCHANGER } from "../../host/baseline/knowledge/exchanger.ts";
import { MAILBOX } from "../../host/baseline/knowledge/mailbox.ts";
import { PLAIN } from "../../host/baseline/knowledge/plain.ts";
import { SUBMISSION } from "../../host/baseline/knowledge/submission.ts";
import { ownedName, registrableDomain } from "../../host/baseline/operator.ts";
import { DAY, SECOND, START } from "./finding.ts";
import { house, nineOffers, offered, told, without } from "./mail-session.ts";

describe("baseline: what is known of servers", () => {
  const known = { serverPort: 587, serverName: "smtp.gmail.com" };

  it("misses the offer of a listed server", () => {
    const session = told(house(), without(START, known));
    assert.equal(session.evidence, "cap-missing-known clear-mail");
    assert.equal(session.verdict, "likely");
    const demand = { evidence: ["clear-auth", "tls-demanded"], authLevel: "reusable" } as const;
    const both = told(house(), without(START, known, demand));
    assert.equal(both.verdict, "proven");
    assert.equal(both.alert?.severity, "critical");
  });

  it("counts half what only a greeting says, and what is older than 24 months", () => {
    const greeted = { serverPort: 587, serverName: null };
    const byGreeting = told(house(), without(START, greeted, { greetingHost: "smtp.gmail.com" }));
    assert.equal(byGreeting.verdict, "suspect");
    const old = { serverPort: 25, serverName: "aspmx.l.google.com" };
    assert.equal(told(house(), without(START, old)).verdict, "suspect");
    const then = 1_590_000_000n * SECOND;
    assert.equal(told(house(), without(then, old)).verdict, "likely");
    assert.equal(told(house(), without(START + 3n * 365n * DAY, known)).verdict, "suspect");
  });

  it("never warns of absence where a server is known to be plain", () => {
    const plain = { serverPort: 587, serverName: "smtp.nifty.com" };
    assert.equal(told(house(), without(START, plain)).evidence, "clear-mail never-offered");
    const own = { knownHosts: [], knownPlain: ["198.51.100.25|25|smtp"] };
    const place = house(own);
    assert.equal(told(place, without(nineOffers(place))).verdict, "none");
  });

  it("believes the owner's own lines in full", () => {
    const own = { knownHosts: ["mail.ex.test|25|smtp"], knownPlain: [] };
    assert.equal(told(house(own), without(START)).verdict, "likely");
    assert.equal(told(house(own), without(START, { serverPort: 587 })).verdict, "none");
  });

  it("misses the offer that a published policy promises", () => {
    const place = house();
    place.baseline.learnPolicy("mx.ex.test", "dns", Number(START / SECOND));
    const policy = { serverName: "mx.ex.test" };
    const session = told(place, without(START, policy));
    assert.equal(session.evidence, "cap-missing-policy clear-mail");
    assert.equal(session.verdict, "suspect");
    place.baseline.learnPolicy("mx.ex.test", "fetched", Number(START / SECOND));
    assert.equal(told(place, without(START + SECOND, policy)).verdict, "likely");
  });

  it("gives a source and a month for every bundled line, and never says both of one server", () => {
    const offers = [...SUBMISSION, ...MAILBOX, ...EXCHANGER];
    const row = /^(\*\.)?[a-z0-9.-]+ \d+ (smtp|imap|pop3) [a-z]+(-[a-z]+)? 20\d\d-(0[1-9]|1[0-2])$/;
    for (const line of [...offers, ...PLAIN]) {
      assert.match(line, row);
      const today = new Date().toISOString().slice(0, 7);
      assert.ok((line.split(" ")[4] ?? "") <= today, `${line} comes from the future`);
    }
    const places = (lines: readonly string[]) =>
      lines.map((line) => line.split(" ").slice(0, 3).join(" "));
    assert.equal(new Set(places(offers)).size, offers.length, "a server is listed twice");
    const plain = new Set(places(PLAIN));
    assert.deepEqual(
      places(offers).filter((place) => plain.has(place)),
      [],
    );
  });

  it("tells operators apart by registrable domain", () => {
    assert.equal(registrableDomain("alt1.gmail-smtp-in.l.google.com"), "google.com");
    assert.equal(registrableDomain("mx.example.co.uk"), "example.co.uk");
    assert.equal(registrableDomain("smtp.mail.goo.ne.jp"), "goo.ne.jp");
    assert.equal(registrableDomain("198.51.100.1"), "198.51.100.1");
  });

  it("follows an alias to its operator, but to no landlord of many", () => {
    const owner = (canonicalName: string | null) =>
      ownedName({ serverName: "post.house.example", canonicalName });
    assert.equal(owner("mx1.provider.example"), "mx1.provider.example");
    assert.equal(owner("lb-7.eu-west-1.elb.amazonaws.com"), "post.house.example");
    assert.equal(owner("house.trafficmanager.net"), "post.house.example");
    assert.equal(owner("localhost"), "post.house.example");
    assert.equal(owner(null), "post.house.example");
  });

  it("takes two names of one server's operator for one", () => {
    const place = house();
    const alias = { canonicalName: "mx1.provider.example" };
    for (let day = 0n; day < 3n; day++) {
      const server = `198.51.100.${30n + day}`;
      const names = { server, serverName: `post${day}.house.example`, ...alias };
      told(place, offered(START + day * DAY, names));
    }
    const another = { server: "198.51.100.40", serverName: "mail.other.example", ...alias };
    assert.equal(
      told(place, without(START + 4n * DAY, another)).evidence,
      "cap-vanished clear-mail",
    );
    const stranger = { server: "198.51.100.41", serverName: "mail.other.example" };
    assert.equal(
      told(place, without(START + 4n * DAY, stranger)).evidence,
      "clear-mail never-offered",
    );
  });

  it("forgets a policy not heard of for a month, and writes no news of one heard of daily", () => {
    const place = house();
    const seconds = Number(START / SECOND);
    place.baseline.learnPolicy("mx.ex.test", "dns", seconds);
    place.baseline.snapshot();
    place.baseline.learnPolicy("mx.ex.test", "dns", seconds + 3600);
    assert.equal(place.baseline.isChanged, false);
    place.baseline.learnPolicy("mx.ex.test", "dns", seconds + 86_400);
    assert.equal(place.baseline.isChanged, true);
    const policy = { serverName: "mx.ex.test" };
    const missing = (time: bigint) => told(place, without(time, policy)).evidence;
    assert.equal(missing(START + 30n * DAY), "cap-missing-policy clear-mail");
    assert.equal(missing(START + 40n * DAY), "clear-mail never-offered");
  });
});
