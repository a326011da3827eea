// Mail clients that run in the home namespace: each function is one session of one real program,
// arguments in, exit status and transcript out. Says nothing about what should have happened.
// Credentials are the made-up ones of server.ts.
// Read: swaks(1), openssl-s_client(1), curl(1), Python's smtplib, imaplib, poplib.

import type { Network } from "./namespace.ts";
import { ADDRESS } from "./namespace.ts";
import { type Outcome, PYTHON, type RunOptions, run } from "./process.ts";
import { scriptWords } from "./script.ts";
import { ACCOUNT, DOMAIN } from "./server.ts";

/** Where a session goes and how it behaves. */
export interface Session {
  /** Default: the server's public address. */
  server?: string;
  port?: number;
  /** `must` gives up without TLS, `may` falls back to clear text, `no` never asks for it. */
  tls?: "must" | "may" | "no";
  /** Logs in with the made-up account. */
  login?: boolean;
}

const SENDER = "owner@home.example";
const RECIPIENT = `someone@${DOMAIN}`;

function inHome(network: Network, argv: readonly string[], options?: RunOptions): Promise<Outcome> {
  return run(network.netns("home"), argv, options);
}

/** One message with swaks. */
export function swaks(network: Network, session: Session = {}): Promise<Outcome> {
  const { server = ADDRESS.server, port = 25, tls = "may", login = false } = session;
  const security = { must: ["-tls"], may: ["-tlso"], no: [] }[tls];
  const account = login ? ["-a", "PLAIN", "-au", ACCOUNT.user, "-ap", ACCOUNT.password] : [];
  const envelope = ["--from", SENDER, "--to", RECIPIENT, "--helo", "laptop.home.example"];
  const target = ["--server", server, "--port", String(port), "--timeout", "10", "--data", MESSAGE];
  return inHome(network, ["swaks", ...target, ...envelope, ...security, ...account]);
}

/** One STARTTLS negotiation with `openssl s_client`, ended after the handshake. */
export function opensslStarttls(
  network: Network,
  dialect: "smtp" | "imap" | "pop3",
  session: Session = {},
): Promise<Outcome> {
  const port = session.port ?? { smtp: 25, imap: 143, pop3: 110 }[dialect];
  const target = ["-connect", endpoint(session.server ?? ADDRESS.server, port)];
  const words = ["openssl", "s_client", ...target, "-starttls", dialect, "-brief"];
  return inHome(network, words, { input: "QUIT\r\n", timeoutMs: 12_000 });
}

/** One session with curl over any of the dialects. */
export function curl(
  network: Network,
  dialect: "smtp" | "imap" | "pop3",
  session: Session = {},
): Promise<Outcome> {
  const port = session.port ?? { smtp: 25, imap: 143, pop3: 110 }[dialect];
  const { tls = "may", login = dialect !== "smtp" } = session;
  const security = { must: ["--ssl-reqd"], may: ["--ssl"], no: [] }[tls];
  const account = login ? ["--user", `${ACCOUNT.user}:${ACCOUNT.password}`] : [];
  const envelope = ["--mail-from", SENDER, "--mail-rcpt", RECIPIENT, "--upload-file", "-"];
  const target = `${dialect}://${endpoint(session.server ?? ADDRESS.server, port)}/`;
  const common = ["curl", "-sS", "-v", "-k", "--max-time", "10", ...security, ...account];
  const words = [...common, ...(dialect === "smtp" ? envelope : []), target];
  return inHome(network, words, { input: dialect === "smtp" ? MESSAGE : "" });
}

/** One page over HTTPS with curl, the name sent as SNI. */
export function curlHttps(network: Network, name: string, session: Session = {}): Promise<Outcome> {
  return curlPage(network, "https", name, { port: 443, ...session });
}

/** One page over HTTP with curl. */
export function curlHttp(network: Network, name: string, session: Session = {}): Promise<Outcome> {
  return curlPage(network, "http", name, { port: 80, ...session });
}

function curlPage(
  network: Network,
  scheme: string,
  name: string,
  session: Session,
): Promise<Outcome> {
  const { server = ADDRESS.server, port = 443 } = session;
  const address = server.includes(":") ? `[${server}]` : server;
  const resolve = ["--resolve", `${name}:${port}:${address}`];
  const words = ["curl", "-sS", "-k", "--max-time", "5", ...resolve, "-o", "/dev/null"];
  return inHome(network, [...words, `${scheme}://${name}:${port}/`]);
}

/** One message with Python's smtplib. */
export function smtplib(network: Network, session: Session = {}): Promise<Outcome> {
  return python(network, PYTHON_SMTP, session, 25);
}

