// "Are the same clients always affected?": several machines of one house send mail through the same
// server, each session a scenario of its own through inspector and alert book. The matrix answers from
// what the book counted, and the alerts' scope says the same.

import { strictEqual } from "node:assert";
import { match } from "node:assert/strict";
import { openPipeline } from "../pipeline.ts";
import { feed } from "../scenario/language/feed.ts";
import { parseScenario } from "../scenario/language/parse.ts";
import { EPOCH } from "../scenario/language/pcap.ts";
import { asWritten } from "../scenario/language/transform.ts";

const SECOND = 1_000_000_000n;
const MINUTE = 60n * SECOND;

/** One session of the machine 192.168.1.N: its list with the offer, or with a mask in its place. */
function session(machine: number, port: number, masked: boolean): string {
  const keyword = masked ? "XXXXXXXA" : "STARTTLS";
  const rest = masked
    ? ['c > s "QUIT\\r\\n"', 's > c "221 bye\\r\\n"']
    : [
        'c > s "STARTTLS\\r\\n"',
        's > c "220 go\\r\\n"',
        'c > s tls client-hello ""',
        "s > c tls server-hello",
      ];
  return [
    `client 192.168.1.${machine}:${port}`,
    "server 198.51.100.25:587",
    "handshake",
    's > c "220 mx.ex.example ESMTP\\r\\n"',
    'c > s "EHLO laptop.example\\r\\n"',
    `s > c "250-mx.ex.example\\r\\n250-SIZE 35882577\\r\\n250 ${keyword}\\r\\n"`,
    ...rest,
    "expect silence",
  ].join("\n");
}

/** Sessions in order: machine and whether it was tampered with. */
function household(sessions: readonly (readonly [machine: number, masked: boolean])[]) {
  let scope = "none";
  const { book, drain } = openPipeline({
    onAlerts: (alerts) => {
      for (const alert of alerts) scope = alert.scope;
    },
  });
  for (const [n, [machine, masked]] of sessions.entries()) {
    const base = asWritten(parseScenario(`session ${n}`, session(machine, 49_200 + n, masked)));
    feed(drain, { ...base, shift: BigInt(n) * 10n * MINUTE });
  }
  const time = EPOCH * SECOND + BigInt(sessions.length) * 10n * MINUTE;
  const answer = book.matrix.answer({ operator: "ex.example", port: 587, ipVersion: 4 }, time);
  return { kind: answer.kind, text: answer.text, scope };
}

describe("affected: whose mail is tampered with", function () {
  this.timeout(60_000);

  it("only one client", () => {
    const clean = [11, 11, 11].map((machine) => [machine, false] as const);
    const { kind, text, scope } = household([
      ...clean,
      ...[10, 10, 10].map((machine) => [machine, true] as const),
    ]);
    strictEqual(kind, "only-client");
    match(text, /^Only client 192\.168\.1\.10 is affected/);
    strictEqual(scope, "one-client");
  });

  it("all clients", () => {
    const { kind, text, scope } = household([10, 11, 10, 11].map((each) => [each, true] as const));
    strictEqual(kind, "all-clients");
    match(text, /^All 2 clients/);
    strictEqual(scope, "all-clients");
  });

  it("one client now and then: k of n", () => {
    const { kind, text } = household([true, false, true, false, false].map((each) => [10, each]));
    strictEqual(kind, "intermittent");
    match(text, /2 of 5 sessions/);
  });

  it("too little to say", () => {
    const { kind, text, scope } = household([[10, true]]);
    strictEqual(kind, "not-enough");
    match(text, /n=1/);
    strictEqual(scope, "unknown");
  });
});
