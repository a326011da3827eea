// Every mail dialog of the private corpus against its labels, against what its file's name says was
// done to it, and against a second opinion (tshark). What differs is listed row by row, with the
// reason; a row that no longer differs must leave its list.

import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Dialect } from "../../host/ground/dialect.ts";
import { needs } from "../lab/package.ts";
import { type Dialog, dialogsOf } from "./dialog.ts";
import { ORACLE_PACKAGES, opinionsOf } from "./oracle.ts";
import { corpusPath } from "./place.ts";

const PATIENCE_MS = 600_000;
const TAMPERING = ["suspect", "likely", "proven"];

/** Rows whose label is not what the product must say: file, what differs, why. */
const UNLIKE_LABEL: readonly (readonly [file: string, what: string, why: string])[] = [
  [
    "nfstream__pcaps__zoom.pcap",
    "no dialog",
    "two records of a client, mid-stream and without a handshake: ciphertext, not a dialog",
  ],
  ["nDPI__zoom.pcapng", "no dialog", "the same connection in another file"],
  [
    "zeek__http__connect-with-smtp.pcap",
    "no dialog",
    "SMTP inside an HTTP CONNECT on port 8240: the first octets are HTTP (RFC 9110 §9.3.6)",
  ],
  [
    "suricata-verify__detect-email-received__input.pcap",
    "list ",
    "the EHLO reply is one line 250-, then the client goes on: an empty list (RFC 5321 §4.2.1)",
  ],
  [
    "suricata-verify__smtp-bug-6053__input.pcap",
    "list ",
    "the same EHLO reply of one line 250-: an empty list (RFC 5321 §4.2.1)",
  ],
  [
    "suricata-verify__smtp-errors__smtperr.pcap",
    "tls no, label True",
    "the hello on 465 is answered in clear, 402 in frame 153: no TLS came of it (RFC 8314 §3.3)",
  ],
  [
    "suricata-verify__smtp-tls-protodetect__input.pcap",
    "tls no, label True",
    "the hello on 465 is answered in clear, 220 in frame 6: no TLS came of it (RFC 8314 §3.3)",
  ],
];

/** The one real capture of a rewritten list. */
const REWRITTEN = "suricata-verify__smtp-extract-url-schemes__input.pcap";

/** What the name of each lab capture says was done to it, as the flow lines must show it. */
const LAB: Readonly<Record<string, readonly string[]>> = {
  "imap-masked-login-clear.pcap": ["likely critical cap-masked clear-auth"],
  "imap-starttls-ok.pcap": ["none info tls-ok"],
  "pop3-stls-ok.pcap": ["none info tls-ok"],
  // Deletion at first sight is what a server without TLS looks like: absence proves nothing.
  "pop3-stripped-login-clear.pcap": ["none notice clear-auth never-offered"],
  "smtp-deleted-fallback-clear.pcap": ["none info clear-mail never-offered"],
  "smtp-server-truly-no-starttls.pcap": ["none info clear-mail never-offered"],
  "smtp-454-refused-fallback-clear.pcap": ["suspect notice clear-mail starttls-temp"],
  "smtp-asa-mask-fallback-clear.pcap": [
    "likely warning banner-masked cap-masked clear-mail",
    "likely warning banner-masked cap-masked",
  ],
  "smtp-noop-pix-fallback-clear.pcap": ["likely warning banner-masked clear-mail ehlo-nooped"],
  "smtp-response-injection.pcap": ["likely warning inject-s2c tls-ok"],
  "smtp-rst-on-clienthello.pcap": ["suspect notice rst-at-starttls"],
  "smtp-starttls-ok-1byte-segments.pcap": ["none info tls-ok"],
  "smtp587-deleted-530-must-starttls.pcap": ["likely warning tls-demanded"],
};

/** Dialogs typed at real servers to see their answers, masks and injections among them. */
const TYPED = "_postfix-dovecot-raw-dialogs.pcap";
const TYPED_TAMPERING = [
  "127.0.0.1:25 proven cmd-masked cmd-odd",
  "127.0.0.2:143 proven clear-auth cmd-masked inject-c2s",
  "127.0.0.1:143 likely inject-c2s",
  "127.0.0.1:143 likely inject-c2s",
  "127.0.0.1:110 likely inject-c2s",
];

/** Where tshark's dissectors see something else: file, server, ours and theirs, frame, section. */
const UNLIKE_TSHARK: readonly string[] = [];

/** A row of the labels. */
interface Row {
  readonly file: string;
  readonly protocol: string;
  readonly client: string;
  readonly server: string;
  readonly offered: string;
  readonly requested: string;
  readonly hello: string;
}

function readRows(path: string): Row[] {
  const [head = "", ...lines] = readFileSync(path, "utf8").trimEnd().split("\n");
  const names = head.split("\t");
  return lines.map((line) => {
    const fields = line.split("\t");
    const field = (name: string): string => fields[names.indexOf(name)] ?? "";
    return {
      file: field("file"),
      protocol: field("protocol"),
      client: field("client"),
      server: field("server"),
      offered: field("starttls_offered"),
      requested: field("starttls_requested"),
      hello: field("tls_clienthello_after"),
    };
  });
}