/** One message with msmtp, which takes TLS or fails (`must`, and `may` too), or asks for none. */
export function msmtp(network: Network, session: Session = {}): Promise<Outcome> {
  const { server = ADDRESS.server, port = 25, tls = "must" } = session;
  const security = tls === "no" ? ["--tls=off"] : ["--tls=on", "--tls-starttls=on"];
  const target = [`--host=${server}`, `--port=${port}`, "--timeout=5", "--tls-certcheck=off"];
  const words = ["msmtp", "--debug", ...target, ...security, `--from=${SENDER}`, "--auth=off"];
  return inHome(network, [...words, "--domain=laptop.home.example", "--", RECIPIENT], {
    input: MESSAGE,
  });
}

/** One message with nodemailer. */
export function nodemailer(network: Network, session: Session = {}): Promise<Outcome> {
  return nodeClient(network, "nodemailer", session, 25);
}

/** One login and INBOX selection with imapflow. */
export function imapflow(network: Network, session: Session = {}): Promise<Outcome> {
  return nodeClient(network, "imapflow", session, 143);
}

function nodeClient(network: Network, program: string, session: Session, usual: number) {
  const { server = ADDRESS.server, port = usual, tls = "may" } = session;
  const words = [program, server, String(port), tls, SENDER, RECIPIENT];
  const account = [ACCOUNT.user, ACCOUNT.password];
  return inHome(network, scriptWords("node-client.ts", [...words, ...account]));
}

/** One login and INBOX selection with Python's imaplib. */
export function imaplib(network: Network, session: Session = {}): Promise<Outcome> {
  return python(network, PYTHON_IMAP, { login: true, ...session }, 143);
}

/** One login and STAT with Python's poplib. */
export function poplib(network: Network, session: Session = {}): Promise<Outcome> {
  return python(network, PYTHON_POP, { login: true, ...session }, 110);
}

/** Octets sent at once to a port, then whatever comes back until the server closes. */
export function raw(
  network: Network,
  port: number,
  octets: string,
  server = ADDRESS.server,
): Promise<Outcome> {
  return inHome(network, [PYTHON, "-c", PYTHON_RAW, server, String(port)], { input: octets });
}

function python(
  network: Network,
  script: string,
  session: Session,
  port: number,
): Promise<Outcome> {
  const { server = ADDRESS.server, tls = "may", login = false } = session;
  const account = login ? [ACCOUNT.user, ACCOUNT.password] : [];
  const words = [server, String(session.port ?? port), tls, ...account];
  return inHome(network, [PYTHON, "-c", script, ...words]);
}

function endpoint(address: string, port: number): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

const MESSAGE = `From: ${SENDER}\r\nTo: ${RECIPIENT}\r\nSubject: lab\r\n\r\nA line of text.\r\n`;

const PYTHON_HEAD = `
import ssl, sys
server, port, tls = sys.argv[1], int(sys.argv[2]), sys.argv[3]
account = sys.argv[4:]
context = ssl.create_default_context()
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE
def need(offered):
    if tls == "must" and not offered:
        sys.exit("TLS not offered")
    return tls != "no" and offered
`;

const PYTHON_SMTP = `${PYTHON_HEAD}
import smtplib
peer = smtplib.SMTP(server, port, "laptop.home.example", timeout=10)
peer.set_debuglevel(1)
peer.ehlo_or_helo_if_needed()
if need(peer.has_extn("starttls")):
    try:
        peer.starttls(context=context)
        peer.ehlo()
    except smtplib.SMTPResponseException:
        if tls == "must":
            raise
if account:
    peer.login(*account)
peer.sendmail("${SENDER}", "${RECIPIENT}", """${MESSAGE}""")
peer.quit()
`;

const PYTHON_IMAP = `${PYTHON_HEAD}
import imaplib
imaplib.Debug = 4
peer = imaplib.IMAP4(server, port, timeout=10)
if need("STARTTLS" in peer.capabilities):
    try:
        peer.starttls(context)
    except imaplib.IMAP4.error:
        if tls == "must":
            raise
if peer.state != "AUTH":
    peer.login(*account)
peer.select("INBOX")
peer.logout()
`;

const PYTHON_POP = `${PYTHON_HEAD}
import poplib
peer = poplib.POP3(server, port, timeout=10)
peer.set_debuglevel(2)
try:
    offered = "STLS" in peer.capa()
except poplib.error_proto:
    offered = False
if need(offered):
    try:
        peer.stls(context)
    except poplib.error_proto:
        if tls == "must":
            raise
peer.user(account[0])
peer.pass_(account[1])
peer.stat()
peer.quit()
`;

const PYTHON_RAW = `
import socket, sys
peer = socket.create_connection((sys.argv[1], int(sys.argv[2])), 10)
peer.sendall(sys.stdin.buffer.read())
try:
    while True:
        octets = peer.recv(65536)
        if not octets:
            break
        sys.stdout.buffer.write(octets)
except TimeoutError:
    pass
`;
