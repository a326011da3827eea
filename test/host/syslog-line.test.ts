// Turns lines of syslog back into their fields with a parser written here from RFC 5424 §6, and
// tries to break out of them with hostile text.

import assert from "node:assert/strict";
import {
  alertMessage,
  localLine,
  networkLine,
  type Origin,
  ownMessage,
} from "../../host/sink/syslog-line.ts";
import { exampleAlert } from "./alert-example.ts";

const ORIGIN: Origin = { facility: "local5", hostname: "router.lan", pid: 4_711 };

interface Parsed {
  readonly facility: number;
  readonly severity: number;
  readonly version: string;
  readonly header: readonly string[];
  readonly id: string | null;
  readonly parameters: readonly (readonly [string, string])[];
  readonly text: string;
}

/** A strict reading: anything beside the grammar fails. */
function parse(line: string): Parsed {
  const head = /^<(\d{1,3})>(\d+) (\S+) (\S+) (\S+) (\S+) (\S+) /.exec(line);
  assert.ok(head, line);
  const [start, priority, version = "", ...header] = head;
  const parameters: [string, string][] = [];
  let rest = line.slice(start.length);
  let id: string | null = null;
  if (rest.startsWith("-")) rest = rest.slice(1);
  else {
    const open = /^\[([^\s=\]"]{1,32})/.exec(rest);
    assert.ok(open, rest);
    id = open[1] ?? null;
    rest = rest.slice(open[0].length);
    for (;;) {
      const pair = /^ ([^\s=\]"]{1,32})="((?:[^"\\\]]|\\["\\\]])*)"/.exec(rest);
      if (pair === null) break;
      parameters.push([pair[1] ?? "", (pair[2] ?? "").replace(/\\(["\\\]])/g, "$1")]);
      rest = rest.slice(pair[0].length);
    }
    assert.ok(rest.startsWith("]"), rest);
    rest = rest.slice(1);
  }
  assert.ok(rest.startsWith(" "), rest);
  const value = Number(priority);
  return {
    facility: value >> 3,
    severity: value & 7,
    version,
    header,
    id,
    parameters,
    text: rest.slice(1),
  };
}

const NAMES = [
  ...["id", "revision", "verdict", "evidence", "client", "server", "port", "application"],
  ...["side", "scope", "fingerprint", "serverName", "lanClient", "repeated"],
  ...["sensor", "uplink", "community"],
];

describe("a line of syslog", () => {
  it("carries an alert field by field", () => {
    const line = parse(networkLine(alertMessage(exampleAlert(), 3), ORIGIN));
    assert.deepEqual([line.facility, line.severity, line.version], [21, 4, "1"]);
    assert.deepEqual(line.header, [
      "2014-11-13T07:10:00.123456Z",
      "router.lan",
      "striplight",
      "4711",
      "capability-rewritten",
    ]);
    assert.equal(line.id, "striplight@32473");
    assert.deepEqual(
      line.parameters.map(([name]) => name),
      NAMES,
    );
    assert.deepEqual(Object.fromEntries(line.parameters), {
      id: "9f2c01d4a7b3e586",
      revision: "1",
      verdict: "likely",
      evidence: "banner-masked,cap-masked,clear-mail",
      client: "192.0.2.10",
      server: "198.51.100.25",
      port: "25",
      application: "smtp",
      side: "far",
      scope: "unknown",
      fingerprint: "cisco-esmtp",
      serverName: "mail.example.net",
      lanClient: "",
      repeated: "3",
      sensor: "home",
      uplink: "",
      community: "1:hashed",
    });
    assert.equal(line.text, exampleAlert().text);
  });

  it("leaves empty what is unknown, but never out", () => {
    const alert = exampleAlert({ fingerprint: null, serverName: null });
    const { parameters } = parse(networkLine(alertMessage(alert, null), ORIGIN));
    assert.equal(parameters.length, NAMES.length);
    const values = Object.fromEntries(parameters);
    assert.deepEqual([values.fingerprint, values.serverName, values.repeated], ["", "", ""]);
  });

  const severities = [
    ["critical", 2],
    ["warning", 4],
    ["notice", 5],
    ["info", 6],
  ] as const;
  for (const [severity, number] of severities) {
    it(`gives ${severity} the number ${number}`, () => {
      const alert = exampleAlert({ severity });
      assert.equal(parse(networkLine(alertMessage(alert, 0), ORIGIN)).severity, number);
    });
  }

  it("uses the facility that is set", () => {
    const line = networkLine(alertMessage(exampleAlert(), 0), { ...ORIGIN, facility: "daemon" });
    assert.equal(parse(line).facility, 3);
  });

  it("pads and cuts the time to six digits", () => {
    for (const [time, shown] of [
      ["2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000000Z"],
      ["2026-01-02T03:04:05.5Z", "2026-01-02T03:04:05.500000Z"],
      ["2026-01-02T03:04:05.999999999Z", "2026-01-02T03:04:05.999999Z"],
    ] as const) {
      const line = networkLine(ownMessage("heartbeat", "info", time, "x"), ORIGIN);
      assert.equal(parse(line).header[0], shown);
    }
  });

  const hostile = [
    'a"b',
    "a\\",
    "a]b",
    '"] <0>1 - - - - - - forged',
    "line\nbreak",
    "carriage\rreturn",
    "nul\0bell\x07delete\x7f",
    "Grüße 🚨 \u2028next",
    "\x1b[2Jcleared",
  ];
  for (const text of hostile) {
    it(`stays one line of printable ASCII around ${JSON.stringify(text)}`, () => {
      const alert = exampleAlert({ serverName: text, text });
      const line = networkLine(alertMessage(alert, 0), { ...ORIGIN, hostname: `h ${text}` });
      assert.match(line, /^[\x20-\x7e]*$/);
      const { parameters, header } = parse(line);
      assert.equal(parameters.length, NAMES.length);
      const kept = Object.fromEntries(parameters).serverName ?? "";
      if (/^[\x20-\x7e]*$/.test(text)) assert.equal(kept, text);
      else assert.match(kept, /\\x[0-9a-f]{2}/);
      assert.match(header[1] ?? "", /^h/);
      assert.match(localLine(alertMessage(alert, 0), ORIGIN), /^[\x20-\x7e]*$/);
    });
  }

  it("fits what every receiver takes, and the local daemon's limit", () => {
    const alert = exampleAlert({ text: "x".repeat(5_000) });
    assert.equal(networkLine(alertMessage(alert, 0), ORIGIN).length, 2_048);
    assert.equal(localLine(alertMessage(alert, 0), ORIGIN).length, 1_003);
  });

  it("writes the local style", () => {
    const message = alertMessage(exampleAlert(), 0);
    const local = localLine(message, ORIGIN);
    const head = /^<172>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d striplight\[4711\]: /.exec(local);
    assert.ok(head, local);
    const rest = local.slice(head[0].length);
    assert.match(
      rest,
      /^capability-rewritten likely, alert 9f2c01d4, 192\.0\.2\.10 at home, 198\.51\.100\.25 port 25: The server's offer/,
    );
  });
});
