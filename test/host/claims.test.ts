// No claim without something seen: what alerts say of real dialogs and segments, through inspector, book
// and judge. Each row is a scenario, what its last alert says, and what it does not say.

import { doesNotMatch, match, ok } from "node:assert/strict";
import { AlertBook } from "../../host/alert/book.ts";
import type { Alert } from "../../host/ground/alert.ts";
import { describeAlert } from "../../host/text/terminal.ts";
import { openPipeline } from "../pipeline.ts";
import { feed } from "../scenario/language/feed.ts";
import { parseScenario } from "../scenario/language/parse.ts";
import { asWritten } from "../scenario/language/transform.ts";
import { finding, mailSeen, segmentsSeen } from "./finding.ts";
import { judgeForTests } from "./judge-module.ts";

const SIGHTING = { file: null, interfaceName: "wan", evidenceFile: null, lanClient: null };
const LAPTOP = "192.168.1.10:49200";
const FAR_SERVER = "198.51.100.25:587";

function newBook(): AlertBook {
  return new AlertBook({ judge: judgeForTests(), keepFlows: false });
}

/** The last alert of a connection, written as a scenario. */
function told(lines: readonly string[], client = LAPTOP, server = FAR_SERVER): Alert {
  const head = [`client ${client}`, `server ${server}`];
  const scenario = parseScenario("claim", [...head, ...lines, "expect silence"].join("\n"));
  const alerts: Alert[] = [];
  const { drain } = openPipeline({ onAlerts: (raised) => alerts.push(...raised) });
  feed(drain, asWritten(scenario));
  const last = alerts.at(-1);
  ok(last !== undefined, "an alert was raised");
  return last;
}

const say = (from: string, to: string, text: string): string => `${from} > ${to} "${text}\\r\\n"`;
const GREETING = ["handshake", say("s", "c", "220 mx.ex.example ESMTP")];
const list = (...keywords: string[]): string[] => [
  ...GREETING,
  say("c", "s", "EHLO laptop.example"),
  say(
    "s",
    "c",
    `250-mx.ex.example\\r\\n250-SIZE 35882577\\r\\n250-${keywords.join("\\r\\n250-")}\\r\\n250 DSN`,
  ),
];
const LOGIN = say("c", "s", "AUTH PLAIN AGRlbW8Abm90LWEtc2VjcmV0");
const BYE = [say("c", "s", "QUIT"), say("s", "c", "221 bye")];
const ACCEPTED = say("s", "c", "235 2.7.0 ok");
const REFUSED = say("s", "c", "535 5.7.8 no");

describe("claims: mail", () => {
  const masked = list("XXXXXXXA", "AUTH PLAIN");
  const FAR = /far side of this router/;

  it("where both ends are on one network or one machine, no side is named", () => {
    for (const [client, server] of [
      ["192.168.1.10:49200", "192.168.1.25:587"],
      ["127.0.0.1:49200", "127.0.0.1:587"],
    ]) {
      const { text } = told([...masked, ...BYE], client, server);
      doesNotMatch(text, FAR);
      match(text, /Where this was done cannot be narrowed down/);
    }
    match(told([...masked, ...BYE]).text, FAR);
  });

  it("a mask that hides another keyword does not make programs fall back", () => {
    const lines = [
      ...GREETING,
      say("c", "s", "EHLO laptop.example"),
      say(
        "s",
        "c",
        "250-mx.ex.example\\r\\n250-PIPELINING\\r\\n250-SIZE 1\\r\\n250-8BITMIME\\r\\n250-DSN\\r\\n250-SMTPUTF8\\r\\n250 XXXXXXXA",
      ),
      ...BYE,
    ];
    const { text } = told(lines);
    match(text, /by its place in the list was CHUNKING overwritten by XXXXXXXA/);
    doesNotMatch(text, /fall back/);
  });

  it("a greeting alone says nothing of encryption", () => {
    const { text } = told(["handshake", say("s", "c", "220 ************************")]);
    doesNotMatch(text, /fall back/);
  });

  it("what was overwritten with asterisks is not said to be X letters", () => {
    const { text } = told([...list("STARTTLS", "**********"), ...BYE]);
    match(text, /overwritten by \*{10}/);
    doesNotMatch(text, /X letters/);
  });

  it("a password is told with the server's answer", () => {
    const refused = told([...masked, LOGIN, REFUSED, ...BYE]).text;
    match(refused, /a password was sent unencrypted, and the server refused it/);
    const accepted = told([...masked, LOGIN, ACCEPTED, ...BYE]).text;
    match(accepted, /a password was sent unencrypted\./);
    const plain = list("AUTH PLAIN");
    match(told([...plain, LOGIN, REFUSED, ...BYE]).text, /the server refused it/);
    doesNotMatch(told([...plain, LOGIN, ACCEPTED, ...BYE]).text, /refused/);
    const again = told([...plain, LOGIN, REFUSED, LOGIN, ACCEPTED, ...BYE]).text;
    doesNotMatch(again, /refused/, "the second was accepted");
  });

  it("a password in IMAP and POP3 as well", () => {
    const imap = [
      "handshake",
      say("s", "c", "* OK hi"),
      say("c", "s", "a LOGIN demo not-a-secret"),
    ];
    const mailbox = "198.51.100.25:143";
    match(told([...imap, say("s", "c", "a NO no"), ...BYE], LAPTOP, mailbox).text, /refused it/);
    doesNotMatch(
      told([...imap, say("s", "c", "a OK in"), ...BYE], LAPTOP, mailbox).text,
      /refused/,
    );
    const pop3 = [
      "handshake",
      say("s", "c", "+OK hi"),
      say("c", "s", "USER demo"),
      say("s", "c", "+OK"),
      say("c", "s", "PASS not-a-secret"),
    ];
    const drop = "198.51.100.25:110";
    match(told([...pop3, say("s", "c", "-ERR no"), ...BYE], LAPTOP, drop).text, /refused it/);
    doesNotMatch(told([...pop3, say("s", "c", "+OK in"), ...BYE], LAPTOP, drop).text, /refused/);
  });

  it("port 465 is not advised where the server offers STARTTLS", () => {
    const { text } = told([...list("STARTTLS", "AUTH PLAIN"), LOGIN, ACCEPTED, ...BYE]);
    match(text, /require encryption \(STARTTLS, which the server offers\)/);
    doesNotMatch(text, /465/);
  });

  it("a stranger's login to the home server is the stranger's", () => {
    const lines = [...list("AUTH PLAIN"), LOGIN, REFUSED, ...BYE];
    const alert = told(lines, "198.51.100.77:49200", "192.168.1.25:587");
    match(alert.text, /by 198\.51\.100\.77 to your own mail server mx\.ex\.example \(port 587\)/);
    doesNotMatch(alert.text, /mail program|change the password/);
    match(
      describeAlert(alert).replace(/\s+/g, " "),
      /192\.168\.1\.25:587 \(mx\.ex\.example\) at home/,
    );
  });
});

