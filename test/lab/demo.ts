// The whole story live in one terminal, in under a minute: a clean session, a stripped one, the
// alert, the lamp, the log host's record, a forged reset and its alert. Nothing is played back:
// servers, clients, boxes and striplight itself run in network namespaces made for it. Ctrl-C ends it at any
// moment, and leaves nothing behind.
// Usage: make demo (as root). Ends with 0 when everything happened that should have.

import { setTimeout as delay } from "node:timers/promises";
import { Appliance } from "./appliance.ts";
import { COLLECTOR_PACKAGES, SyslogCollector } from "./collector.ts";
import { Lab } from "./lab.ts";
import { UPLINK } from "./namespace.ts";
import { installPackages, MAIL_PACKAGES, NETWORK_PACKAGES } from "./package.ts";
import { until } from "./process.ts";
import { cleanSessions, forgedReset, strippedSession } from "./story.ts";
import { WebServer } from "./web-server.ts";

const WIDTH = 78;
const NOTHING_MS = 1_500;
const ALERT_MS = 15_000;
/** How long what was under way at Ctrl-C may take to notice that its network is gone. */
const SETTLE_MS = 10_000;
/** How much later than its commands a program may hear of the signal that ended them. */
const SIGNAL_MS = 500;
/** Exit status of a program ended by SIGINT, as shells tell it. */
const INTERRUPTED = 130;

const begin = performance.now();

function say(text = ""): void {
  process.stdout.write(`${text}\n`);
}

function act(title: string): void {
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  say(`\n[${seconds.padStart(5)} s] ${title}`);
}

/** A long text, folded and set in. */
function fold(text: string): void {
  let line = "   ";
  for (const word of text.split(/\s+/)) {
    if (line.length + word.length + 1 > WIDTH) {
      say(line);
      line = "   ";
    }
    line += ` ${word}`;
  }
  say(line);
}

/** Waits for an alert of `kind` and its record at the log host, and shows both and the lamp. */
async function showAlert(
  appliance: Appliance,
  collector: SyslogCollector,
  kind: string,
): Promise<void> {
  const ours = () => appliance.alerts.filter(({ line }) => line.alert === kind);
  await until(`an alert ${kind}`, () => ours().length > 0, ALERT_MS);
  // The evidence of one session comes in steps; the last revision is the one to show.
  await new Promise((resolve) => setTimeout(resolve, NOTHING_MS));
  const alert = ours().at(-1)?.line;
  if (alert === undefined) return;
  say(`    ALERT ${alert.alert}: ${alert.verdict}, ${alert.severity}`);
  fold(alert.text);
  say(`    evidence: ${alert.evidence.join(", ")}`);
  say(`    lamp: ${appliance.lamp()}`);
  await until("the log host's record", () => collector.raw().some((line) => line.includes(kind)));
  say("    log host:");
  fold(
    collector
      .raw()
      .filter((line) => line.includes(kind))
      .at(-1) ?? "",
  );
}

async function play(
  lab: Lab,
  web: WebServer,
  appliance: Appliance,
  collector: SyslogCollector,
): Promise<void> {
  act("home - router - provider - server: starting Postfix, Dovecot, rsyslog");
  await lab.start();
  await web.start();
  await collector.start();

  act(`striplight watch -i ${UPLINK} on the router's uplink`);
  await appliance.start();
  say(`    lamp: ${appliance.lamp()}`);

  act("A mail and a mailbox, both with STARTTLS");
  await cleanSessions(lab);
  await new Promise((resolve) => setTimeout(resolve, NOTHING_MS));
  say(`    alerts: ${appliance.alerts.length}, lamp: ${appliance.lamp()}`);

  act("The same mail, now through a box that masks STARTTLS");
  const stripped = await strippedSession(lab);
  say("    what the mail program saw:");
  for (const line of stripped.transcript.split("\n").filter((each) => /220 \*|XXXX/.test(each))) {
    say(`      ${line}`);
  }
  await showAlert(appliance, collector, "capability-rewritten");

  act("The owner has read it: striplight ack");
  await appliance.command("ack");
  say(`    lamp: ${appliance.lamp()}`);

  act("A download over HTTPS, cut by a reset the server never sent");
  const cut = await forgedReset(lab);
  say(`    what curl said: ${cut.transcript.trim()}`);
  await showAlert(appliance, collector, "reset-forged");
}

async function main(): Promise<number> {
  if (process.getuid?.() !== 0) {
    process.stderr.write("the demonstration needs root, for network namespaces and the tap.\n");
    return 77;
  }
  const packages = [...NETWORK_PACKAGES, ...MAIL_PACKAGES, ...COLLECTOR_PACKAGES];
  const missing = installPackages(packages);
  if (missing.length > 0) {
    process.stderr.write(`packages that cannot be installed here: ${missing.join(" ")}.\n`);
    return 69;
  }
  const lab = new Lab({ wire: true });
  const web = new WebServer(lab.network);
  const collector = new SyslogCollector(lab.network);
  const { host, port } = collector;
  const appliance = new Appliance(lab.network, [{ host, port, proto: "tcp" }]);
  const clear = async (): Promise<void> => {
    const status = await appliance.stop();
    act(`stopped (exit ${status}); removing the network`);
    await collector.stop();
    collector.remove();
    await web.stop();
    await lab.stop();
  };
  const interrupted = interruption(); // before anything is there that would have to be removed
  const played = play(lab, web, appliance, collector);
  // Ctrl-C also ends the commands under way: their failure may be noticed before the signal is.
  const failed = async (problem: unknown): Promise<never> => {
    await delay(SIGNAL_MS);
    throw problem;
  };
  const whole = played.then(() => "played" as const, failed);
  const ended = await Promise.race([whole, interrupted]).finally(clear);
  if (ended === "interrupted") {
    // What was being started at that moment fails now that its network is gone, or is there by now.
    await Promise.race([whole.catch(() => {}), delay(SETTLE_MS)]);
    await clear();
    return INTERRUPTED;
  }
  act("done");
  return 0;
}

/** Resolves at the first Ctrl-C or SIGTERM; later ones change nothing while all is being removed. */
function interruption(): Promise<"interrupted"> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.on(signal, () => resolve("interrupted"));
    }
  });
}

process.exitCode = await main();
