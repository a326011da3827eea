// Submission servers (port 587 unless said otherwise) that offer STARTTLS.
// Line: host or *.suffix, port, dialect, source, month of the source.

/** From Thunderbird's provider list, revision of 2026-03. */
const ISPDB = [
  "mail.gmx.net mail.gmx.com smtp.web.de smtp.mail.com smtp.1und1.de smtp.strato.de",
  "securesmtp.t-online.de posteo.de smtp.office365.com smtp-mail.outlook.com",
  "smtp.mail.me.com smtp.mail.ru smtp.comcast.net mail.twc.com smtp.centurylink.net",
  "smtp.q.com smtpauth.centurytel.net smtpauth.earthlink.net smtp.pobox.com smtp.zoho.com",
  "smtp.zoho.eu smtp.zoho.in smtp.zoho.jp smtp.zoho.com.au smtp.zohocloud.ca",
  "mail.gandi.net smtp.kpnmail.nl smtp.ziggo.nl relay.proximus.be out.alice.it smtp.tim.it",
  "smtp.fastwebnet.it asmtp.mail.dk smtp.gigahost.dk smtp.webhuset.no securemail.a1.net",
  "poczta.o2.pl smtp.poczta.onet.pl smtp.cesky-hosting.cz smtp.websupport.sk",
  "smtps.uol.com.br smtps.bol.com.br smtphm.sympatico.ca smtp.eu.appsuite.cloud",
  "smtp.us.appsuite.cloud mbox.iijmio-mail.jp",
];
/** From the provider database of a chat-over-mail client, same month. */
const PROVIDER_DB = [
  "smtp.migadu.com disroot.org smtp.naver.com mail.ecloud.global nine.testrun.org",
];
/** Documented by their operators for years; taken from general knowledge, not re-read. */
const WELL_KNOWN = [
  "smtp.gmail.com smtp.mail.yahoo.com smtp.aol.com smtp.fastmail.com smtp.mailbox.org",
  "smtp.ionos.com smtp.ionos.de smtp.orange.fr smtp.free.fr smtp.bluewin.ch",
  "smtp.sendgrid.net smtp.mailgun.org in-v3.mailjet.com smtp-relay.brevo.com",
];
/** Regions of a relay whose host names follow email-smtp.<region>.amazonaws.com. */
const SES_REGIONS = "us-east-1 us-east-2 us-west-2 eu-west-1 eu-central-1 ap-southeast-2";

function rows(blocks: readonly string[], source: string): string[] {
  return blocks.flatMap((block) =>
    block.split(" ").map((host) => `${host} 587 smtp ${source} 2026-03`),
  );
}

export const SUBMISSION: readonly string[] = [
  ...rows(ISPDB, "ispdb"),
  ...rows(PROVIDER_DB, "provider-db"),
  "smtp.nauta.cu 25 smtp provider-db 2026-03",
  ...rows(WELL_KNOWN, "operator"),
  ...rows(
    SES_REGIONS.split(" ").map((region) => `email-smtp.${region}.amazonaws.com`),
    "operator",
  ),
];
