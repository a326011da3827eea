// History as evidence: what was offered before, what is known of a server, and the file that keeps it.
// Sessions are findings as data; days pass in the findings' own time.

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Alert } from "../../host/alert/alert.ts";
import { AlertBook } from "../../host/alert/book.ts";
import { BaselineBook } from "../../host/baseline/book.ts";
import { Knowledge, type OwnKnowledge } from "../../host/baseline/knowledge.ts";
import { registrableDomain } from "../../host/baseline/operator.ts";
import { Sessions } from "../../host/baseline/session.ts";
import { BaselineStore } from "../../host/baseline/store.ts";
import type { Finding, MailSeen } from "../../host/finding.ts";
import type { Judge } from "../../host/judge.ts";
import { DAY, FULL_LIST, finding, mailSeen, SECOND, START } from "./finding.ts";
import { judgeForTests } from "./judge-module.ts";

const SIGHTING = { file: null, interfaceName: "wan", evidenceFile: null, lanClient: null };
const NOTHING_OWN: OwnKnowledge = { knownHosts: [], knownPlain: [] };

interface House {
  readonly baseline: BaselineBook;
  readonly book: AlertBook;
}

let judge: Judge;
before(() => {
  judge = judgeForTests();
});

function house(own = NOTHING_OWN, baseline = new BaselineBook()): House {
  const sessions = new Sessions(baseline, new Knowledge(own));
  return { baseline, book: new AlertBook({ judge, keepFlows: true, sessions }) };
}

/** A session that was offered encryption and used it. */
function offered(
  time: bigint,
  change: Partial<Finding> = {},
  mail: Partial<MailSeen> = {},
): Finding {
  const seen = mailSeen({
    evidence: ["tls-ok"],
    tlsState: "starttls",
    tlsOffered: true,
    tlsRequested: true,
    offered: FULL_LIST,
    ...mail,
  });
  return finding({ time, mail: seen, ...change });
}

/** A session whose list lacks the offer. */
function without(
  time: bigint,
  change: Partial<Finding> = {},
  mail: Partial<MailSeen> = {},
): Finding {
  const seen = mailSeen({ evidence: ["clear-mail", "never-offered"], ...mail });
  return finding({ time, mail: seen, ...change });
}

/** What the alert and the flow line of one session say. */
function told(
  place: House,
  session: Finding,
): { evidence: string; verdict: string; alert: Alert | undefined } {
  const [alert] = place.book.observe(session, SIGHTING);
  const [line] = place.book.takeFlows(true);
  return { evidence: line?.evidence.join(" ") ?? "", verdict: line?.verdict ?? "", alert };
}

/** Nine sessions with the offer over nine days. */
function nineOffers(place: House): bigint {
  for (let day = 0n; day < 9n; day++) told(place, offered(START + day * DAY));
  return START + 9n * DAY;
}

