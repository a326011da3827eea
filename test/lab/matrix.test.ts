// Every middlebox mode against every server and client, live: each cell is one real session, and
// what a running watch said about it is compared with the committed table (matrix-table.ts).
// Without a middlebox the same sessions must raise nothing.
// LAB_MATRIX=full runs all cells (minutes); otherwise the quick clients through a few modes.
// LAB_MATRIX=print prints what was seen instead of comparing it.

import assert from "node:assert/strict";
import { Appliance } from "./appliance.ts";
import * as client from "./client.ts";
import { EXIM_LIBRARIES, EXIM_PORT, EximServer, fetchExim } from "./exim.ts";
import { Lab } from "./lab.ts";
import { type Cell, EXPECTED } from "./matrix-table.ts";
import { MAIL_PACKAGES, needs } from "./package.ts";
import type { Outcome } from "./process.ts";
import { type Dialect, MODES_OF, type Mode } from "./rewrite.ts";

const WANTED = process.env.LAB_MATRIX ?? "quick";
/** How long after a session's end an alert about it may come; a busy machine needs it. */
const SETTLE_MS = 1_000;
/** How much longer a cell may take to say what it must: a machine with other work is slow, not wrong. */
const PATIENCE_MS = 15_000;
/** Sessions of each client without a middlebox: 4 make more than sixty in all. */
const BENIGN_RUNS = WANTED === "quick" ? 1 : 4;
const QUICK_MODES: readonly Mode[] = ["asa", "delete"];

interface Peer {
  /** As the table names it. */
  cell: Cell;
  dialect: Dialect;
  quick: boolean;
  session: (lab: Lab) => Promise<Outcome>;
}

/** SMTP clients go to Postfix on 25 and to Exim. */
function smtpPeers(): Peer[] {
  const clients = {
    swaks: (lab: Lab, port: number) => client.swaks(lab.network, { port }),
    msmtp: (lab: Lab, port: number) => client.msmtp(lab.network, { port }),
    curl: (lab: Lab, port: number) => client.curl(lab.network, "smtp", { port }),
    s_client: (lab: Lab, port: number) => client.opensslStarttls(lab.network, "smtp", { port }),
    smtplib: (lab: Lab, port: number) => client.smtplib(lab.network, { port }),
    nodemailer: (lab: Lab, port: number) => client.nodemailer(lab.network, { port }),
  };
  return Object.entries(clients).flatMap(([name, session]) =>
    Object.entries({ postfix: 25, exim: EXIM_PORT }).map(([server, port]) => ({
      cell: `${name}@${server}`,
      dialect: "smtp" as const,
      quick: name === "swaks" || name === "msmtp" || name === "curl",
      session: (lab: Lab) => session(lab, port),
    })),
  );
}

const PEERS: Peer[] = [
  ...smtpPeers(),
  ...Object.entries({
    curl: (lab: Lab) => client.curl(lab.network, "imap"),
    s_client: (lab: Lab) => client.opensslStarttls(lab.network, "imap"),
    imaplib: (lab: Lab) => client.imaplib(lab.network),
    imapflow: (lab: Lab) => client.imapflow(lab.network),
  }).map(([name, session]) => ({
    cell: `${name}@dovecot-imap`,
    dialect: "imap" as const,
    quick: name === "curl" || name === "s_client",
    session,
  })),
  ...Object.entries({
    curl: (lab: Lab) => client.curl(lab.network, "pop3"),
    s_client: (lab: Lab) => client.opensslStarttls(lab.network, "pop3"),
    poplib: (lab: Lab) => client.poplib(lab.network),
  }).map(([name, session]) => ({
    cell: `${name}@dovecot-pop3`,
    dialect: "pop3" as const,
    quick: name === "curl" || name === "s_client",
    session,
  })),
].filter((peer) => WANTED !== "quick" || peer.quick);

describe("lab: every mode, server and client", function () {
  this.timeout(1_200_000);
  const lab = new Lab();
  const exim = new EximServer(lab.network);
  let appliance = new Appliance(lab.network);

  before(async function () {
    needs(this, { namespaces: true, packages: [...MAIL_PACKAGES, ...EXIM_LIBRARIES] });
    assert.ok(fetchExim(), "Exim's package can be downloaded");
    await lab.start();
    await exim.start();
  });

  after(async () => {
    await appliance.stop();
    await exim.stop();
    await lab.stop();
  });

  /** A watch without any history. */
  async function freshWatch(): Promise<void> {
    await appliance.stop();
    appliance = new Appliance(lab.network);
    await appliance.start();
  }

  /** What the watch says about one session: "verdict evidence", its kind first if another one. */
  async function observe(peer: Peer, expected: string): Promise<string> {
    const first = appliance.alerts.length;
    await peer.session(lab);
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    const end = performance.now() + (WANTED === "print" ? 0 : PATIENCE_MS);
    while (toldSince(first) !== expected && performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS / 10));
    }
    return toldSince(first);
  }

  function toldSince(first: number): string {
    const fresh = appliance.alerts.slice(first).map(({ line }) => line);
    const last = [...new Map(fresh.map((line) => [line.id, line])).values()];
    return last
      .map(({ alert, verdict, evidence }) => {
        const kind = alert === "capability-rewritten" ? "" : `${alert} `;
        return `${kind}${verdict} ${evidence.join(" ")}`;
      })
      .sort()
      .join("; ");
  }

  it(`without a middlebox: no alert, ${PEERS.length} pairs, ${BENIGN_RUNS} times each`, async () => {
    await freshWatch();
    const ended: string[] = [];
    for (let i = 0; i < BENIGN_RUNS; i++) {
      for (const peer of PEERS) {
        const outcome = await peer.session(lab);
        ended.push(`${peer.cell} ${outcome.status}`);
      }
    }
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    assert.deepEqual(appliance.alerts, [], "alerts");
    assert.deepEqual(
      ended.filter((each) => !each.endsWith(" 0")),
      [],
      "sessions that failed",
    );
    process.stdout.write(`      ${ended.length} benign sessions\n`);
  });

  const modes =
    WANTED === "quick"
      ? QUICK_MODES
      : MODES_OF.smtp.concat("preauth").filter((mode) => mode !== "none");
  for (const mode of modes) {
    it(`${mode}: every cell as in the table`, async () => {
      const peers = PEERS.filter((peer) => MODES_OF[peer.dialect].includes(mode));
      await freshWatch();
      // Deletion leaves no trace of its own: it shows against what was offered before.
      if (mode === "delete") for (const peer of peers) await peer.session(lab);
      const seen: Record<string, string> = {};
      await lab.through(mode, async () => {
        for (const peer of peers)
          seen[peer.cell] = await observe(peer, EXPECTED[mode]?.[peer.cell] ?? "");
      });
      if (WANTED === "print") {
        process.stdout.write(`  ${JSON.stringify(mode)}: ${JSON.stringify(seen, null, 4)},\n`);
        return;
      }
      const expected = Object.entries(EXPECTED[mode] ?? {});
      const cells = new Set(peers.map((peer) => peer.cell));
      assert.deepEqual(seen, Object.fromEntries(expected.filter(([cell]) => cells.has(cell))));
    });
  }
});
