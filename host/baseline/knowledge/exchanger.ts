// Mail exchangers (port 25) that offer STARTTLS, and fronts that greet for many operators.
// Line: host or *.suffix, port, dialect, source, month. `eff-list` is the policy list of STARTTLS Everywhere
// (github.com/EFForg/starttls-everywhere, policy.json of 2020-05-20, its last). A source so old counts half.

/** Exchangers named in policies of that list. */
const EXCHANGERS = [
  "gmail-smtp-in.l.google.com *.gmail-smtp-in.l.google.com aspmx.l.google.com",
  "*.aspmx.l.google.com *.mail.protection.outlook.com *.olc.protection.outlook.com",
  "*.am0.yahoodns.net mx1.comcast.net mx2.comcast.net *.mail.icloud.com",
  "mail.protonmail.ch mailsec.protonmail.ch",
];

export const EXCHANGER: readonly string[] = EXCHANGERS.flatMap((block) =>
  block.split(" ").map((host) => `${host} 25 smtp eff-list 2020-05`),
);

/**
 * Greeting hosts by which many operators' servers are known: one front there is no proxy. A list to stay
 * silent by, from general knowledge of hosted mail; no row of it can add evidence.
 */
export const SHARED_FRONTS: readonly string[] = [
  "*.google.com",
  "*.outlook.com",
  "*.yahoo.com",
  "*.yahoodns.net",
  "*.icloud.com",
  "*.pphosted.com",
  "*.mimecast.com",
  "*.messagelabs.com",
  "*.barracudanetworks.com",
  "*.hornetsecurity.com",
  "*.antispamcloud.com",
  "*.kundenserver.de",
  "*.ovh.net",
  "*.secureserver.net",
  "*.zoho.com",
];
