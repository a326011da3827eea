// The lab's own recordings through replay: what each middlebox mode and each forged segment must be
// called, derived from the rules for evidence and verdicts, and silence on every honest reset.
// Needs no privileges: the captures are part of the project.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("../../build/striplight.cjs", import.meta.url));
const CAPTURES = fileURLToPath(new URL("../captures/", import.meta.url));

interface FlowLine {
  verdict: string;
  severity: string;
  evidence: string[];
  alerts: string[];
  resets: { toClient: number; toServer: number };
}

function flowsOf(name: string): FlowLine[] {
  const replay = spawnSync(process.execPath, [PROGRAM, "replay", "--flows", CAPTURES + name], {
    encoding: "utf8",
  });
  assert.equal(replay.status, 0, replay.stderr);
  const lines = replay.stdout.split("\n").filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line) as FlowLine);
}

/** "verdict severity: evidence" of the strongest flow. */
function summary(name: string): string {
  const order = ["none", "suspect", "likely", "proven"];
  const flows = flowsOf(name).sort((a, b) => order.indexOf(b.verdict) - order.indexOf(a.verdict));
  const [flow] = flows;
  if (flow === undefined) return "no flow";
  return `${flow.verdict} ${flow.severity}: ${flow.evidence.join(" ")}`.trim();
}

/** One session without history, by dialect and mode. What a tap cannot see is called `none`. */
const MAIL: Record<string, string> = {
  "smtp-none": "none info: tls-ok",
  "smtp-asa": "likely warning: banner-masked cap-masked clear-mail",
  "smtp-asa-others": "suspect notice: banner-masked cap-masked-other tls-ok",
  "smtp-noop": "likely warning: banner-masked clear-mail ehlo-nooped",
  "smtp-delete": "none info: clear-mail never-offered",
  "smtp-replace": "suspect notice: cap-mangled clear-mail",
  "smtp-refuse-454": "suspect notice: clear-mail starttls-temp",
  "smtp-refuse-500": "likely warning: clear-mail starttls-unknown",
  "smtp-respinj": "likely warning: inject-s2c tls-ok",
  "smtp-cmdinj": "none info: tls-ok",
  "smtp-helo-downgrade": "none info: clear-mail ehlo-denied",
  "imap-none": "none info: tls-ok",
  "imap-asa": "likely critical: cap-masked clear-auth",
  "imap-delete": "none notice: clear-auth never-offered",
  "imap-replace": "suspect warning: cap-mangled clear-auth",
  "imap-refuse-454": "suspect warning: clear-auth starttls-temp",
  "imap-refuse-500": "likely critical: clear-auth starttls-unknown",
  "imap-respinj": "likely warning: inject-s2c tls-ok",
  "imap-cmdinj": "none info:",
  "imap-preauth": "suspect notice: preauth",
  "pop3-none": "none info: tls-ok",
  "pop3-asa": "likely critical: cap-masked clear-auth",
  "pop3-delete": "none notice: clear-auth never-offered",
  "pop3-replace": "suspect warning: cap-mangled clear-auth",
  "pop3-refuse-454": "suspect warning: clear-auth starttls-temp",
  "pop3-refuse-500": "likely critical: clear-auth starttls-unknown",
  "pop3-respinj": "likely warning: inject-s2c tls-ok",
  "pop3-cmdinj": "none info:",
};

/** Forged segments: the verdict, and the evidence that must be among what is named. */
const FORGED: Record<string, [verdict: string, ...evidence: string[]]> = {
  "rstack-amid-data": ["proven", "rst-data-after", "rst-ttl-step"],
  "rst-amid-data": ["proven", "rst-data-after", "rst-ttl-step"],
  "rst-same-ttl-amid-data": ["likely", "rst-data-after"],
  "rst-on-hello": ["likely", "rst-early", "rst-ttl-step"],
  "rst-ladder-on-hello": ["proven", "rst-seq-ladder", "rst-ttl-step"],
  "rstack-window-ladder-on-hello": ["proven", "rst-win-ladder", "rst-ttl-diverse"],
  "rst-ipid-echo-on-hello": ["proven", "rst-ipid-echo", "rst-data-after"],
  "rst-and-drop-on-hello": ["likely", "rst-early", "rst-ttl-step"],
  "rstack-before-synack": ["proven", "rst-then-synack"],
  "synack-conflict": ["suspect", "synack-conflict"],
  "data-race": ["proven", "seg-overlap-conflict"],
};

const ALERT_OF: Record<string, string> = {
  "data-race": "segment-forged",
  "synack-conflict": "segment-forged",
};

/** Inbound resets the honest recordings hold together. */
const HONEST_RESETS_MIN = 500;

describe("lab: what the recordings show", function () {
  this.timeout(60_000);

  for (const [name, expected] of Object.entries(MAIL)) {
    it(`mail/${name}: ${expected}`, () => {
      assert.equal(summary(`mail/${name}.pcap`), expected);
    });
  }

  for (const [name, [verdict, ...evidence]] of Object.entries(FORGED)) {
    it(`reset/forged-${name}: ${verdict}, ${evidence.join(", ")}`, () => {
      const flows = flowsOf(`reset/forged-${name}.pcap`).filter((flow) => flow.verdict !== "none");
      assert.deepEqual(
        flows.map((flow) => flow.verdict),
        [verdict],
      );
      for (const each of evidence) assert.ok(flows[0]?.evidence.includes(each), each);
      assert.ok(flows[0]?.alerts.includes(ALERT_OF[name] ?? "reset-forged"), `${flows[0]?.alerts}`);
    });
  }

  it(`no suspicion in ${HONEST_RESETS_MIN} honest resets and more, of thirteen causes`, () => {
    const names = readdirSync(`${CAPTURES}reset`).filter((name) => name.startsWith("honest-"));
    let reset = 0;
    for (const name of names) {
      const flows = flowsOf(`reset/${name}`);
      reset += flows.filter((flow) => flow.resets.toClient > 0).length;
      const suspected = flows.filter((flow) => flow.verdict !== "none");
      assert.deepEqual(suspected, [], name);
    }
    assert.equal(names.length, 15);
    assert.ok(reset >= HONEST_RESETS_MIN, `${reset} connections with a reset`);
  });

  it("every recording is expected here", () => {
    const mail = readdirSync(`${CAPTURES}mail`).map((name) => name.replace(".pcap", ""));
    assert.deepEqual(mail.sort(), Object.keys(MAIL).sort());
    const forged = readdirSync(`${CAPTURES}reset`).filter((name) => name.startsWith("forged-"));
    const expected = Object.keys(FORGED).map((name) => `forged-${name}.pcap`);
    assert.deepEqual(forged.sort(), expected.sort());
  });
});
