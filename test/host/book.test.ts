// The alert book over findings as data: which alerts a connection raises, with what verdict, severity
// and side, how revisions count, what is taken back, and what a flow line says.

import assert from "node:assert/strict";
import { AlertBook } from "../../host/alert/book.ts";
import type { Alert } from "../../host/ground/alert.ts";
import type { AuthLevel, Finding, MailSeen } from "../../host/ground/finding.ts";
import type { Judge } from "../../host/judge.ts";
import { formatAlert, formatFlow } from "../../host/text/alert-json.ts";
import { FULL_LIST, finding, mailSeen, VANTAGE } from "./finding.ts";
import { judgeForTests } from "./judge-module.ts";

const SIGHTING = { file: "a.pcap", interfaceName: null, evidenceFile: null, lanClient: null };

interface Row {
  readonly id: string;
  readonly evidence: readonly string[];
  readonly verdict: string;
  readonly severity: string;
  readonly kinds: readonly string[];
  readonly auth?: AuthLevel;
  readonly flow?: Partial<Finding>;
  readonly mail?: Partial<MailSeen>;
}

const REWRITTEN = ["capability-rewritten"];
const EXPOSED = ["cleartext-exposed"];
/** Dialogs without a history: evidence as the inspector reports it, and what must come of it. */
const ROWS: readonly Row[] = [
  {
    id: "masked list",
    evidence: ["banner-masked", "cap-masked", "clear-mail"],
    verdict: "likely",
    severity: "warning",
    kinds: REWRITTEN,
  },
  {
    id: "short mask",
    evidence: ["cap-masked", "cap-masked-other"],
    verdict: "likely",
    severity: "warning",
    kinds: REWRITTEN,
  },
  {
    id: "demand alone",
    evidence: ["tls-demanded"],
    verdict: "likely",
    severity: "warning",
    kinds: REWRITTEN,
  },
  {
    id: "nooped",
    evidence: ["banner-masked", "clear-mail", "ehlo-nooped"],
    verdict: "likely",
    severity: "warning",
    kinds: REWRITTEN,
  },
  {
    id: "temporary",
    evidence: ["clear-mail", "starttls-temp"],
    verdict: "suspect",
    severity: "notice",
    kinds: REWRITTEN,
  },
  {
    id: "odd code",
    evidence: ["clear-mail", "starttls-odd"],
    verdict: "suspect",
    severity: "notice",
    kinds: REWRITTEN,
  },
  {
    id: "injected answer",
    evidence: ["inject-s2c", "tls-ok"],
    verdict: "likely",
    severity: "warning",
    kinds: REWRITTEN,
  },
  {
    id: "text on 465",
    evidence: ["text-on-tls-port"],
    verdict: "likely",
    severity: "warning",
    kinds: REWRITTEN,
    flow: { serverPort: 465 },
  },
  {
    id: "reset at start",
    evidence: ["rst-at-starttls"],
    verdict: "suspect",
    severity: "notice",
    kinds: REWRITTEN,
  },
  {
    id: "hole",
    evidence: ["cap-hole", "clear-mail"],
    verdict: "likely",
    severity: "warning",
    kinds: REWRITTEN,
  },
  {
    id: "imap mask, password",
    evidence: ["cap-masked", "clear-auth"],
    verdict: "likely",
    severity: "critical",
    kinds: REWRITTEN,
    auth: "reusable",
    flow: { application: "imap", serverPort: 143 },
  },
  {
    id: "imap mask, hashed password",
    evidence: ["cap-masked", "clear-auth"],
    verdict: "likely",
    severity: "warning",
    kinds: REWRITTEN,
    auth: "crackable",
    flow: { application: "imap", serverPort: 143 },
  },
  {
    id: "proxy answered",
    evidence: ["inject-c2s", "inject-s2c", "no-tls-after-go"],
    verdict: "proven",
    severity: "warning",
    kinds: REWRITTEN,
  },
  {
    id: "masked command",
    evidence: ["clear-mail", "cmd-masked"],
    verdict: "proven",
    severity: "critical",
    kinds: REWRITTEN,
  },
  {
    id: "mask and offer",
    evidence: ["banner-masked", "cap-masked-other", "tls-ok"],
    verdict: "suspect",
    severity: "notice",
    kinds: REWRITTEN,
  },
  {
    id: "one way",
    evidence: ["cap-masked", "view-oneway"],
    verdict: "likely",
    severity: "warning",
    kinds: REWRITTEN,
  },
  {
    id: "upgrade",
    evidence: ["tls-ok"],
    verdict: "none",
    severity: "info",
    kinds: [],
    mail: { tlsOffered: true, offered: FULL_LIST },
  },
  {
    id: "never offered",
    evidence: ["clear-mail", "never-offered"],
    verdict: "none",
    severity: "info",
    kinds: [],
  },
  {
    id: "test server",
    evidence: ["clear-auth", "clear-mail", "never-offered"],
    verdict: "none",
    severity: "notice",
    kinds: EXPOSED,
    auth: "reusable",
  },
  {
    id: "hashed login",
    evidence: ["clear-auth", "never-offered"],
    verdict: "none",
    severity: "info",
    kinds: [],
    auth: "crackable",
  },
  {
    id: "unused",
    evidence: ["clear-mail", "tls-unused"],
    verdict: "none",
    severity: "info",
    kinds: [],
  },
  {
    id: "referral",
    evidence: ["clear-auth", "referral", "tls-unused"],
    verdict: "none",
    severity: "notice",
    kinds: EXPOSED,
    auth: "reusable",
  },
];

