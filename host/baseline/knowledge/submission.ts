// Submission servers that offer STARTTLS.
// Line: host or *.suffix, port, dialect, source, month. The month is the source's own: when it was revised,
// says it was checked, or was read. `ispdb` is Thunderbird's list of mail providers
// (github.com/thunderbird/autoconfig, revision c6ad796 of 2026-03-12).

/** Entries of ispdb with STARTTLS on port 587. */
const ISPDB_587 = [
  "asmtp.mail.dk email.nili.email mail.aikis.or.jp mail.clustermail.de mail.gandi.net",
  "mail.gmx.com mail.gmx.net mail.mnet.ne.jp mail.mopera.net mail.runestone.net",
  "mail.schwaz.net mail.twc.com mailhost.pdx.edu mbox.iij4u.or.jp mbox.iijmio-mail.jp",
  "out.alice.it plato.cgl.ucsf.edu poczta.o2.pl posteo.de promail.ptd.net relay.proximus.be",
  "securemail.a1.net securesmtp.t-online.de smtp-mail.outlook.com smtp.1und1.de",
  "smtp.centurylink.net smtp.cesky-hosting.cz smtp.comcast.net smtp.elpasotel.net",
  "smtp.eu.appsuite.cloud smtp.fastwebnet.it smtp.gigahost.dk smtp.gransy.com",
  "smtp.jet.ne.jp smtp.kelcom.net smtp.kpnmail.nl smtp.mail.com smtp.mail.me.com",
  "smtp.mail.ru smtp.office365.com smtp.pobox.com smtp.poczta.onet.pl smtp.q.com",
  "smtp.registrator.cz smtp.strato.de smtp.tim.it smtp.us.appsuite.cloud smtp.web.de",
  "smtp.webhuset.no smtp.ziggo.nl smtp.zoho.com smtp.zoho.com.au smtp.zoho.eu smtp.zoho.in",
  "smtp.zoho.jp smtp.zohocloud.ca smtp01.educa.madrid.org smtpauth.centurytel.net",
  "smtpauth.earthlink.net smtpauth.peoplepc.com smtphm.sympatico.ca smtps.bol.com.br",
  "smtps.uol.com.br",
];
/** Entries of ispdb with STARTTLS on port 25. */
const ISPDB_25 = ["mail.clustermail.de smtp.cesky-hosting.cz smtp.gransy.com smtp.websupport.sk"];

/**
 * From the provider list of a chat client (github.com/chatmail/provider-db, revision ad097ee of
 * 2026-04-21), whose entries say when each was checked last.
 */
const PROVIDER_DB: readonly string[] = [
  "smtp.migadu.com 587 smtp provider-db 2024-09",
  "nine.testrun.org 587 smtp provider-db 2024-06",
  "smtp.nauta.cu 25 smtp provider-db 2024-01",
  "smtp.naver.com 587 smtp provider-db 2021-06",
  "mail.ecloud.global 587 smtp provider-db 2021-01",
  "disroot.org 587 smtp provider-db 2017-06",
];

/** Regions of a relay whose host names follow email-smtp.<region>.amazonaws.com. */
const SES_REGIONS = "us-east-1 us-east-2 us-west-2 eu-west-1 eu-central-1 ap-southeast-2";

/** From documentation, read in the month that is given. */
const DOCUMENTED: readonly string[] = [
  // developer.nylas.com/docs/cookbook/email/gmail-smtp-settings
  "smtp.gmail.com 587 smtp nylas-docs 2026-11",
  // documentation.mailgun.com/docs/mailgun/user-manual/sending-messages/send-smtp
  ...[25, 587, 2525].map((port) => `smtp.mailgun.org ${port} smtp mailgun-docs 2026-11`),
  // twilio.com/docs/sendgrid/for-developers/sending-email/integrating-with-the-smtp-api
  ...[25, 587, 2525].map((port) => `smtp.sendgrid.net ${port} smtp sendgrid-docs 2026-11`),
  // docs.aws.amazon.com/ses/latest/dg/smtp-connect.html
  ...SES_REGIONS.split(" ").flatMap((region) =>
    [25, 587, 2587].map(
      (port) => `email-smtp.${region}.amazonaws.com ${port} smtp ses-docs 2026-11`,
    ),
  ),
];

function rows(blocks: readonly string[], place: string): string[] {
  return blocks.flatMap((block) =>
    block.split(" ").map((host) => `${host} ${place} ispdb 2026-03`),
  );
}

export const SUBMISSION: readonly string[] = [
  ...rows(ISPDB_587, "587 smtp"),
  ...rows(ISPDB_25, "25 smtp"),
  ...PROVIDER_DB,
  ...DOCUMENTED,
];
