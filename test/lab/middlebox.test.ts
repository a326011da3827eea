// The middlebox on a live path: what a real client sees, what the real server gets, and that the
// transparent mode is transparent to the octet.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Recording } from "./capture.ts";
import { imaplib, opensslStarttls, poplib, raw, smtplib, swaks } from "./client.ts";
import { Lab } from "./lab.ts";
import { Middlebox } from "./middlebox.ts";
import { ADDRESS } from "./namespace.ts";
import { CAPTURE_PACKAGES, MAIL_PACKAGES, needs } from "./package.ts";
import { lineFrom, PYTHON, run, start, stop } from "./process.ts";

const TLS_IN_SWAKS = /TLS started/;

/** Sends back every octet it gets, then closes. */
const ECHO = `
import socket
listener = socket.create_server(("::", 7000), family=socket.AF_INET6, dualstack_ipv6=True)
print("ready", flush=True)
while True:
    peer, _ = listener.accept()
    while True:
        octets = peer.recv(65536)
        if not octets:
            break
        peer.sendall(octets)
    peer.close()
`;

const ECHO_CLIENT = `
import socket, sys, threading
sent = open(sys.argv[2], "rb").read()
peer = socket.create_connection((sys.argv[1], 7000), 5)
def send():
    peer.sendall(sent)
    peer.shutdown(socket.SHUT_WR)
threading.Thread(target=send).start()
back = b""
while True:
    octets = peer.recv(65536)
    if not octets:
        break
    back += octets
print("same" if back == sent else "differs after %d" % len(back))
`;

describe("lab: the middlebox on the path", function () {
  this.timeout(60_000);
  const lab = new Lab();
  const folder = mkdtempSync(join(tmpdir(), "striplight-test-"));

  before(async function () {
    this.timeout(700_000);
    needs(this, { namespaces: true, packages: [...MAIL_PACKAGES, ...CAPTURE_PACKAGES] });
    await lab.start();
  });

  after(async () => {
    await lab.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("is not there by default: every client upgrades to TLS, over IPv4 and IPv6", async () => {
    for (const server of [ADDRESS.server, ADDRESS.server6]) {
      for (const client of [swaks, smtplib, imaplib, poplib]) {
        const outcome = await client(lab.network, { server, tls: "must" });
        assert.equal(outcome.status, 0, outcome.transcript);
      }
    }
  });

  it("asa: swaks sees XXXXXXXA and falls back, and Postfix gets the message in clear", async () => {
    const file = join(folder, "server-side.pcap");
    const recording = new Recording(lab.network, file, "server", "eth0");
    await recording.start();
    const outcome = await lab.through("asa", () => swaks(lab.network));
    await recording.stop();
    assert.equal(outcome.status, 0, outcome.transcript);
    assert.match(outcome.transcript, /^<- {2}250-XXXXXXXA$/m);
    assert.match(outcome.transcript, /^<- {2}220 \*{10,}$/m);
    assert.doesNotMatch(outcome.transcript, TLS_IN_SWAKS);
    const wire = readFileSync(file).toString("latin1");
    assert.match(wire, /A line of text\./, "the message's text on the server's own wire");
    assert.match(wire, /250-STARTTLS/, "what Postfix really offered");
    assert.match(lab.mail.log(), /status=sent/);
  });

  it("asa: a client that sends STARTTLS all the same has it masked on its way", async () => {
    const file = join(folder, "masked-command.pcap");
    const recording = new Recording(lab.network, file, "server", "eth0");
    await recording.start();
    const dialog = "EHLO laptop.home.example\r\nSTARTTLS\r\nQUIT\r\n";
    const outcome = await lab.through("asa", () => raw(lab.network, 25, dialog));
    await recording.stop();
    assert.match(outcome.transcript, /^500 5\.5\.2 Error: command not recognized/m);
    const wire = readFileSync(file).toString("latin1");
    assert.match(wire, /XXXXXXXX\r\n/);
    assert.doesNotMatch(wire, /STARTTLS\r\nQUIT/);
  });

  it("none: swaks, s_client, imaplib and poplib upgrade through it", async () => {
    await lab.through("none", async () => {
      const outcomes = [
        await swaks(lab.network, { tls: "must" }),
        await opensslStarttls(lab.network, "smtp"),
        await imaplib(lab.network, { tls: "must" }),
        await poplib(lab.network, { tls: "must" }),
      ];
      for (const outcome of outcomes) assert.equal(outcome.status, 0, outcome.transcript);
    });
  });

  it("none: 300,000 random octets come back as they went", async () => {
    const file = join(folder, "octets");
    writeFileSync(file, randomBytes(300_000));
    const echo = start(lab.network.netns("server"), [PYTHON, "-c", ECHO]);
    const middlebox = new Middlebox(lab.network, "none", { 7000: "smtp" });
    try {
      await lineFrom(echo, /ready/);
      await middlebox.start();
      const words = [PYTHON, "-c", ECHO_CLIENT, ADDRESS.server, file];
      const outcome = await run(lab.network.netns("home"), words);
      assert.equal(outcome.transcript.trim(), "same");
    } finally {
      await middlebox.stop();
      await stop(echo, "SIGKILL");
    }
  });

  it("clears the path again: the next session is untouched", async () => {
    const outcome = await swaks(lab.network, { tls: "must" });
    assert.equal(outcome.status, 0, outcome.transcript);
    assert.match(outcome.transcript, TLS_IN_SWAKS);
  });
});