describe("baseline: what was offered before", () => {
  it("finds a steady offer missing: strong, with the list to expect", () => {
    const place = house();
    const session = told(place, without(nineOffers(place)));
    assert.equal(session.evidence, "cap-vanished clear-mail");
    assert.equal(session.verdict, "likely");
    assert.deepEqual(session.alert?.expected, FULL_LIST);
    assert.match(session.alert?.text ?? "", /made before is missing/);
  });

  it("finds an offer missing on thin history: moderate", () => {
    const place = house();
    told(place, offered(START));
    told(place, offered(START + SECOND));
    const session = told(place, without(START + 2n * SECOND));
    assert.equal(session.evidence, "cap-vanished clear-mail");
    assert.equal(session.verdict, "suspect");
  });

  it("needs three offers on two days for strong evidence", () => {
    const place = house();
    for (const at of [0n, SECOND, DAY]) told(place, offered(START + at));
    assert.equal(told(place, without(START + 2n * DAY)).verdict, "likely");
    const sameDay = house();
    for (const at of [0n, SECOND, 2n * SECOND]) told(sameDay, offered(START + at));
    assert.equal(told(sameDay, without(START + 3n * SECOND)).verdict, "suspect");
  });

  it("adds to masks, echoes and denials", () => {
    const place = house();
    const now = nineOffers(place);
    const masked = {
      offered: FULL_LIST.map((word) => (word === "STARTTLS" ? "XXXXXXXA" : word)),
      maskIndex: 4,
      maskCount: 1,
    };
    const echo = told(
      place,
      without(now, {}, { ...masked, evidence: ["cap-masked", "echo-masked"] }),
    );
    assert.equal(echo.evidence, "cap-masked cap-vanished echo-masked");
    assert.equal(echo.verdict, "proven");
    assert.equal(echo.alert?.severity, "warning");
    const denied = {
      evidence: ["clear-mail", "ehlo-denied"],
      listState: "none",
      offered: null,
      ehloReply: 500,
    } as const;
    const refusal = told(place, without(now, {}, denied));
    assert.equal(refusal.evidence, "cap-vanished clear-mail ehlo-denied");
    assert.equal(refusal.verdict, "likely");
    const demand = told(
      place,
      without(now, {}, { evidence: ["clear-auth", "tls-demanded"], authLevel: "reusable" }),
    );
    assert.equal(demand.evidence, "cap-vanished clear-auth tls-demanded");
    assert.equal(demand.verdict, "proven");
    assert.equal(demand.alert?.severity, "critical");
  });

  it("draws no conclusion without a full view", () => {
    const place = house();
    const now = nineOffers(place);
    for (const mail of [
      { evidence: [], listState: "none", offered: null },
      { evidence: ["view-gap"], listState: "complete" },
      { evidence: ["view-oneway"], listState: "complete" },
      { evidence: [], listState: "partial" },
    ] as const) {
      const session = told(place, without(now, {}, mail));
      assert.equal(session.verdict, "none");
      assert.equal(session.evidence, mail.evidence.join(" "));
    }
  });

  it("does not mind another order, lost or added keywords", () => {
    const place = house();
    const now = nineOffers(place);
    const shuffled = { offered: ["DSN", "8BITMIME", "STARTTLS", "SIZE", "PIPELINING", "NEW"] };
    assert.equal(told(place, offered(now, {}, shuffled)).evidence, "tls-ok");
  });

  it("finds a list that has nothing in common with earlier ones", () => {
    const place = house();
    const now = nineOffers(place);
    const swapped = told(
      place,
      offered(now, {}, { offered: ["STARTTLS", "OK", "XTEXT", "YTEXT"] }),
    );
    assert.equal(swapped.evidence, "cap-swapped tls-ok");
    assert.equal(swapped.verdict, "suspect");
  });

  it("keeps tainted sessions from making the loss normal", () => {
    const place = house();
    const now = nineOffers(place);
    for (let n = 0n; n < 4n; n++) {
      assert.equal(told(place, without(now + n * SECOND)).verdict, "likely");
    }
  });

  it("treats a pool, where offer and no offer mix, as weak", () => {
    const place = house();
    told(place, without(START));
    for (let day = 1n; day < 9n; day++) told(place, offered(START + day * DAY));
    assert.equal(told(place, without(START + 9n * DAY)).verdict, "suspect");
  });

  it("learns a pool from offers that return by themselves", () => {
    const place = house();
    told(place, offered(START));
    assert.equal(told(place, without(START + DAY)).verdict, "suspect");
    for (let day = 2n; day < 9n; day++) told(place, offered(START + day * DAY));
    assert.equal(told(place, without(START + 9n * DAY)).verdict, "suspect");
  });

  it("falls back to notice when the change is settled, and keeps mentioning it", () => {
    const place = house();
    const now = nineOffers(place);
    for (let day = 0n; day < 8n; day++) told(place, without(now + day * DAY));
    const later = told(
      place,
      without(
        now + 8n * DAY,
        {},
        { evidence: ["clear-auth", "never-offered"], authLevel: "reusable" },
      ),
    );
    assert.equal(later.evidence, "cap-vanished clear-auth");
    assert.equal(later.verdict, "suspect");
    assert.equal(later.alert?.severity, "notice");
  });

  it("does not settle while the server still demands encryption", () => {
    const place = house();
    const now = nineOffers(place);
    for (let day = 0n; day < 9n; day++) {
      told(place, without(now + day * DAY, {}, { evidence: ["tls-demanded"] }));
    }
    assert.equal(told(place, without(now + 9n * DAY)).verdict, "likely");
  });

  it("begins anew after an acknowledgement", () => {
    const place = house();
    const now = nineOffers(place);
    assert.equal(told(place, without(now)).verdict, "likely");
    assert.equal(place.baseline.acknowledge("smtp", "198.51.100.25", 25), true);
    const session = told(place, without(now + SECOND));
    assert.equal(session.evidence, "clear-mail never-offered");
    assert.equal(session.verdict, "none");
  });

  it("forgets a server after 180 days", () => {
    const place = house();
    const now = nineOffers(place);
    assert.equal(told(place, without(now + 181n * DAY)).evidence, "clear-mail never-offered");
  });

  it("keeps ports apart and says when an offer appears", () => {
    const place = house();
    nineOffers(place);
    const other = told(place, without(START + 9n * DAY, { serverPort: 587 }));
    assert.equal(other.evidence, "clear-mail never-offered");
    const appeared = told(place, offered(START + 10n * DAY, { serverPort: 587 }));
    assert.equal(appeared.evidence, "cap-appeared tls-ok");
    assert.equal(appeared.verdict, "none");
  });

  it("knows a pool by its operator's name", () => {
    const place = house();
    for (let day = 0n; day < 4n; day++) {
      told(
        place,
        offered(START + day * DAY, { server: "198.51.100.1", serverName: "mx1.ex.test" }),
      );
      told(
        place,
        offered(START + day * DAY, { server: "198.51.100.2", serverName: "mx2.ex.test" }),
      );
    }
    const fresh = { server: "198.51.100.3", serverName: "mx3.ex.test" };
    assert.equal(told(place, without(START + 5n * DAY, fresh)).verdict, "likely");
    const stranger = { server: "203.0.113.9", serverName: "mx.other.test" };
    assert.equal(told(place, without(START + 5n * DAY, stranger)).verdict, "none");
  });
});

