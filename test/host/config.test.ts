// Turns configuration texts into a Config or into the one sentence that says what is wrong.
// Opens no file but its own; the commands that exit with these statuses are tested elsewhere.

import assert from "node:assert/strict";
import { loadConfig, readConfig } from "../../host/config/schema.ts";
import { parseUci } from "../../host/config/uci.ts";
import { EXIT, HostError } from "../../host/ground/errors.ts";

const FILE = "striplight.conf";

function errorOf(text: string): HostError {
  try {
    readConfig(text, FILE);
  } catch (error) {
    assert.ok(error instanceof HostError);
    return error;
  }
  return assert.fail(`accepted: ${text}`);
}

const main = (...lines: string[]): string => ["config striplight 'main'", ...lines].join("\n");
const collector = (...lines: string[]): string => ["config collector", ...lines].join("\n");

describe("the UCI parser", () => {
  it("reads sections, options, lists, quotes and comments", () => {
    const text = [
      "# a comment",
      "package 'striplight'",
      "config striplight 'main'   # and another",
      "\toption led 'green:status'",
      '\toption user "a\\"b#c"',
      "\tlist home 192.168.1.0/24",
      "\tlist home '10.0.0.0'/8",
      "",
      "config collector",
      "\toption host a\\ b",
    ].join("\r\n");
    const [first, second, ...more] = parseUci(text, FILE);
    assert.equal(more.length, 0);
    assert.deepEqual([first?.type, first?.name, first?.line], ["striplight", "main", 3]);
    assert.deepEqual(first?.options.get("led")?.values, ["green:status"]);
    assert.deepEqual(first?.options.get("user")?.values, ['a"b#c']);
    assert.deepEqual(first?.options.get("home")?.values, ["192.168.1.0/24", "10.0.0.0/8"]);
    assert.deepEqual([second?.type, second?.name], ["collector", null]);
    assert.deepEqual(second?.options.get("host")?.values, ["a b"]);
  });

  it("lets a later option replace and a later section of one name continue", () => {
    const text = "config a 'x'\noption o 1\nconfig a 'x'\noption o 2\nlist l 1\nlist l 2";
    const sections = parseUci(text, FILE);
    assert.equal(sections.length, 1);
    assert.deepEqual(sections[0]?.options.get("o")?.values, ["2"]);
    assert.deepEqual(sections[0]?.options.get("l")?.values, ["1", "2"]);
  });

  const broken: readonly (readonly [string, RegExp])[] = [
    ["option led x", /line 1: "option led" comes before any "config" line/],
    ["\n\nfrobnicate x", /line 3: expected config, option or list, not "frobnicate"/],
    ["config a\noption led 'x", /line 2: the quote ' is not closed/],
    ["config a\noption led x y", /line 2: "y" is one word too many/],
    ["config a\noption led", /line 2: expected "option NAME 'VALUE'"/],
    ["config", /line 1: expected "config TYPE"/],
    ["config a 'b c'", /line 1: a section name is made of letters/],
  ];
  for (const [text, sentence] of broken) {
    it(`says where ${JSON.stringify(text)} goes wrong`, () => {
      assert.throws(() => parseUci(text, FILE), { status: EXIT.config, message: sentence });
    });
  }
});

describe("the configuration", () => {
  it("needs nothing set", () => {
    assert.deepEqual(readConfig("", FILE), {
      interfaces: [],
      home: [],
      profile: "desk",
      runDir: "/var/run/striplight",
      stateDir: "/var/lib/striplight",
      sensor: null,
      uplink: null,
      alertFile: null,
      led: null,
      ledRoot: "/sys/class/leds",
      alertHold: 86_400_000,
      facility: "local5",
      user: null,
      ignore: [],
      knownHosts: [],
      knownPlain: [],
      collectors: [],
    });
  });

  it("reads every option", () => {
    const text = [
      main(
        "list interface wan",
        "list interface pppoe-wan",
        "list home 192.168.0.0/16",
        "list home fd00::/8",
        "option profile board",
        "option run_dir /tmp/run",
        "option state_dir /tmp/state",
        "option alert_file /tmp/alerts.json",
        "option evidence_dir ''",
        "option led red:alarm",
        "option led_root /tmp/leds",
        "option alert_hold 90m",
        "option facility local2",
        "option user daemon",
        "list known_host 'Mail.Example.net|587|smtp'",
        "list known_host '*.example.org|143|imap'",
        "list known_plain '192.0.2.7|110|pop3'",
      ),
      collector("option host logs.example.net"),
      collector(
        "option host 2001:db8::1",
        "option proto tls",
        "option ca /etc/ca.pem",
        "option cert /etc/c.pem",
        "option key /etc/k.pem",
        "option queue 10",
      ),
    ].join("\n");
    const config = readConfig(text, FILE);
    assert.deepEqual(config.interfaces, ["wan", "pppoe-wan"]);
    assert.deepEqual(config.home, ["192.168.0.0/16", "fd00::/8"]);
    assert.equal(config.alertHold, 5_400_000);
    assert.deepEqual(config.knownHosts, [
      { host: "mail.example.net", port: 587, dialect: "smtp" },
      { host: "*.example.org", port: 143, dialect: "imap" },
    ]);
    assert.deepEqual(config.knownPlain, [{ host: "192.0.2.7", port: 110, dialect: "pop3" }]);
    assert.equal(config.collectors[0]?.port, 514);
    assert.equal(config.collectors[0]?.queue, 1_024);
    assert.equal(config.collectors[1]?.port, 6_514);
    assert.equal(config.collectors[1]?.key, "/etc/k.pem");
    assert.ok(Object.isFrozen(config) && Object.isFrozen(config.collectors));
  });

  const refused: readonly (readonly [string, string, string, string])[] = [
    ["interface", "list interface 'a/b'", '"a/b"', "name of a network interface"],
    ["interface", "list interface sixteencharacter", '"sixteencharacter"', "name of a network"],
    ["home", "list home 192.168.1.0/33", '"192.168.1.0/33"', "192.168.1.0/24"],
    ["home", "list home example.net", '"example.net"', "a network such as"],
    ["profile", "option profile laptop", '"laptop"', "one of desk, board"],
    ["run_dir", "option run_dir run", '"run"', "an absolute path"],
    ["evidence_dir", "option evidence_dir /tmp/evidence", '"/tmp/evidence"', "not in this version"],
    ["evidence_max", "option evidence_max 1048576", '"1048576"', "not in this version"],
    ["history_max", "option history_max 65536", '"65536"', "not in this version"],
    ["metrics_file", "option metrics_file /tmp/m", '"/tmp/m"', "not in this version"],
    ["sensor", `option sensor ${"x".repeat(65)}`, "xxx", "at most 64 printable"],
    ["uplink", "option uplink 'a\tb'", '"a\\tb"', "at most 64 printable characters"],
    ["led", "option led ../x", '"../x"', "/sys/class/leds"],
    ["alert_hold", "option alert_hold 24", '"24"', "90m, 24h or 7d"],
    ["alert_hold", "option alert_hold 0h", '"0h"', "90m, 24h or 7d"],
    ["facility", "option facility local7", '"local7"', "local6, daemon"],
    ["user", "option user 'Mr X'", '"Mr X"', "the name of a user"],
    ["ignore", "list ignore 'a|25'", '"a|25"', "host|port|evidence"],
    ["ignore", "list ignore 'a|*|cap-masked'", '"a|*|cap-masked"', "or host|*|*"],
    ["known_host", "list known_host 'a|25'", '"a|25"', "host|port|dialect"],
    ["known_plain", "list known_plain 'a|0|smtp'", '"a|0|smtp"', "host|port|dialect"],
    ["profile", "list profile desk", '"desk"', 'with "option profile"'],
    ["colour", "option colour red", '"red"', "one of the options interface, home, profile"],
  ];
  for (const [option, line, value, accepted] of refused) {
    it(`refuses ${line}`, () => {
      const error = errorOf(main(line));
      assert.equal(error.status, EXIT.config);
      for (const part of [
        FILE,
        "line 2",
        "section striplight 'main'",
        `option ${option}:`,
        value,
      ]) {
        assert.ok(error.message.includes(part), `${part} in: ${error.message}`);
      }
      assert.ok(error.message.includes(accepted), `${accepted} in: ${error.message}`);
      assert.match(error.message, /\.$/);
    });
  }

  const collectors: readonly (readonly [string[], RegExp])[] = [
    [["option port 514"], /section collector needs option host/],
    [["option host a", "option port 70000"], /option port: "70000".*from 1 to 65535/],
    [["option host 1.2.3"], /option host: "1.2.3".*a host name or an IP address/],
    [["option host a", "option proto sctp"], /option proto: "sctp".*udp, tcp, tls/],
    [["option host a", "option queue 0"], /option queue: "0".*from 1/],
    [["option host a", "option cert /c"], /needs option key/],
    [["option host a", "option anonymous 1"], /option anonymous: "1".*not in this version/],
    [
      ["option host a", "option level 3"],
      /option level: "3".*one of the options host, proto, port/,
    ],
  ];
  for (const [lines, sentence] of collectors) {
    it(`refuses a collector with ${lines.join(", ")}`, () => {
      assert.match(errorOf(collector(...lines)).message, sentence);
    });
  }

  it("refuses sections it does not know, and a second main", () => {
    assert.match(errorOf("config lamp 'x'").message, /section lamp 'x' is not accepted; expected/);
    assert.match(errorOf("config striplight 'second'").message, /expected striplight 'main'/);
    const twice = "config striplight\nconfig striplight 'main'";
    assert.match(errorOf(twice).message, /line 2: section striplight is there twice/);
  });

  it("misses a named file but not the usual one", () => {
    assert.throws(() => loadConfig("/nonexistent/striplight"), {
      status: EXIT.noInput,
      message: "the configuration file /nonexistent/striplight cannot be read (ENOENT).",
    });
  });
});
