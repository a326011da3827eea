// IMAP servers on port 143 that offer STARTTLS and POP3 servers on port 110 that offer STLS.
// Line: host or *.suffix, port, dialect, source, month of the source.

/** From Thunderbird's provider list, revision of 2026-03; the last from a provider database. */
const IMAP = [
  "imap.gmx.net imap.gmx.com imap.web.de imap.mail.com imap.1und1.de posteo.de",
  "imap.comcast.net imap.mail.ru mail.pobox.com mail.gandi.net imap.kpnmail.nl in.alice.it",
  "imap.tim.it imap.eu.appsuite.cloud imap.us.appsuite.cloud imap.websupport.sk",
  "imap.rambler.ru",
];
/** From Thunderbird's provider list, revision of 2026-03. */
const POP3 = [
  "pop.gmx.net pop.gmx.com pop3.web.de pop.mail.com pop.1und1.de posteo.de",
  "mail.comcast.net pop.mail.ru mail.pobox.com mail.gandi.net pop.kpnmail.nl in.alice.it",
  "pop.tim.it pop.websupport.sk mbox.iijmio-mail.jp",
];

function rows(blocks: readonly string[], place: string): string[] {
  return blocks.flatMap((block) =>
    block.split(" ").map((host) => `${host} ${place} ispdb 2026-03`),
  );
}

export const MAILBOX: readonly string[] = [...rows(IMAP, "143 imap"), ...rows(POP3, "110 pop3")];
