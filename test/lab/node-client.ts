// nodemailer and imapflow as a process in the home namespace: one session, then the end.
// Usage: node-client.ts nodemailer|imapflow SERVER PORT must|may|no SENDER RECIPIENT USER PASSWORD
// Says "done" and ends with 0 when the session went through, else says why not and ends with 1.

const [program, server = "", portText = "", tls = "may", from = "", to = "", user = "", pass = ""] =
  process.argv.slice(2);
const port = Number(portText);
const lax = { rejectUnauthorized: false };

async function send(): Promise<void> {
  const { createTransport } = await import("nodemailer");
  const transport = createTransport({
    host: server,
    port,
    name: "laptop.home.example",
    secure: false,
    requireTLS: tls === "must",
    ignoreTLS: tls === "no",
    opportunisticTLS: tls === "may",
    tls: lax,
    connectionTimeout: 5000,
    greetingTimeout: 5000,
    socketTimeout: 5000,
  });
  await transport.sendMail({ from, to, subject: "lab", text: "A line of text." });
  transport.close();
}

async function read(): Promise<void> {
  const { ImapFlow } = await import("imapflow");
  const client = new ImapFlow({
    host: server,
    port,
    secure: false,
    ...(tls === "may" ? {} : { doSTARTTLS: tls === "must" }),
    auth: { user, pass },
    tls: lax,
    logger: false,
    greetingTimeout: 5000,
    socketTimeout: 5000,
  });
  client.on("error", () => {});
  await client.connect();
  await client.mailboxOpen("INBOX");
  await client.logout();
}

(program === "nodemailer" ? send() : read()).then(
  () => {
    process.stdout.write("done\n");
    process.exit(0);
  },
  (problem: Error) => {
    process.stdout.write(`${problem.message}\n`);
    process.exit(1);
  },
);
