// IMAP servers on port 143 that offer STARTTLS and POP3 servers on port 110 that offer STLS.
// Line: host or *.suffix, port, dialect, source, month. The month is the source's own: when it was revised,
// says it was checked, or was read. `ispdb` is Thunderbird's list of mail providers
// (github.com/thunderbird/autoconfig, revision c6ad796 of 2026-03-12).

/** Entries of ispdb with STARTTLS on port 143. */
const IMAP = [
  "imap.1und1.de imap.comcast.net imap.eu.appsuite.cloud imap.gmx.com imap.gmx.net",
  "imap.gransy.com imap.kpnmail.nl imap.mail.com imap.mail.ru imap.tim.it",
  "imap.us.appsuite.cloud imap.web.de imap.websupport.sk in.alice.it mail.cesky-hosting.cz",
  "mail.clustermail.de mail.gandi.net mail.mnet.ne.jp mail.mopera.net mail.pobox.com",
  "posteo.de promail.ptd.net",
];
/** Entries of ispdb with STARTTLS on port 110. */
const POP3 = [
  "imap.gransy.com in.alice.it mail.cesky-hosting.cz mail.clustermail.de mail.comcast.net",
  "mail.gandi.net mail.mnet.ne.jp mail.mopera.net mail.pobox.com mbox.iij4u.or.jp",
  "mbox.iijmio-mail.jp pop.1und1.de pop.gmx.com pop.gmx.net pop.kpnmail.nl pop.mail.com",
  "pop.mail.ru pop.tim.it pop.websupport.sk pop3.web.de posteo.de promail.ptd.net",
];

function rows(blocks: readonly string[], place: string): string[] {
  return blocks.flatMap((block) =>
    block.split(" ").map((host) => `${host} ${place} ispdb 2026-03`),
  );
}

export const MAILBOX: readonly string[] = [
  ...rows(IMAP, "143 imap"),
  ...rows(POP3, "110 pop3"),
  // github.com/chatmail/provider-db, revision ad097ee, with the month each entry was checked last
  "nine.testrun.org 143 imap provider-db 2024-06",
  "imap.rambler.ru 143 imap provider-db 2024-03",
  "imap.nauta.cu 143 imap provider-db 2024-01",
];
