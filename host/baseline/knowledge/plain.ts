// Servers that their operators' settings list without any encryption: a missing offer there is no news.
// Line: host or *.suffix, port, dialect, source, month. The month is the source's own: when it was revised,
// says it was checked, or was read. `ispdb` is Thunderbird's list of mail providers
// (github.com/thunderbird/autoconfig, revision c6ad796 of 2026-03-12).

/** Entries of ispdb with a plain socket, by port. */
const SUBMISSION = [
  "bay.wind.ne.jp co1.wind.ne.jp co2.wind.ne.jp co3.wind.ne.jp dan.wind.ne.jp kl.wind.ne.jp",
  "mail.broba.cc mail.clio.ne.jp mail.hal.ne.jp mail.hana.or.jp mail.mahoroba.ne.jp",
  "mail.nsat.jp mail.wind.ne.jp po.wind.ne.jp smtp-auth.tiki.ne.jp smtp.ic-net.or.jp",
  "smtp.mail.goo.ne.jp smtp.nifty.com smtp.rediffmail.com smtp02.jet.ne.jp so.wind.ne.jp",
  "vs.tiki.ne.jp xp.wind.jp",
];
const RELAY = [
  "go.tvm.ne.jp mail.iwafune.ne.jp ml.murakami.ne.jp po.inet-shibata.or.jp po.iwafune.ne.jp",
  "pop.bb-niigata.jp smtp.kokuyou.ne.jp smtp.mail.tiscali.cz smtp.parabox.or.jp",
];
const POP3 = [
  "bay.wind.ne.jp co1.wind.ne.jp co2.wind.ne.jp co3.wind.ne.jp dan.wind.ne.jp go.tvm.ne.jp",
  "kl.wind.ne.jp mail.broba.cc mail.clio.ne.jp mail.hal.ne.jp mail.hana.or.jp",
  "mail.ic-net.or.jp mail.iwafune.ne.jp mail.kokuyou.ne.jp mail.mahoroba.ne.jp mail.nsat.jp",
  "mail.wind.ne.jp ml.murakami.ne.jp mx.tiki.ne.jp po.inet-shibata.or.jp po.iwafune.ne.jp",
  "po.wind.ne.jp pop.bb-niigata.jp pop.mail.goo.ne.jp pop.nifty.com pop.peoplepc.com",
  "pop.rediffmail.com pop02.jet.ne.jp pop3.mail.tiscali.cz pop3.parabox.or.jp vp.tiki.ne.jp",
  "xp.wind.jp",
];
const IMAP = ["imap.peoplepc.com so.wind.ne.jp"];

function rows(blocks: readonly string[], place: string): string[] {
  return blocks.flatMap((block) =>
    block.split(" ").map((host) => `${host} ${place} ispdb 2026-03`),
  );
}

export const PLAIN: readonly string[] = [
  ...rows(SUBMISSION, "587 smtp"),
  ...rows(RELAY, "25 smtp"),
  ...rows(POP3, "110 pop3"),
  ...rows(IMAP, "143 imap"),
];
