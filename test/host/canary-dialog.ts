// Mail sessions with planted secrets: every way of logging in, with names, addresses and letters that must
// not be found anywhere afterwards, and the server's own name, which may.

import { parseScenario } from "../scenario/language/parse.ts";
import type { Scenario } from "../scenario/language/scenario.ts";

const USER = "canary-user";
const PASSWORD = "c4n4ry-passw0rd";
const base64 = (text: string): string => Buffer.from(text).toString("base64");
export const PLAIN = base64(`\0${USER}\0${PASSWORD}`);
const DIGEST = "c4nary0123456789abcdef0123456789";
const NAME = "canary-laptop.home.example";
const FROM = "canary-ann@home.example";
const TO = "canary-ben@away.example";
const BODY = "canary body: meet me at noon";

/** Whatever of it, and in whatever clothes, must not be found. */
const SECRETS = [
  USER,
  PASSWORD,
  PLAIN,
  base64(USER),
  base64(PASSWORD),
  base64(BODY),
  DIGEST,
  NAME,
  FROM,
  TO,
  BODY,
];
/** What the server says of itself may be kept. */
export const KEPT = "mx.kept.example";

const LIST = [
  `250-${KEPT} Hello ${NAME} [192.168.1.10]`,
  "250-SIZE 35882577",
  "250 AUTH PLAIN LOGIN",
];
const LETTER = [
  `C MAIL FROM:<${FROM}>`,
  `S 250 <${FROM}> sender ok`,
  `C RCPT TO:<${TO}>`,
  `S 250 <${TO}> recipient ok`,
  "C DATA",
  "S 354 go on",
  `C From: ${FROM}|To: ${TO}|Subject: ${BODY}||${BODY}|${base64(BODY)}|.`,
  "S 250 queued",
  "C QUIT",
  "S 221 bye",
];
const SMTP = [`S 220 ${KEPT} ESMTP`, `C EHLO ${NAME}`, `S ${LIST.join("|")}`];
const IMAP = [`S * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ${KEPT} ready`];
const READ = [
  "C r SELECT INBOX",
  "S * 1 EXISTS|r OK done",
  "C f FETCH 1 BODY[]",
  `S * 1 FETCH (BODY[] {${BODY.length + 2}}|${BODY}|)|f OK done`,
];
const POP3 = [`S +OK ${KEPT} ready <7.1@${KEPT}>`];
const RETR = ["C RETR 1", `S +OK|From: ${FROM}||${BODY}|.`, "C QUIT", "S +OK bye"];

/** Port and turns; `|` ends a line within a turn. */
const DIALOGS: Readonly<Record<string, readonly [port: number, turns: readonly string[]]>> = {
  "smtp auth plain": [587, [...SMTP, `C AUTH PLAIN ${PLAIN}`, "S 235 welcome", ...LETTER]],
  "smtp auth plain on a port of nobody's": [
    2526,
    [...SMTP, `C AUTH PLAIN ${PLAIN}`, "S 235 welcome", ...LETTER],
  ],
  "smtp auth plain in two steps": [
    587,
    [...SMTP, "C AUTH PLAIN", "S 334 ", `C ${PLAIN}`, "S 235 welcome", ...LETTER],
  ],
  "smtp auth login": [
    587,
    [
      ...SMTP,
      "C AUTH LOGIN",
      "S 334 VXNlcm5hbWU6",
      `C ${base64(USER)}`,
      "S 334 UGFzc3dvcmQ6",
      `C ${base64(PASSWORD)}`,
      `S 235 welcome ${USER}`,
      ...LETTER,
    ],
  ],
  "smtp auth refused": [
    25,
    [...SMTP, `C AUTH PLAIN ${PLAIN}`, `S 535 no ${USER} here`, `C VRFY ${USER}`, `S 252 ${USER}`],
  ],
  "imap login": [143, [...IMAP, `C a LOGIN ${USER} ${PASSWORD}`, "S a OK welcome", ...READ]],
  "imap login by literals": [
    143,
    [
      ...IMAP,
      `C a LOGIN {${USER.length}}`,
      "S + go on",
      `C ${USER} {${PASSWORD.length}}`,
      "S + go on",
      `C ${PASSWORD}`,
      "S a OK welcome",
      ...READ,
    ],
  ],
  "imap authenticate": [
    143,
    [...IMAP, "C a AUTHENTICATE PLAIN", "S + ", `C ${PLAIN}`, "S a OK welcome", ...READ],
  ],
  "imap authenticate at once": [
    143,
    [...IMAP, `C a AUTHENTICATE PLAIN ${PLAIN}`, "S a OK welcome", ...READ],
  ],
  "pop3 user and pass": [
    110,
    [
      ...POP3,
      `C USER ${USER}`,
      `S +OK password for ${USER}?`,
      `C PASS ${PASSWORD}`,
      `S +OK ${USER} has 1`,
      ...RETR,
    ],
  ],
  "pop3 apop": [110, [...POP3, `C APOP ${USER} ${DIGEST}`, `S +OK ${USER} has 1`, ...RETR]],
  "pop3 auth": [110, [...POP3, "C AUTH PLAIN", "S + ", `C ${PLAIN}`, "S +OK", ...RETR]],
};

function scenarioOf(name: string, port: number, turns: readonly string[]): Scenario {
  const lines = turns.map((turn) => {
    const octets = Buffer.from(`${turn.slice(2).replaceAll("|", "\r\n")}\r\n`).toString("hex");
    return `${turn.startsWith("C") ? "c > s" : "s > c"} hex "${octets}"`;
  });
  const hosts = ["client 192.168.1.10:49200", `server 198.51.100.25:${port}`, "handshake"];
  return parseScenario(name, [...hosts, ...lines, "expect silence"].join("\n"));
}

export const found = (octets: Buffer | string): string[] =>
  SECRETS.filter((secret) => octets.includes(secret));

/** Every dialog as a scenario. */
export const canaryScenarios = (): Scenario[] =>
  Object.entries(DIALOGS).map(([name, [port, turns]]) => scenarioOf(name, port, turns));