describe("claims: resets", () => {
  const web = { mail: null, application: "tls", serverPort: 443 } as const;
  /** What is said of a finding's segments. */
  const said = (
    segments: Parameters<typeof segmentsSeen>[0],
    change: Parameters<typeof finding>[0] = {},
  ): string => {
    const seen = segmentsSeen({ resetsToClient: 1, ...segments });
    return (
      newBook().observe(finding({ ...web, segments: seen, ...change }), SIGHTING)[0]?.text ?? ""
    );
  };
  const PROVEN = { conclusive: ["rst-data-after"], strong: ["rst-ttl-step"] };

  it("whether the connection survived is not known, and nothing is kept", () => {
    const text = said(PROVEN);
    match(text, /was hit by a reset that the server did not send/);
    doesNotMatch(text, /was cut|ends connections|keep this record/);
  });

  it("at the home's own server it is the client that did not send it", () => {
    const inbound = { client: "198.51.100.77", server: "192.168.1.25", clientNear: false };
    const text = said(PROVEN, { ...inbound, serverPort: 443 });
    match(text, /connection from 198\.51\.100\.77 to your own server 192\.168\.1\.25 \(port 443\)/);
    match(text, /that the client did not send: the client went on sending after the reset/);
    doesNotMatch(text, /the server did not send|the server's name/);
  });

  it("on one network no far side is named", () => {
    doesNotMatch(said(PROVEN, { server: "192.168.1.25", sideGuessed: true }), /far side/);
  });

  it("two resets are no numbered series", () => {
    const text = said({ conclusive: ["rst-seq-ladder"], resetsToClient: 2 });
    match(
      text,
      /different places in the stream, one of them ahead of everything the server had sent/,
    );
    doesNotMatch(text, /series/);
    doesNotMatch(said({ conclusive: ["rst-win-ladder"], resetsToClient: 2 }), /series/);
  });

  it("a place in the stream is said as what it is", () => {
    for (const [name, what] of [
      ["rst-seq-ahead", /ahead of everything the server had sent, as far as it was seen/],
      ["rst-data-before", /one the server had already passed/],
      ["rst-seq-zero", /is zero, where the server was not/],
    ] as const) {
      const text = said({ strong: [name] });
      match(text, what);
      doesNotMatch(text, /could be at/);
    }
  });

  it("distances are devices, and only plausible ones", () => {
    const at = (resetTtl: number, farTtl: number): string => said({ ...PROVEN, resetTtl, farTtl });
    match(at(62, 45), /it came from 2 devices away, the server from 19/);
    match(at(63, 109), /it came from 1 device away, the server from 19/);
    for (const text of [at(62, 126), at(10, 45), at(44, 0)]) {
      match(text, /did not travel the way the server's packets travel/);
      doesNotMatch(text, /devices|hop count/);
    }
  });

  it("no round trip is named that was not measured", () => {
    const early = (latencyUs: number, rttUs: number): string =>
      said({ strong: ["rst-early"], latencyUs, rttUs });
    match(early(2_000, 40_000), /after 2 ms on a path that needs 40 ms/);
    for (const text of [early(2_000, 4_294_507_000), early(90_000, 40_000), early(2_000, 0)]) {
      doesNotMatch(text, / ms/);
    }
  });

  it("names of our own are not told", () => {
    for (const fingerprint of ["packetlogic", "seq-ladder-12503", "win-ladder", "scapy"]) {
      const text = said({ ...PROVEN, fingerprint });
      ok(!text.includes(fingerprint), text);
    }
  });
});

describe("claims: what was seen of the offer", () => {
  it("a list that still offers encryption does not make programs fall back", () => {
    const mail = mailSeen({ evidence: ["cap-masked-other", "banner-masked"], tlsOffered: true });
    const [alert] = newBook().observe(finding({ mail }), SIGHTING);
    match(alert?.text ?? "", /the offer to encrypt arrived all the same/);
  });
});
