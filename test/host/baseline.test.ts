// History as evidence: what a server offered before and how clients behaved. Sessions are findings as
// data; days pass in the findings' own time.

import assert from "node:assert/strict";
import { DAY, FULL_LIST, SECOND, START } from "./finding.ts";
import { house, nineOffers, offered, told, without } from "./mail-session.ts";

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
    const other = { offered: ["STARTTLS", "OK", "XTEXT", "YTEXT"] };
    const swapped = told(
      place,
      offered(now, {}, { ...other, evidence: ["clear-mail"], tlsState: "no" }),
    );
    assert.equal(swapped.evidence, "cap-swapped clear-mail");
    assert.equal(swapped.verdict, "suspect");
    const used = told(place, offered(now, {}, other));
    assert.equal(used.evidence, "tls-ok", "an offer that was used explains its list");
  });

  it("keeps tainted sessions from making the loss normal", () => {
    const place = house();
    const now = nineOffers(place);
    for (let n = 0n; n < 4n; n++) {
      assert.equal(told(place, without(now + n * SECOND)).verdict, "likely");
    }
  });

  it("suspects nobody on thin history with a private address", () => {
    const local = { server: "10.0.0.25" };
    const place = house();
    told(place, offered(START, local));
    const loss = told(place, without(START + SECOND, local));
    assert.equal(loss.evidence, "cap-vanished clear-mail");
    assert.equal(loss.verdict, "none");
    const swapped = { offered: ["STARTTLS", "OK", "XTEXT", "YTEXT"] };
    assert.equal(told(place, offered(START + SECOND, local, swapped)).verdict, "none");
    const steady = house();
    for (let day = 0n; day < 4n; day++) told(steady, offered(START + day * DAY, local));
    assert.equal(told(steady, without(START + 4n * DAY, local)).verdict, "likely");
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
