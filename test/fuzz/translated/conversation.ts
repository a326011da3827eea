// Conversations that no scenario needs and a fuzzer would be long to find: every command of each dialect,
// answered well and badly. First inputs only; nothing is expected of them but what holds for every input.
// A line is one side's ("c" or "s"), its end is added; RFC 1939, 9051, 5321.

export interface Conversation {
  readonly port: number;
  readonly lines: readonly string[];
}

const POP3: readonly string[] = [
  "s +OK ready|c CAPA|s +OK|s TOP|s SASL PLAIN LOGIN|s UIDL|s .|c AUTH|s +OK|s PLAIN|s .|c LIST|s +OK 1|s 1 10|s .",
  "c AUTH PLAIN|s + |c AHgAeQ==|s -ERR no|c AUTH LOGIN|s + VXNlcg==|c eA==|s + UGFzcw==|c eQ==|s +OK",
  "c AUTH PLAIN AHgAeQ==|s -ERR must use TLS first|c AUTH CRAM-MD5|s + PDE+|c *|s -ERR cancelled",
  "c USER x|s +OK x|c PASS y|s -ERR [AUTH] plaintext disallowed on non-secure connections|c APOP x 0|s -ERR only over TLS",
  "c USER x|s -ERR STLS required|c LIST 1|s +OK 1 10|c UIDL|s +OK|s 1 a|s .|c UIDL 1|s -ERR|c RETR 1|s +OK|s a: b|s |s ..|s .",
  "c TOP 1 0|s +OK|s a: b|s .|c RETR 9|s -ERR|c DELE 1|s +OK|c NOOP|s +OK|c XXXX|s -ERR|c CAPA|s -ERR|c STLS now|s -ERR",
  "c STLS|s -ERR not now|c STLS|s +OK begin|c CAPA|s +OK|s STLS|s .|c QUIT|s +OK bye",
];
const POP3_REFUSED: readonly string[] = ["s -ERR busy|c CAPA|s -ERR|c QUIT|s -ERR"];
const POP3_WITHOUT_GREETING: readonly string[] = [
  "c CAPA|s TOP|s STLS|s .|c STLS|s +OK|c USER x|s +OK|c PASS y|s +OK|c LIST|s -ERR",
];
const POP3_MASKED: readonly string[] = [
  "s +OK|c CAPA|s +OK|s TOP|s XXXX|s UIDL|s .|c XXXX|s -ERR|c APOP x 0|s +OK",
];

const IMAP: readonly string[] = [
  "s * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN LOGINDISABLED] hi|c a1 CAPABILITY",
  "s * CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=LOGIN|s a1 OK done|c a2 LOGIN x y|s a2 NO [PRIVACYREQUIRED] TLS required",
  "c a3 AUTHENTICATE PLAIN|s + |c AHgAeQ==|s a3 NO|c a4 AUTHENTICATE LOGIN|s + VXNlcg==|c eA==|s + UGFzcw==|c eQ==|s a4 BAD",
  "c a5 AUTHENTICATE PLAIN AHgAeQ==|s a5 NO|c a6 AUTHENTICATE CRAM-MD5|s + PDE+|c *|s a6 BAD|c a7 LOGIN {1}|s + go|c x {1+}|c y",
  'c a7b|s a7 OK|c a8 LOGIN "x" "y\\""|s a8 NO [ALERT] plaintext disallowed|c a9 SELECT INBOX|s * 1 EXISTS|s a9 OK [READ-WRITE]',
  "c b1 FETCH 1 BODY[]|s * 1 FETCH (BODY[] {3}|s a|s )|s b1 OK|c b2 IDLE|s + idling|s * 2 EXISTS|c DONE|s b2 OK|c b3 UID FETCH 1 FLAGS",
  "s * 1 FETCH (FLAGS ())|s b3 OK|c b4 APPEND INBOX {3+}|c a|c |s b4 OK|c b5 ID NIL|s * ID NIL|s b5 OK|c b6 ENABLE CONDSTORE|s * ENABLED|s b6 OK",
  "c b7 NOOP|s b7 OK|c b8 XXXXXXXX|s b8 BAD|c b9 STARTTLS|s b9 BAD unknown|c c1 STARTTLS|s c1 NO not now|c c2 STARTTLS now|s c2 BAD",
  "c c3 COMPRESS DEFLATE|s c3 NO|c c4 STARTTLS|s c4 OK begin|c c5 CAPABILITY|s * CAPABILITY IMAP4rev1 STARTTLS|s c5 OK|c c6 LOGOUT|s * BYE|s c6 OK",
];
const IMAP_PREAUTH: readonly string[] = [
  "s * PREAUTH hi|c a1 CAPABILITY|s * CAPABILITY IMAP4rev1|s a1 OK|c a2 STARTTLS|s a2 BAD",
];
const IMAP_REFUSED: readonly string[] = ["s * BYE go away|c a1 LOGOUT|s a1 OK"];
const IMAP_MASKED: readonly string[] = [
  "s * OK hi|c a1 CAPABILITY|s * CAPABILITY IMAP4rev1 XXXXXXXX AUTH=PLAIN|s a1 OK|c a2 XXXXXXXX|s a2 BAD|c a3 LOGIN x y|s a3 OK [CAPABILITY IMAP4rev1] in",
];

