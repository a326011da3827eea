// The order in which well-known servers list their capabilities, as data. Capability lists are read
// against it to infer which keyword a mask hides (capability-list.ts). Keyword order helps people:
// what follows from it is always said as an inference.
// A trailing `*` marks a keyword that carries parameters, so that a masked line may be longer.

/** One order per server family and dialect; the first word names them. */
export const KEYWORD_ORDERS: string[] = [
  // Postfix 3.7 smtpd (without what only trusted clients see: XVERP, XCLIENT, XFORWARD).
  "smtp/postfix PIPELINING SIZE* VRFY ETRN STARTTLS AUTH* ENHANCEDSTATUSCODES 8BITMIME " +
    "DSN SMTPUTF8 CHUNKING",
  // Exchange 2007 and later.
  "smtp/exchange SIZE* PIPELINING DSN ENHANCEDSTATUSCODES STARTTLS X-ANONYMOUSTLS AUTH* " +
    "X-EXPS* 8BITMIME BINARYMIME CHUNKING XEXCH50 SMTPUTF8 XRDST XSHADOWREQUEST XSHADOW*",
  // Exchange 2000 and 2003 (Windows SMTP service 5.0 and 6.0).
  "smtp/exchange-2003 TURN SIZE* ETRN PIPELINING DSN ENHANCEDSTATUSCODES 8BITMIME " +
    "BINARYMIME CHUNKING VRFY TLS STARTTLS X-EXPS* X-EXPS=LOGIN AUTH* AUTH=LOGIN " +
    "X-LINK2STATE XEXCH50 OK",
  // Sendmail 8.
  "smtp/sendmail ENHANCEDSTATUSCODES PIPELINING EXPN VERB 8BITMIME SIZE* DSN ETRN AUTH* " +
    "STARTTLS DELIVERBY* HELP",
  // Exim 4.
  "smtp/exim SIZE* LIMITS* 8BITMIME DSN ETRN EXPN VRFY PIPELINING PIPE_CONNECT AUTH* " +
    "CHUNKING STARTTLS PRDR SMTPUTF8 HELP",
  // Google's front.
  "smtp/google SIZE* 8BITMIME STARTTLS AUTH* ENHANCEDSTATUSCODES PIPELINING CHUNKING SMTPUTF8",
  // Dovecot 2.3 before login.
  "imap/dovecot IMAP4REV1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ STARTTLS " +
    "LOGINDISABLED AUTH=PLAIN AUTH=LOGIN",
  "pop3/dovecot CAPA TOP UIDL RESP-CODES PIPELINING AUTH-RESP-CODE STLS USER SASL*",
];
