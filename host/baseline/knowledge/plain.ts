// Servers that are listed by their operators without any encryption: a missing offer there is no news.
// Line: host or *.suffix, port, dialect, source, month of the source.

export const PLAIN: readonly string[] = [
  "smtp.nifty.com 587 smtp ispdb 2026-03",
  "smtp.rediffmail.com 587 smtp ispdb 2026-03",
  "smtp.mail.goo.ne.jp 587 smtp ispdb 2026-03",
  "*.wind.ne.jp 587 smtp ispdb 2026-03",
  "smtp.nifty.com 25 smtp ispdb 2026-03",
  "smtp.rediffmail.com 25 smtp ispdb 2026-03",
  "smtp.mail.goo.ne.jp 25 smtp ispdb 2026-03",
  "*.wind.ne.jp 25 smtp ispdb 2026-03",
  "*.wind.ne.jp 110 pop3 ispdb 2026-03",
  "pop.nifty.com 110 pop3 ispdb 2026-03",
  "pop.rediffmail.com 110 pop3 ispdb 2026-03",
  "pop3.mail.tiscali.cz 110 pop3 ispdb 2026-03",
  "imap.peoplepc.com 143 imap ispdb 2026-03",
];
