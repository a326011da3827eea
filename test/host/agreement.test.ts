// Forty configurations, most of them wrong, each in another option or file: `check`, the start of `watch` and
// its reload say the same sentence, and the first two end with the same status. Needs root for the tap.

import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { resolveIdentity } from "../../host/run/privileges.ts";
import { needs } from "../lab/package.ts";
import { Namespace } from "./namespace.ts";
import { until } from "./outage.ts";

const PROGRAM = join(import.meta.dirname, "../../build/striplight.cjs");
const WRONG_MIN = 25;
/** A busy machine may take its time: nothing is measured by how long a test waits. */
const PATIENCE_MS = 120_000;

/** Lines of the main section, lines of a collector where there is one; what is wrong, null for nothing. */
type Row = readonly [
  main: readonly string[],
  collector: readonly string[] | null,
  wrong: RegExp | null,
];

const tls = (...lines: string[]): string[] => [
  "option host 127.0.0.1",
  "option proto tls",
  ...lines,
];

/** `F` stands for the folder of the test. */
const ROWS: readonly Row[] = [
  [[], null, null],
  [["option profile board"], null, null],
  [["list home 192.168.0.0/16"], null, null],
  [["option alert_file F/own/alerts.json"], null, null],
  [["option alert_hold 90m"], null, null],
  [["option facility local0"], null, null],
  [["option user nobody"], null, null],
  [["list ignore 'mail.example.net|25|cap-masked'"], null, null],
  [["list ignore '192.0.2.1|*|*'"], null, null],
  [["list known_host 'mail.example.net|587|smtp'"], null, null],
  [["option led no-such-lamp"], null, null], // a warning, for there is a watch without a lamp
  [[], tls("option ca F/cert.pem"), null],
  [[], tls("option ca F/cert.pem", "option cert F/cert.pem", "option key F/key.pem"), null],
  [["list interface no-such-link"], null, /no interface named "no-such-link"/],
  [["list interface 'a/b'"], null, /option interface: "a\/b"/],
  [["list home 300.0.0.0/8"], null, /option home/],
  [["option profile sofa"], null, /option profile: "sofa"/],
  [["option run_dir run"], null, /option run_dir: "run"/],
  [["option run_dir /tmp"], null, /folder \/tmp is everybody's/],
  [["option run_dir F/plain"], null, /plain is not a folder/],
  [["option state_dir /proc/nowhere"], null, /folder \/proc\/nowhere cannot be made/],
  [["option state_dir F/plain/below"], null, /plain\/below cannot be made \(ENOTDIR\)/],
  [["option alert_file alerts"], null, /option alert_file: "alerts"/],
  [["option alert_file F/plain/alerts"], null, /option alert_file: .* cannot be rotated/],
  [["option alert_file F/root/alerts"], null, /option alert_file: .* cannot be (written|rotated)/],
  [["option alert_file F/root"], null, /option alert_file: .* is not a file/],
  [["option led ../lamp"], null, /option led/],
  [["option alert_hold 24"], null, /option alert_hold/],
  [["option facility local7"], null, /option facility/],
  [["option user nobody-of-that-name"], null, /no user "nobody-of-that-name"/],
  [["option user root"], null, /"root" is root/],
  [["list ignore 'a|25|no-such-evidence'"], null, /option ignore: "a\|25\|no-such-evidence"/],
  [["list ignore 'a|*|cap-masked'"], null, /option ignore/],
  [["list known_plain 'a|25'"], null, /option known_plain/],
  [["option evidence_dir /tmp/evidence"], null, /evidence_dir.*not in this version/],
  [["option metrics_file /tmp/metrics"], null, /metrics_file.*not in this version/],
  [["option colour red"], null, /option colour/],
  [[], ["option port 514"], /needs option host/],
  [[], ["option host a", "option port 0"], /option port/],
  [[], tls("option ca F/nothing.pem"), /option ca: .* cannot be read \(ENOENT\)/],
  [[], tls("option ca F/plain"), /option ca: .* holds no certificate/],
  [[], tls("option ca F/damaged.pem"), /option ca: .* holds a damaged certificate/],
  [[], tls("option cert F/cert.pem", "option key F/other.pem"), /option key: .* is not the key of/],
  [
    [],
    tls("option cert F/cert.pem", "option key F/cert.pem"),
    /option key: .* holds no usable key/,
  ],
];

describe("check and watch", function () {
  this.timeout(600_000);
  const namespace = new Namespace("agree");
  const folder = mkdtempSync(join(tmpdir(), "striplight-agree-"));

  before(function () {
    needs(this, { packages: ["openssl"] });
    if (!namespace.start()) this.skip();
    chmodSync(folder, 0o755);
    mkdirSync(join(folder, "root"));
    writeFileSync(join(folder, "root", "theirs"), "");
    writeFileSync(join(folder, "plain"), "");
    const { uid, gid } = resolveIdentity(null);
    mkdirSync(join(folder, "own")); // as a start leaves it: a reload has no rights to give it away
    chownSync(join(folder, "own"), uid, gid);
    const pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    writeFileSync(join(folder, "damaged.pem"), pem);
    const request = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost";
    for (const [key, cert] of [
      ["key.pem", "cert.pem"],
      ["other.pem", "unused.pem"],
    ] as const) {
      const to = ["-keyout", join(folder, key), "-out", join(folder, cert)];
      execFileSync("openssl", [...request.split(" "), ...to], { stdio: "ignore" });
      chmodSync(join(folder, key), 0o644); // reloading reads it with the rights that are left
    }
  });
  after(() => {
    namespace.stop();
    rmSync(folder, { recursive: true });
  });

  const configuration = join(folder, "striplight");
  const write = ([main, collector]: Row): void => {
    const has = (option: string): boolean => main.some((line) => line.includes(` ${option} `));
    const lines = [
      "config striplight 'main'",
      ...(has("interface") ? [] : ["list interface far"]),
      ...(has("run_dir") ? [] : ["option run_dir F/run"]),
      ...(has("state_dir") ? [] : ["option state_dir F/state"]),
      ...main,
      ...(collector === null ? [] : ["config collector", ...collector]),
    ];
    writeFileSync(configuration, lines.join("\n").replaceAll("F/", `${folder}/`));
  };
  const inside = ["netns", "exec", namespace.name, process.execPath, PROGRAM];
  const watching = () => {
    const child = spawn("ip", [...inside, "watch", "-c", configuration], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    const said = { text: "" };
    child.stderr.on("data", (octets) => {
      said.text += octets;
    });
    return { child, said };
  };

  it(`have ${ROWS.length} rows to agree on, at least ${WRONG_MIN} of them wrong`, () => {
    assert.ok(ROWS.length >= 40);
    assert.ok(ROWS.filter(([, , wrong]) => wrong !== null).length >= WRONG_MIN);
  });

  it("agree in status and sentence at a start", async () => {
    for (const row of ROWS) {
      const name = JSON.stringify(row.slice(0, 2));
      write(row);
      const check = spawnSync("ip", [...inside, "check", "-c", configuration], {
        encoding: "utf8",
      });
      const { child, said } = watching();
      const ended = once(child, "exit");
      await until(
        () => /watching far/.test(said.text) || child.exitCode !== null,
        name,
        PATIENCE_MS,
      );
      if (row[2] === null) child.kill("SIGTERM");
      const [status] = await ended;
      assert.equal(check.status, status, `${name}: ${check.stderr}${said.text}`);
      assert.equal(check.status === 0, row[2] === null, `${name}: ${check.stderr}`);
      if (row[2] === null) continue;
      assert.match(check.stderr, row[2]);
      assert.equal(said.text, check.stderr, name);
    }
  });

  it("agree in the sentence at a reload, and the watch goes on", async () => {
    write(ROWS[0] ?? assert.fail("no row"));
    const { child, said } = watching();
    await until(() => /watching far/.test(said.text), "the watch", PATIENCE_MS);
    for (const row of ROWS) {
      const name = JSON.stringify(row.slice(0, 2));
      write(row);
      said.text = "";
      child.kill("SIGHUP");
      await until(() => said.text.includes("\n"), name, PATIENCE_MS);
      if (row[2] === null) assert.match(said.text, /the configuration was read again/, name);
      else assert.match(said.text, new RegExp(`the running one stays: .*${row[2].source}`), name);
    }
    assert.equal(child.exitCode, null);
    child.kill("SIGTERM");
    const [status] = await once(child, "exit");
    assert.equal(status, 0);
  });
});
