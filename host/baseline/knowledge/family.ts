// Operators whose mail servers are known to be none of the programs whose words the inspector can tell
// (Postfix, Sendmail): such words from them are another server's.
// Line: host or *.suffix, its own family, source, month. The source shows an answer of theirs.

export const FAMILY: readonly string[] = [
  // github.com/virtualzone/tubewarder/issues/29: "530 5.7.0 Must issue a STARTTLS command first. … - gsmtp"
  "*.google.com google tubewarder-29 2016-10",
  "*.gmail.com google tubewarder-29 2016-10",
  // github.com/splitbrain/dokuwiki-plugin-smtp/issues/24: "Microsoft ESMTP MAIL Service ready",
  // then "500 5.3.3 Unrecognized command"
  "*.outlook.com exchange dokuwiki-smtp-24 2018-09",
  "*.office365.com exchange dokuwiki-smtp-24 2018-09",
];
