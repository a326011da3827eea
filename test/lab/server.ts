// The mail server of the lab: real Postfix and Dovecot in the server's namespace, each with its
// own configuration, queue and certificate in one temporary folder. Accepts mail for the domain
// of the lab and discards it. Touches neither /etc/postfix nor /etc/dovecot.
// Read: postconf(5), master(5), https://doc.dovecot.org (auth-client socket for Postfix).

import { type ChildProcess, execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Network } from "./namespace.ts";
import { run, start, stop, until } from "./process.ts";

/** The only domain the server takes mail for, its name, and a made-up account. */
export const DOMAIN = "lab.example";
export const SERVER_NAME = `mail.${DOMAIN}`;
export const ACCOUNT = { user: "demo", password: "not-a-secret" } as const;

/** Postfix starts through a chain of shell scripts: on a busy machine that takes its time. */
const START_MS = 60_000;

/** What an SMTP port does with TLS: nothing, offer STARTTLS, or demand it (530). */
export type SmtpTls = "none" | "may" | "encrypt";

/** Which ports are served, and how. */
export interface MailServerOptions {
  /** Port → TLS; 25 and 587 offering STARTTLS where absent. */
  smtp?: Record<number, SmtpTls>;
  /** IMAP and POP3 with STARTTLS (true, the default) or without any TLS. */
  dovecotTls?: boolean;
  /** Dovecot refuses clear-text logins before TLS; default false. */
  dovecotDemandsTls?: boolean;
}

/** One running Postfix and Dovecot. `start` resolves when every port answers. */
export class MailServer {
  readonly #network: Network;
  readonly #smtp: Record<number, SmtpTls>;
  readonly #dovecotTls: boolean;
  readonly #dovecotDemandsTls: boolean;
  #folder = "";
  #children: ChildProcess[] = [];

  constructor(network: Network, options: MailServerOptions = {}) {
    this.#network = network;
    this.#smtp = options.smtp ?? { 25: "may", 587: "may" };
    this.#dovecotTls = options.dovecotTls ?? true;
    this.#dovecotDemandsTls = options.dovecotDemandsTls ?? false;
  }

