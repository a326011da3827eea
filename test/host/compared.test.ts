// A claim about who is affected needs somebody it was compared with: one server is one operator however it
// is known, an unknown client is no client, and strangers under one public suffix are strangers.

import { deepStrictEqual, doesNotMatch, match, strictEqual } from "node:assert/strict";
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AlertBook } from "../../host/alert/book.ts";
import { Matrix } from "../../host/alert/matrix.ts";
import type { Alert } from "../../host/ground/alert.ts";
import type { Finding } from "../../host/ground/finding.ts";
import { Conntrack } from "../../host/tap/conntrack.ts";
import { FULL_LIST, finding, mailSeen, SECOND, START } from "./finding.ts";
import { judgeForTests } from "./judge-module.ts";

const SIGHTING = { file: null, interfaceName: "wan", evidenceFile: null, lanClient: null };
const UPLINK = "198.51.100.7";
const LAPTOP = "192.168.1.20";

const clean = (greetingHost = "mail.ex.test"): Partial<Finding> => ({
  mail: mailSeen({ evidence: ["tls-ok"], tlsOffered: true, offered: FULL_LIST, greetingHost }),
});
/** Masked as an ASA does it: the greeting's name is gone as well. */
const masked = (): Partial<Finding> => ({
  mail: mailSeen({
    evidence: ["banner-masked", "cap-masked"],
    offered: FULL_LIST.map((word) => (word === "STARTTLS" ? "XXXXXXXA" : word)),
    maskIndex: 4,
    maskCount: 1,
    greetingHost: "",
  }),
});

/** The last alert of sessions one after the other. */
function lastOf(sessions: readonly Partial<Finding>[]): Alert | undefined {
  const book = new AlertBook({ judge: judgeForTests(), keepFlows: false });
  const alerts = sessions.flatMap((session, n) =>
    book.observe(finding({ time: START + BigInt(n) * SECOND, ...session }), SIGHTING),
  );
  return alerts.at(-1);
}

describe("compared: only this server", () => {
  const only = /Only this server is affected/;

  it("is not said where no other server was contacted, whether it is known by greeting or address", () => {
    const alert = lastOf([clean(), clean(), clean(), masked()]);
    strictEqual(alert?.scope, "unknown");
    doesNotMatch(alert?.text ?? "", only);
  });

  it("nor where the other is a server of the same network that nobody named", () => {
    const neighbour = { ...clean("localhost"), server: "198.51.100.26" };
    strictEqual(lastOf([neighbour, masked()])?.scope, "unknown");
  });

  it("nor where the other was contacted on another port, or yesterday", () => {
    const other = { ...clean("mx.other.test"), server: "203.0.113.9" };
    strictEqual(lastOf([{ ...other, serverPort: 143 }, masked()])?.scope, "unknown");
    const yesterday = { ...other, time: START - 30n * 3_600n * SECOND };
    strictEqual(lastOf([yesterday, masked()])?.scope, "unknown");
  });

  it("is said where another operator's server was clean on the same port", () => {
    const other = { ...clean("mx.other.test"), server: "203.0.113.9" };
    const alert = lastOf([other, masked()]);
    strictEqual(alert?.scope, "one-operator");
    match(alert?.text ?? "", only);
  });
});

describe("compared: operators", () => {
  const at = (serverName: string, n: number): Partial<Finding> => ({
    ...masked(),
    serverName,
    server: `203.0.113.${n}`,
  });

  it("two servers of one operator are one", () => {
    const alert = lastOf([at("mx1.alpha.me.uk", 1), at("mx2.alpha.me.uk", 2)]);
    strictEqual(alert?.scope, "unknown");
  });

  it("two strangers under one public suffix are two", () => {
    const alert = lastOf([at("mail.alpha.me.uk", 1), at("mail.beta.me.uk", 2)]);
    strictEqual(alert?.scope, "several-operators");
  });

  it("two addresses without a name in one network are not known to be two", () => {
    const nameless = (n: number) => ({ ...masked(), server: `203.0.113.${n}` });
    strictEqual(lastOf([nameless(1), nameless(2)])?.scope, "unknown");
  });
});

describe("compared: clients behind address translation", () => {
  let folder: string;
  let path: string;
  let conntrack: Conntrack;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "striplight-compared-"));
    path = join(folder, "list");
    writeFileSync(path, "");
    conntrack = new Conntrack(path);
    conntrack.start();
  });
  afterEach(() => {
    conntrack.stop();
    rmSync(folder, { recursive: true });
  });

  /** The kernel's line for a connection of the laptop through the uplink. */
  const track = (port: number): void =>
    appendFileSync(
      path,
      `ipv4 2 tcp 6 431990 ESTABLISHED src=${LAPTOP} dst=198.51.100.25 sport=${port} dport=587 ` +
        `src=198.51.100.25 dst=${UPLINK} sport=587 dport=${port} [ASSURED] mark=0 use=2\n`,
    );

  it("one laptop, 200 sessions in pairs within a second: one client, 200 sessions, its address on all", () => {
    const matrix = new Matrix();
    const book = new AlertBook({ judge: judgeForTests(), keepFlows: false, matrix });
    const alerts: Alert[] = [];
    for (let n = 0; n < 200; n++) {
      const clientPort = 40_000 + n;
      track(clientPort);
      const time = START + BigInt(n >> 1) * 10n * SECOND + BigInt(n & 1) * (SECOND / 2n);
      const session = { time, client: UPLINK, clientPort, serverPort: 587, ...masked() };
      const seen = finding(session);
      const lanClient = conntrack.lanClient(seen);
      alerts.push(...book.observe(seen, { ...SIGHTING, lanClient }));
    }
    deepStrictEqual(new Set(alerts.map(({ lanClient }) => lanClient)), new Set([LAPTOP]));
    deepStrictEqual(new Set(alerts.map(({ scope }) => scope)), new Set(["unknown"]));
    strictEqual(alerts.length, 200);
    const [answer, ...others] = matrix.answers(START + 1_000n * SECOND);
    strictEqual(answer?.text, "Not enough to compare (n=200).");
    deepStrictEqual(others, []);
  });

  it("a session whose machine is not known is nobody's, before and after that was learnt", () => {
    const matrix = new Matrix();
    const book = new AlertBook({ judge: judgeForTests(), keepFlows: false, matrix });
    const session = (n: number, lanClient: string | null): void => {
      const time = START + BigInt(n) * SECOND;
      book.observe(finding({ time, client: UPLINK, ...masked() }), { ...SIGHTING, lanClient });
    };
    for (const [n, lan] of [null, null, LAPTOP, LAPTOP, null, null].entries()) session(n, lan);
    strictEqual(matrix.answers(START + 10n * SECOND)[0]?.text, "Not enough to compare (n=2).");
  });

  it("a machine that is learnt only later in the session is named from then on", () => {
    const book = new AlertBook({ judge: judgeForTests(), keepFlows: false });
    const greeting = { evidence: ["banner-masked"], dialogOver: false, greetingHost: "" };
    const begun = finding({ cause: "changed", client: UPLINK, mail: mailSeen(greeting) });
    const [first] = book.observe(begun, SIGHTING);
    strictEqual(first?.lanClient, null);
    const later = { ...begun, ...masked() };
    strictEqual(book.observe(later, { ...SIGHTING, lanClient: LAPTOP })[0]?.lanClient, LAPTOP);
  });
});
