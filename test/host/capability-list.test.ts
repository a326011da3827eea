// The judge on capability lists and texts: masks, what they hide, what is expected, and what may leave
// the sandbox.

import assert from "node:assert/strict";
import type { Judge } from "../../host/judge.ts";
import { judgeForTests } from "./judge-module.ts";

/** The one real list: an Exchange 2003 behind a PIX or ASA. Its eight-letter mask stands for CHUNKING. */
const REAL_MASKED_LIST = [
  "XXXA SIZE ETRN PIPELINING DSN ENHANCEDSTATUSCODES 8BITMIME BINARYMIME XXXXXXXB XXXC",
  "XXXXXXXXXXXXXXXXXXXXXXXD XXXXXXXXXXXE AUTH XXXXXXXXXF XXXXXXXXXXXG XXXXXXH XI",
]
  .join(" ")
  .split(" ");

describe("judge: capability lists", () => {
  let judge: Judge;
  before(() => {
    judge = judgeForTests();
  });

  it("knows a mask from a keyword", () => {
    for (const mask of ["XXXXXXXA", "XXXB", "XXXXXXXX", "********", "xxxxxxxx", "####"]) {
      assert.equal(judge.isMask(mask), true, mask);
    }
    for (const word of ["XFORWARD", "XCLIENT", "XXXX-NOTES", "XEXCH50", "XA", "XVERP", "XXX"]) {
      assert.equal(judge.isMask(word), false, word);
    }
  });

  it("infers what a mask hides from the usual order", () => {
    const rows: [string, "smtp" | "imap" | "pop3", string | null][] = [
      ["PIPELINING SIZE XXXXXXXA 8BITMIME", "smtp", "STARTTLS"],
      ["PIPELINING SIZE XXXXXXXA 8BITMIME DSN XXXXXXXB XXXXXXXC", "smtp", "STARTTLS"],
      ["PIPELINING XXXXXXXA XXXB", "smtp", null],
      ["IMAP4REV1 LITERAL+ XXXXXXXX AUTH=PLAIN", "imap", "STARTTLS"],
      ["TOP UIDL XXXX USER", "pop3", "STLS"],
      ["FOO BAR XXXXXXXA", "smtp", null],
    ];
    for (const [list, dialect, hidden] of rows) {
      assert.equal(judge.hiddenUpgrade(list.split(" "), dialect), hidden, list);
    }
    assert.equal(judge.hiddenUpgrade(REAL_MASKED_LIST, "smtp"), "CHUNKING");
  });

  it("expects the earlier list, else the decoded one, else nothing", () => {
    const seen = ["PIPELINING", "SIZE", "XXXXXXXA", "8BITMIME"];
    const decoded = ["PIPELINING", "SIZE", "STARTTLS", "8BITMIME"];
    assert.deepEqual(judge.expectedList(seen, [], "smtp", false), decoded);
    assert.deepEqual(judge.expectedList(seen, ["SIZE", "STARTTLS"], "smtp", false), [
      "SIZE",
      "STARTTLS",
    ]);
    assert.equal(judge.expectedList(["A", "XXXXXXXA"], [], "smtp", false), null);
    assert.deepEqual(judge.expectedList(["SIZE"], [], "smtp", true), ["SIZE", "STARTTLS"]);
    assert.equal(judge.expectedList(["SIZE"], [], "smtp", false), null);
  });

  it("names a likeness only for shapes that were really seen", () => {
    const print = judge.mailFingerprint;
    assert.equal(print(["cap-masked"], ["SIZE", "XXXXXXXA"]), "cisco-esmtp");
    assert.equal(print(["cap-masked"], REAL_MASKED_LIST), "cisco-esmtp");
    assert.equal(print(["echo-masked"], ["SIZE"]), "cisco-esmtp");
    assert.equal(print(["banner-masked", "ehlo-nooped"], []), "pix-mailguard");
    assert.equal(print(["cmd-masked"], []), "pix-mailguard");
    assert.equal(print(["cap-vanished"], ["SIZE", "ETRN", "8BITMIME", "OK"]), "smtp-front");
    assert.equal(print(["cap-masked"], ["SIZE", "XXXXXXXX"]), null);
    assert.equal(print(["cap-vanished"], ["SIZE"]), null);
  });
});

describe("judge: what leaves the sandbox", () => {
  let judge: Judge;
  before(() => {
    judge = judgeForTests();
  });

  it("escapes everything a log could trip over and cuts at 64 octets", () => {
    assert.equal(judge.printable('a\x1b[2J"%n]\r\nä\\'), 'a\\x1b[2J"%n]\\x0d\\x0a\\xe4\\x5c');
    assert.equal(judge.printable("x".repeat(200)).length, 64);
    assert.deepEqual(judge.keywords(["starttls", "\x00", "", "a b"]), ["STARTTLS", "\\x00"]);
    assert.equal(judge.hostToken("Mail.Example.NET"), "mail.example.net");
    assert.equal(judge.hostToken('mail"].test'), null);
  });

  it("words a finding without naming a culprit or an intent", () => {
    const text = judge.mailText(["cap-masked", "clear-auth"], {
      server: "mail.example.net",
      port: "25",
      dialect: "smtp",
      side: "far",
      clientNear: "1",
      mask: "XXXXXXXA",
      exposed: "auth",
      fingerprint: "cisco-esmtp",
    });
    assert.match(text, /mail\.example\.net \(port 25\)/);
    assert.match(text, /STARTTLS or CHUNKING \(both have eight letters\)/);
    assert.match(text, /looks like/);
    assert.match(text, /on the far side of this router/);
    assert.match(text, /change that password/);
    assert.equal(text.match(/[.](?= [A-Z]|$)/g)?.length, 2);
  });

  it("stays small over many calls", () => {
    const before = judge.memorySize();
    for (let round = 0; round < 20_000; round++) judge.mailVerdict(["cap-masked", "clear-mail"]);
    assert.equal(judge.memorySize() <= Math.max(before, 16 * 65_536), true);
  });
});