describe("baseline: how clients behave", () => {
  it("finds a program that stopped encrypting, on the near side", () => {
    const place = house();
    const now = nineOffers(place);
    const session = told(
      place,
      offered(
        now,
        {},
        { evidence: ["clear-mail", "tls-unused"], tlsState: "no", tlsRequested: false },
      ),
    );
    assert.equal(session.evidence, "clear-mail tls-lapsed tls-unused");
    assert.equal(session.alert?.side, "near");
    assert.match(session.alert?.text ?? "", /reached your network intact/);
  });

  it("finds a program that quits at the offer, on the near side", () => {
    const place = house();
    told(place, offered(START));
    const quit = {
      evidence: [],
      tlsState: "no",
      tlsRequested: false,
      quitAfterList: true,
    } as const;
    const session = told(place, offered(START + SECOND, {}, quit));
    assert.equal(session.evidence, "near-quit");
    assert.equal(session.alert?.side, "near");
    const stranger = told(place, offered(START + SECOND, { client: "192.168.1.77" }, quit));
    assert.equal(stranger.verdict, "none");
  });

  it("lends class to a reset at the start of encryption", () => {
    const reset = { evidence: ["rst-at-starttls"], tlsState: "no" } as const;
    assert.equal(told(house(), offered(START, {}, reset)).verdict, "suspect");
    const place = house();
    assert.equal(told(place, offered(nineOffers(place), {}, reset)).verdict, "likely");
  });

  it("tells a greeting host only where it differs from before", () => {
    const place = house();
    const mismatch = { evidence: ["banner-mismatch", "tls-ok"], greetingHost: "front.ex.test" };
    assert.equal(told(place, offered(START, {}, mismatch)).evidence, "tls-ok");
    const other = house();
    const now = nineOffers(other);
    assert.equal(told(other, offered(now, {}, mismatch)).evidence, "banner-mismatch tls-ok");
  });

  it("finds one front behind unrelated operators", () => {
    const place = house();
    const servers = [
      ["198.51.100.1", "mx.one.test"],
      ["203.0.113.1", "mx.two.test"],
      ["192.0.2.1", "mx.three.test"],
    ] as const;
    const results = servers.map(([server, serverName], n) =>
      told(
        place,
        without(
          START + BigInt(n) * SECOND,
          { server, serverName },
          { greetingHost: "front.isp.test" },
        ),
      ),
    );
    assert.deepEqual(
      results.map((result) => result.evidence),
      ["clear-mail never-offered", "clear-mail never-offered", "clear-mail same-front"],
    );
    assert.equal(results[2]?.verdict, "suspect");
  });
});

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
    place.baseline.learnPolicy("mx.ex.test", "dns");
    const policy = { serverName: "mx.ex.test" };
    const session = told(place, without(START, policy));
    assert.equal(session.evidence, "cap-missing-policy clear-mail");
    assert.equal(session.verdict, "suspect");
    place.baseline.learnPolicy("mx.ex.test", "fetched");
    assert.equal(told(place, without(START + SECOND, policy)).verdict, "likely");
  });

  it("tells operators apart by registrable domain", () => {
    assert.equal(registrableDomain("alt1.gmail-smtp-in.l.google.com"), "google.com");
    assert.equal(registrableDomain("mx.example.co.uk"), "example.co.uk");
    assert.equal(registrableDomain("smtp.mail.goo.ne.jp"), "goo.ne.jp");
    assert.equal(registrableDomain("198.51.100.1"), "198.51.100.1");
  });
});