/** How a dialog differs from its label; empty when it does not. */
function differences(row: Row, dialog: Dialog | undefined): string[] {
  if (dialog === undefined) return ["no dialog"];
  const { mail, finding, line } = dialog;
  const found: string[] = [];
  if (finding.application !== row.protocol) found.push(`application ${finding.application}`);
  if (row.offered === "None" && mail.offered !== null) found.push(`list ${mail.offered.join()}`);
  if (row.offered !== "None" && String(mail.tlsOffered) !== row.offered.toLowerCase()) {
    found.push(`offered ${mail.tlsOffered}, label ${row.offered}`);
  }
  if (row.requested !== "None" && String(mail.tlsRequested) !== row.requested.toLowerCase()) {
    found.push(`requested ${mail.tlsRequested}, label ${row.requested}`);
  }
  const tls = line.tls === "starttls" || line.tls === "implicit";
  if (String(tls) !== row.hello.toLowerCase()) found.push(`tls ${line.tls}, label ${row.hello}`);
  return found;
}

const told = ({ line }: Dialog): string =>
  [line.verdict, line.severity, ...line.evidence].filter((word) => word !== "").join(" ");

const labels = corpusPath("captures", "corpus", "MAIL.tsv");
const files = corpusPath("captures", "corpus", "files");
const lab = corpusPath("captures", "mail");

if (labels !== null && files !== null && lab !== null) {
  const rows = readRows(labels);
  const names = [...new Set(rows.map(({ file }) => file))];

  describe("corpus: mail captures", function () {
    this.timeout(PATIENCE_MS);
    const dialogs = new Map<string, Dialog[]>();

    before(async () => {
      for (const file of names) dialogs.set(file, await dialogsOf(join(files, file)));
      for (const file of readdirSync(lab)) dialogs.set(file, await dialogsOf(join(lab, file)));
    });

    it("agree with every label on offer, request and TLS, listed rows apart", () => {
      ok(rows.length > 100);
      const left = new Map([...dialogs].map(([file, some]) => [file, [...some]]));
      const found = rows.flatMap((row) => {
        const some = left.get(row.file) ?? [];
        const at = some.findIndex((one) => one.client === row.client && one.server === row.server);
        const [dialog] = at < 0 ? [] : some.splice(at, 1);
        return differences(row, dialog).map((what) => `${row.file}: ${what}`);
      });
      deepStrictEqual(found.sort(), UNLIKE_LABEL.map(([file, what]) => `${file}: ${what}`).sort());
    });

    it("raise nothing of suspect or more but in the one capture of a rewritten list", () => {
      const found = names.flatMap((file) =>
        (dialogs.get(file) ?? [])
          .filter(({ line }) => TAMPERING.includes(line.verdict))
          .map((dialog) => `${file}: ${told(dialog)}`),
      );
      deepStrictEqual(found, [
        `${REWRITTEN}: likely notice cap-masked cap-masked-other clear-mail`,
      ]);
    });

    it("of the lab are named exactly as their files' names say", () => {
      const found = Object.keys(LAB).map((file) => [file, (dialogs.get(file) ?? []).map(told)]);
      deepStrictEqual(Object.fromEntries(found), LAB);
      deepStrictEqual([...Object.keys(LAB), TYPED].sort(), readdirSync(lab).sort());
    });

    it("typed at real servers show the masks and injections that were typed, and no more", () => {
      const found = (dialogs.get(TYPED) ?? []).filter(({ line }) =>
        TAMPERING.includes(line.verdict),
      );
      deepStrictEqual(
        found.map(({ server, line }) => `${server} ${line.verdict} ${line.evidence.join(" ")}`),
        TYPED_TAMPERING,
      );
    });

    it("offer and request what tshark sees offered and requested, listed frames apart", function () {
      needs(this, { packages: ORACLE_PACKAGES });
      let compared = 0;
      const found: string[] = [];
      for (const [file, some] of dialogs) {
        const ports = new Map<number, Dialect>();
        for (const { finding } of some) {
          const { application, serverPort } = finding;
          if (application === "smtp" || application === "imap" || application === "pop3") {
            ports.set(serverPort, application);
          }
        }
        const opinions = opinionsOf(join(names.includes(file) ? files : lab, file), ports);
        for (const { client, server, mail } of some) {
          const { offered, requested } = opinions.get(`${client} ${server}`) ?? {
            offered: null,
            requested: null,
          };
          compared++;
          if (mail.tlsOffered !== (offered !== null)) {
            found.push(`${file} ${client} offered ${mail.tlsOffered}, tshark ${offered}`);
          }
          if (mail.tlsRequested !== (requested !== null)) {
            found.push(`${file} ${client} requested ${mail.tlsRequested}, tshark ${requested}`);
          }
        }
      }
      ok(compared > 120, `${compared} dialogs`);
      ok(UNLIKE_TSHARK.length <= 10);
      strictEqual(found.join("\n"), UNLIKE_TSHARK.join("\n"));
    });
  });
}