describe("alert book: mail", () => {
  let judge: Judge;
  before(() => {
    judge = judgeForTests();
  });

  for (const row of ROWS) {
    it(`${row.id}: ${row.verdict}, ${row.severity}`, () => {
      const book = new AlertBook({ judge, keepFlows: true });
      const seen = mailSeen({ evidence: row.evidence, authLevel: row.auth ?? "none", ...row.mail });
      const alerts = book.observe(finding({ mail: seen, ...row.flow }), SIGHTING);
      assert.deepEqual(
        alerts.map((alert) => alert.alert),
        row.kinds,
      );
      const [line] = book.takeFlows(true);
      assert.equal(line?.verdict, row.verdict);
      assert.equal(line?.severity, row.severity);
      assert.deepEqual(line?.evidence, [...row.evidence].sort());
      assert.deepEqual(line?.alerts, row.kinds);
    });
  }

  it("prints the published keys in their order", () => {
    const book = new AlertBook({ judge, keepFlows: true, vantage: VANTAGE });
    const seen = mailSeen({
      evidence: ["cap-masked", "clear-mail", "view-gap"],
      offered: ["PIPELINING", "SIZE", "XXXXXXXA", "8BITMIME"],
      maskIndex: 2,
      maskCount: 1,
    });
    const [alert] = book.observe(finding({ mail: seen, serverName: "mail.example.net" }), SIGHTING);
    const [line] = book.takeFlows(true);
    assert.ok(alert !== undefined && line !== undefined);
    assert.match(
      formatAlert(alert),
      /^\{"id":"[0-9a-f]{16}","revision":1,"time":"2026-06-01T00:00:00\.000000000Z","alert":"capability-rewritten","verdict":"likely","severity":"warning","evidence":\["cap-masked","clear-mail"\],"flow":\{"client":"192\.168\.1\.10","clientPort":49152,"server":"198\.51\.100\.25","serverPort":25,"application":"smtp"\},"interface":null,"file":"a\.pcap","lanClient":null,"serverName":"mail\.example\.net","side":"far","scope":"unknown","fingerprint":"cisco-esmtp","offered":\["PIPELINING","SIZE","XXXXXXXA","8BITMIME"\],"expected":\["PIPELINING","SIZE","STARTTLS","8BITMIME"\],"frames":\[7,8\],"evidenceFile":null,"text":"[^"]+","communityId":"1:VqiCN3lU62tHF0wsVNDFdyNAdJ4=","sensor":"home","uplink":"fibre-a"\}$/,
    );
    assert.match(
      formatFlow(line),
      /^\{"flow":\{[^}]*\},"time":"2026-05-31T23:59:59\.000000000Z","communityId":"1:VqiCN3lU62tHF0wsVNDFdyNAdJ4=","file":"a\.pcap","verdict":"likely","severity":"warning","evidence":\["cap-masked","clear-mail","view-gap"\],"alerts":\["capability-rewritten"\],"reason":null,"resets":\{"toClient":0,"toServer":0\},"stage":null,"tls":"no","offered":\[.*\],"serverName":"mail\.example\.net","frames":\[7,8\]\}$/,
    );
  });

  it("keeps a mask that hides CHUNKING at notice, unless something speaks for STARTTLS", () => {
    const offered = ["TURN", "SIZE", "ETRN", "8BITMIME", "BINARYMIME", "XXXXXXXA", "VRFY"];
    const masked = { offered, maskIndex: 5, maskCount: 1 };
    const observe = (evidence: string[]): Alert | undefined => {
      const told = finding({ mail: mailSeen({ ...masked, evidence }) });
      return new AlertBook({ judge, keepFlows: false }).observe(told, SIGHTING)[0];
    };
    assert.equal(observe(["cap-masked"])?.severity, "notice");
    assert.equal(observe(["cap-masked"])?.verdict, "likely");
    assert.match(observe(["cap-masked"])?.text ?? "", /CHUNKING/);
    assert.equal(observe(["cap-masked", "tls-demanded"])?.severity, "warning");
  });

  it("counts a revision only when verdict or evidence change", () => {
    const book = new AlertBook({ judge, keepFlows: false });
    const at = (evidence: string[], frames: number[], cause: "changed" | "ended" = "changed") =>
      finding({ ordinal: 5, firstFrame: 5, cause, mail: mailSeen({ evidence, frames }) });
    const [first] = book.observe(at(["cap-masked"], [7]), SIGHTING);
    assert.equal(first?.revision, 1);
    assert.deepEqual(book.observe(at(["cap-masked"], [7, 9]), SIGHTING), []);
    assert.deepEqual(book.observe(at(["cap-masked", "view-gap"], [7]), SIGHTING), []);
    const [second] = book.observe(at(["cap-masked", "clear-mail"], [7]), SIGHTING);
    assert.equal(second?.revision, 2);
    assert.equal(second?.id, first?.id);
    const [third] = book.observe(at(["clear-mail"], [7], "ended"), SIGHTING);
    assert.equal(third?.verdict, "withdrawn");
    assert.equal(third?.severity, "info");
    assert.equal(third?.revision, 3);
  });

  it("gives the same connection the same id in every run and under every file name", () => {
    const once = (file: string): string | undefined =>
      new AlertBook({ judge, keepFlows: false }).observe(
        finding({ ordinal: 3, firstFrame: 3, mail: mailSeen({ evidence: ["cap-masked"] }) }),
        { ...SIGHTING, file },
      )[0]?.id;
    assert.equal(once("a.pcap"), once("b.pcap"));
  });

  it("waits for the end of the dialog before it tells of credentials", () => {
    const book = new AlertBook({ judge, keepFlows: false });
    const exposed = { evidence: ["clear-auth"], authLevel: "reusable" } as const;
    const open = mailSeen({ ...exposed, dialogOver: false });
    const flow = { ordinal: 4, firstFrame: 4 };
    assert.deepEqual(
      book.observe(finding({ ...flow, cause: "changed", mail: open }), SIGHTING),
      [],
    );
    const [alert] = book.observe(finding({ ...flow, mail: open }), SIGHTING);
    assert.equal(alert?.alert, "cleartext-exposed");
    assert.equal(alert?.verdict, "proven");
    assert.equal(alert?.severity, "notice");
  });

  it("cleans what a banner can smuggle into a name", () => {
    const book = new AlertBook({ judge, keepFlows: false });
    const seen = mailSeen({ evidence: ["cap-masked"], greetingHost: 'x"]\x1b[2J' });
    const [alert] = book.observe(finding({ mail: seen }), SIGHTING);
    assert.equal(alert?.serverName, null);
    assert.match(alert?.text ?? "", /198\.51\.100\.25/);
  });
});
