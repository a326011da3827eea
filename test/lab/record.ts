// Records the captures of test/captures again: the lab in, small pcap files out.
// Usage: npx tsx test/lab/record.ts [NAME-PREFIX]   (root; a minute for all of them)
// Says for each file what the client saw. Asserts nothing: that is the tests' work.

import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { Recording } from "./capture.ts";
import { curlHttp, curlHttps, imaplib, poplib, swaks } from "./client.ts";
import type { Rule } from "./forwarder.ts";
import { CAUSES, type Cause, honestEnd } from "./honest.ts";
import { Lab } from "./lab.ts";
import { CAPTURE_PACKAGES, installPackages, MAIL_PACKAGES, NETWORK_PACKAGES } from "./package.ts";
import type { Outcome } from "./process.ts";
import { type Dialect, MODES_OF, type Mode } from "./rewrite.ts";
import { cleanSessions, forgedReset, strippedLogin, strippedSession } from "./story.ts";
import { WebServer } from "./web-server.ts";

const FOLDER = fileURLToPath(new URL("../captures/", import.meta.url));

/** Files beyond this size, in octets, are compressed. */
const PLAIN_SIZE_MAX = 50_000;

/** The longest the injectors' flows go on after the client's end. */
const AFTERMATH_MS = 300;

/** An answer put ahead of the server's own; `_` is a blank and `~` a line end to the forwarder. */
const RACE = "HTTP/1.1_200_OK~Content-Length:_4000~~not_what_the_server_said";

/** Forged segments, one capture each. `blocked.example` is the name that draws them. */
const INJECTIONS: Record<string, Rule[]> = {
  "rstack-amid-data": [{ on: "data", n: 12, port: 443, send: "rstack", ttl: 44 }],
  "rst-amid-data": [{ on: "data", n: 12, port: 443, send: "rst", ttl: 44 }],
  "rst-same-ttl-amid-data": [
    { on: "data", n: 12, port: 443, send: "rst", ttl: "same", ipid: "same" },
  ],
  "rst-on-hello": [
    { on: "hello", sni: "blocked.example", port: 443, send: "rst", to: "both", ttl: 44 },
  ],
  "rst-ladder-on-hello": [
    { on: "hello", sni: "blocked.example", port: 443, send: "rst", ttl: 47, count: 3, step: 1460 },
  ],
  "rstack-window-ladder-on-hello": [
    {
      on: "hello",
      sni: "blocked.example",
      port: 443,
      send: "rstack",
      ttl: 90,
      ttlstep: 1,
      window: 1201,
      windowstep: 1,
      count: 3,
    },
  ],
  "rst-ipid-echo-on-hello": [
    { on: "hello", sni: "blocked.example", port: 443, send: "rstack", ttl: "echo", ipid: "echo" },
  ],
  "rst-and-drop-on-hello": [
    {
      on: "hello",
      sni: "blocked.example",
      port: 443,
      send: "rst",
      ttl: 44,
      place: "instead",
      drop: 1,
    },
  ],
  "rstack-before-synack": [{ on: "syn", port: 443, send: "rstack", ttl: 44, seq: 0 }],
  // In clear, and asking for more than it brings: the client waits, so the server's own answer
  // to the same range still arrives.
  "data-race": [{ on: "payload", port: 80, send: "data", ttl: 44, text: RACE }],
  // Last: the server repeats its SYN-ACK for a while.
  "synack-conflict": [{ on: "syn", port: 443, send: "synack", ttl: 44, seq: 4096, window: 8192 }],
};

const CLIENTS: Record<Dialect, (lab: Lab) => Promise<Outcome>> = {
  smtp: (lab) => swaks(lab.network),
  imap: (lab) => imaplib(lab.network),
  pop3: (lab) => poplib(lab.network),
};

/** Connections of each honest cause: together more than 500 resets. */
const HONEST_COUNT = 42;

/** Records one file under `name` while `work` runs. */
async function record(
  lab: Lab,
  name: string,
  work: () => Promise<Outcome | Outcome[]>,
): Promise<void> {
  if (!name.startsWith(process.argv[2] ?? "")) return;
  const file = `${FOLDER}${name}.pcap`;
  mkdirSync(file.slice(0, file.lastIndexOf("/")), { recursive: true });
  const recording = new Recording(lab.network, file);
  await recording.start();
  const outcomes = [await work()].flat();
  await new Promise((resolve) => setTimeout(resolve, AFTERMATH_MS));
  await recording.stop();
  const exits = outcomes.map((outcome) => outcome.status).join(" ");
  process.stdout.write(`${name}.pcap: ${statSync(file).size} octets, exit ${exits}\n`);
  compressLarge(file);
}

/** Large files are kept gzipped. */
function compressLarge(file: string): void {
  rmSync(`${file}.gz`, { force: true });
  const octets = readFileSync(file);
  if (octets.length <= PLAIN_SIZE_MAX) return;
  writeFileSync(`${file}.gz`, gzipSync(octets, { level: 9 }));
  rmSync(file);
}

async function recordAll(lab: Lab): Promise<void> {
  await record(lab, "uplink-story", async () => [
    ...(await cleanSessions(lab)),
    await strippedSession(lab),
    await strippedLogin(lab),
    await forgedReset(lab),
  ]);
  for (const dialect of ["smtp", "imap", "pop3"] as const) {
    for (const mode of MODES_OF[dialect]) {
      const name = `mail/${dialect}-${mode}`;
      await record(lab, name, () => lab.through(mode as Mode, () => CLIENTS[dialect](lab)));
    }
  }
  await lab.forwarder.delay("both", 20);
  for (const [name, rules] of Object.entries(INJECTIONS)) {
    await lab.forwarder.clear();
    for (const rule of rules) await lab.forwarder.rule(rule);
    const fetchPage = rules[0]?.port === 80 ? curlHttp : curlHttps;
    await record(lab, `reset/forged-${name}`, () => fetchPage(lab.network, "blocked.example"));
  }
  await lab.forwarder.clear();
  // Near and far by turns: half of the connections of a cause with the server 20 ms away.
  for (const cause of Object.keys(CAUSES) as Cause[]) {
    await record(lab, `reset/honest-${cause}`, async () => {
      await lab.forwarder.delay("both", 0);
      const near = await honestEnd(lab.network, cause, HONEST_COUNT / 2);
      await lab.forwarder.delay("both", 20);
      return [near, await honestEnd(lab.network, cause, HONEST_COUNT / 2)];
    });
  }
}

async function main(): Promise<void> {
  const missing = installPackages([...NETWORK_PACKAGES, ...MAIL_PACKAGES, ...CAPTURE_PACKAGES]);
  if (missing.length > 0) throw new Error(`cannot record: packages missing: ${missing.join(" ")}`);
  const lab = new Lab({ wire: true });
  const web = new WebServer(lab.network);
  const clear = new WebServer(lab.network, { port: 80, tls: false });
  try {
    await lab.start();
    await web.start();
    await clear.start();
    await recordAll(lab);
  } finally {
    await web.stop();
    await clear.stop();
    await lab.stop();
  }
}

await main();