describe("baseline: the state file", () => {
  let folder: string;
  const reports: string[] = [];
  const store = (baseline: BaselineBook): BaselineStore =>
    new BaselineStore(folder, { baseline }, (sentence) => reports.push(sentence));
  const reopened = (): BaselineBook => {
    const baseline = new BaselineBook();
    store(baseline).load();
    return baseline;
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "striplight-baseline-"));
    reports.length = 0;
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("carries history over a restart", () => {
    const place = house();
    const now = nineOffers(place);
    store(place.baseline).flush();
    assert.equal(told(house(NOTHING_OWN, reopened()), without(now)).verdict, "likely");
    assert.deepEqual(readdirSync(folder), ["baseline"]);
  });

  it("writes at most once in 15 minutes unless an alert needs it", () => {
    const place = house();
    const file = store(place.baseline);
    file.load();
    told(place, offered(START));
    assert.equal(file.offer(START, false), false);
    assert.equal(file.offer(START + 899n * SECOND, false), false);
    assert.equal(file.offer(START + 900n * SECOND, false), true);
    assert.equal(file.offer(START + 3000n * SECOND, false), false, "nothing changed");
    told(place, offered(START + DAY));
    assert.equal(file.offer(START + 901n * SECOND, false), false);
    assert.equal(file.offer(START + 901n * SECOND, true), true);
  });

  it("survives a cut between writing and renaming", () => {
    const place = house();
    const now = nineOffers(place);
    store(place.baseline).flush();
    writeFileSync(join(folder, "baseline.new"), "striplight-baseline 1 half a li");
    assert.equal(told(house(NOTHING_OWN, reopened()), without(now)).verdict, "likely");
    assert.deepEqual(reports, []);
  });

  it("sets a damaged file aside, says so and begins anew", () => {
    const place = house();
    nineOffers(place);
    store(place.baseline).flush();
    const path = join(folder, "baseline");
    const whole = readFileSync(path, "utf8");
    const cases = [
      whole.slice(0, whole.length / 2),
      whole.replace('"offers":9', '"offers":8'),
      whole.replace("striplight-baseline 1 ", "striplight-baseline 7 "),
      "",
    ];
    for (const [index, text] of cases.entries()) {
      writeFileSync(path, text);
      assert.equal(reopened().size, 0);
      assert.match(
        reports[index] ?? "",
        /is damaged \(.*\); it is kept as .*damaged-\d and a new one/,
      );
      assert.equal(readFileSync(`${path}.damaged-${index + 1}`, "utf8"), text);
    }
    assert.equal(reports.length, cases.length);
  });

  it("holds no client address, name or list entry it should not", () => {
    const place = house();
    told(place, offered(START, { client: "192.168.77.66" }));
    store(place.baseline).flush();
    assert.equal(readFileSync(join(folder, "baseline"), "utf8").includes("192.168.77.66"), false);
  });

  it("names the folder when it cannot be written", () => {
    writeFileSync(join(folder, "plain"), "");
    const baseline = new BaselineBook();
    const file = new BaselineStore(join(folder, "plain"), { baseline }, () => {});
    assert.throws(() => file.load(), /baseline file .*plain\/baseline cannot be read: .*state_dir/);
  });
});

describe("baseline: bounds", () => {
  it("keeps at most 4,096 servers of 1,024 operators", () => {
    const place = house();
    for (let n = 0; n < 1500; n++) {
      const server = `198.51.${n >> 8}.${n & 255}`;
      told(place, offered(START + BigInt(n) * SECOND, { server, serverName: `mx.op${n}.test` }));
    }
    assert.equal(place.baseline.size, 1024);
  });
});