const SMTP: readonly string[] = [
  "s 220-a.example|s 220 ESMTP Postfix|c EHLO b.example|s 250-a.example|s 250-SIZE 10|s 250-AUTH PLAIN LOGIN|s 250-CHUNKING|s 250 DSN",
  "c AUTH PLAIN AHgAeQ==|s 538 encryption required|c AUTH PLAIN|s 334 |c AHgAeQ==|s 535 no|c AUTH LOGIN|s 334 VXNlcg==|c eA==|s 334 UGFzcw==",
  "c eQ==|s 235 in|c AUTH CRAM-MD5|s 334 PDE+|c *|s 501 cancelled|c MAIL FROM:<a@b> SIZE=10 REQUIRETLS|s 530 5.7.0 Must issue a STARTTLS command first",
  "c MAIL FROM:<a@b>|s 250 ok|c RCPT TO:<c@d>|s 250 ok|c DATA|s 354 go|c a: b|c |c ..|c .|s 250 ok|c BDAT 3|c a|s 250 ok|c BDAT 0 LAST|s 250 ok",
  "c RSET|s 250 ok|c VRFY a|s 252 no|c EXPN a|s 502 no|c HELP|s 214 no|c NOOP|s 250 ok|c ETRN a|s 458 no|c TURN|s 502 no|c XXXXXXXA|s 500 what",
  "c DATA|s 503 first|c HELO b|s 250 a|c EHLO b|s 502 what|c STARTTLS now|s 501 no|c STARTTLS|s 454 not now|c STARTTLS|s 500 what|c STARTTLS|s 502 no",
  "c STARTTLS|s 220 begin|c EHLO b|s 250-a|s 250 STARTTLS|c QUIT|s 221 bye",
];
const SMTP_REFUSED: readonly string[] = [
  "s 554 no|c HELO a|s 503 no|c QUIT|s 221 bye",
  "s 421 busy",
];
const SMTP_PIPELINED: readonly string[] = [
  "s 220 a ESMTP Sendmail 8.17|c EHLO b|s 250-a Hello|s 250-PIPELINING|s 250-XXXXXXXA|s 250 XXXB|c MAIL FROM:<a@b>|c RCPT TO:<c@d>|c RCPT TO:<e@f>|c DATA",
  "s 250 ok|s 250 ok|s 550 no|s 354 go|c a|c .|s 250 ok|c QUIT|s 221 bye",
];
const LMTP: readonly string[] = [
  "s 220 a LMTP|c LHLO b|s 250-a|s 250 STARTTLS|c STARTTLS|s 220 go|c LHLO b|s 250 a",
];
const SIEVE: readonly string[] = ['s "IMPLEMENTATION" "x"|s "STARTTLS"|s OK|c STARTTLS|s OK'];

export const CONVERSATIONS: readonly Conversation[] = [
  ...[POP3, POP3_REFUSED, POP3_WITHOUT_GREETING, POP3_MASKED].map((part) => talk(110, part)),
  ...[IMAP, IMAP_PREAUTH, IMAP_REFUSED, IMAP_MASKED].map((part) => talk(143, part)),
  ...[SMTP, SMTP_REFUSED, SMTP_PIPELINED, LMTP, SIEVE].flatMap((part) => {
    return [25, 587].map((port) => talk(port, part));
  }),
];

function talk(port: number, parts: readonly string[]): Conversation {
  return { port, lines: parts.flatMap((part) => part.split("|")) };
}