  /** Writes configuration and certificate, starts both servers, waits for their ports. */
  async start(): Promise<void> {
    this.#folder = mkdtempSync(join(tmpdir(), "striplight-mail-"));
    chmodSync(this.#folder, 0o755);
    makeCertificate(this.#folder);
    this.#writeDovecot();
    this.#writePostfix();
    const netns = this.#network.netns("server");
    const dovecot = start(netns, ["dovecot", "-F", "-c", join(this.#folder, "dovecot.conf")]);
    const postfix = start(netns, ["postfix", "-c", join(this.#folder, "postfix"), "start-fg"]);
    this.#children = [dovecot, postfix];
    for (const child of this.#children) {
      child.stdout?.resume();
      child.stderr?.resume();
    }
    const ports = [...Object.keys(this.#smtp).map(Number), 143, 110];
    await until("mail ports open", () => allListen(this.#network, ports), START_MS).catch(
      (problem) => {
        throw new Error(`${String(problem)}\n${this.log()}`);
      },
    );
  }

  /** Ends both servers and removes their folder. */
  async stop(): Promise<void> {
    const children = this.#children;
    this.#children = [];
    await Promise.all(children.map((child) => stop(child)));
    if (this.#folder !== "") rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = "";
  }

  /** Both servers' log so far. */
  log(): string {
    return ["postfix.log", "dovecot.log"]
      .map((name) => {
        try {
          return readFileSync(join(this.#folder, name), "utf8");
        } catch {
          return "";
        }
      })
      .join("");
  }

  /** Path of the server's certificate, for clients that verify. */
  get certificate(): string {
    return join(this.#folder, "certificate.pem");
  }

  #writePostfix(): void {
    const home = join(this.#folder, "postfix");
    const spool = join(this.#folder, "spool");
    const state = join(this.#folder, "state");
    for (const name of [home, spool, state]) mkdirSync(name);
    execFileSync("chown", ["postfix", state]);
    writeFileSync(join(home, "main.cf"), postfixMain(this.#folder, spool, state));
    const ports = Object.entries(this.#smtp).map(([port, tls]) => postfixPort(port, tls));
    writeFileSync(join(home, "master.cf"), [...ports, POSTFIX_SERVICES].join("\n"));
  }

  #writeDovecot(): void {
    const base = join(this.#folder, "dovecot");
    mkdirSync(base);
    mkdirSync(join(this.#folder, "maildir"), { mode: 0o777 });
    chmodSync(join(this.#folder, "maildir"), 0o777);
    const text = dovecotConfiguration(
      this.#folder,
      base,
      this.#dovecotTls,
      this.#dovecotDemandsTls,
    );
    writeFileSync(join(this.#folder, "dovecot.conf"), text);
  }
}

/** A self-signed certificate for the server's name, as certificate.pem and key.pem in `folder`. */
export function makeCertificate(folder: string): void {
  const subject = ["-subj", `/CN=${SERVER_NAME}`, "-addext", `subjectAltName=DNS:${SERVER_NAME}`];
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const files = ["-keyout", join(folder, "key.pem"), "-out", join(folder, "certificate.pem")];
  const words = ["req", "-x509", "-days", "7", ...key, ...subject, ...files];
  execFileSync("openssl", words, { stdio: "ignore" });
}

async function allListen(network: Network, ports: readonly number[]): Promise<boolean> {
  const listed = await run(network.netns("server"), ["ss", "-Hltn"]);
  return ports.every((port) => new RegExp(`:${port}\\s`).test(listed.transcript));
}

function postfixMain(folder: string, spool: string, state: string): string {
  return `compatibility_level = 3.6
queue_directory = ${spool}
data_directory = ${state}
maillog_file = ${folder}/postfix.log
maillog_file_prefixes = ${folder}
mail_owner = postfix
setgid_group = postdrop
myhostname = ${SERVER_NAME}
mydestination = ${DOMAIN}
mynetworks =
inet_interfaces = all
inet_protocols = all
alias_maps =
alias_database =
local_recipient_maps =
local_transport = discard:
default_transport = discard:
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_tls_cert_file = ${folder}/certificate.pem
smtpd_tls_key_file = ${folder}/key.pem
smtpd_sasl_type = dovecot
smtpd_sasl_path = ${folder}/dovecot/auth-postfix
smtpd_sasl_auth_enable = yes
smtpd_peername_lookup = no
smtpd_client_connection_rate_limit = 0
smtpd_client_connection_count_limit = 0
anvil_rate_time_unit = 1s
smtpd_error_sleep_time = 0
`;
}

function postfixPort(port: string, tls: SmtpTls): string {
  return `${port} inet n - n - - smtpd -o smtpd_tls_security_level=${tls}`;
}

const POSTFIX_SERVICES = `pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
error unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
`;

function dovecotConfiguration(
  folder: string,
  base: string,
  tls: boolean,
  demandsTls: boolean,
): string {
  return `base_dir = ${base}
state_dir = ${base}
log_path = ${folder}/dovecot.log
protocols = imap pop3
listen = *, ::
ssl = ${tls ? "yes" : "no"}
ssl_cert = <${folder}/certificate.pem
ssl_key = <${folder}/key.pem
disable_plaintext_auth = ${demandsTls ? "yes" : "no"}
auth_mechanisms = plain login
mail_location = maildir:${folder}/maildir/%u
first_valid_uid = 1
mail_uid = nobody
mail_gid = nogroup
passdb {
  driver = static
  args = password=${ACCOUNT.password}
}
userdb {
  driver = static
  args = uid=nobody gid=nogroup home=${folder}/maildir/%u
}
service anvil {
  chroot =
}
service auth {
  unix_listener auth-postfix {
    mode = 0666
  }
}
`;
}
