// What tshark's own dissectors say of the mail dialogs of a capture: was the upgrade offered, was it
// requested, and in which frame. A second opinion written by other people; it judges nothing.
// RFC 3207 §4 (SMTP), RFC 2595 §3 and §4 (IMAP, POP3).

import { spawnSync } from "node:child_process";
import type { Dialect } from "../../host/ground/dialect.ts";

/** The Debian package that has it. */
export const ORACLE_PACKAGES = ["tshark"];

/** One dialog in the dissectors' eyes: the first frame of each, null when there is none. */
export interface Opinion {
  offered: number | null;
  requested: number | null;
}

const FIELDS = [
  "frame.number",
  "ip.src",
  "ipv6.src",
  "tcp.srcport",
  "ip.dst",
  "ipv6.dst",
  "tcp.dstport",
  "smtp.response.code",
  "smtp.rsp.parameter",
  "smtp.command_line",
  "imap.line",
  "pop.response.indicator",
  "pop.request.command",
  "tcp.payload",
] as const;
const DISSECTOR: Readonly<Record<Dialect, string>> = { smtp: "smtp", imap: "imap", pop3: "pop" };
/** Between the values of one field; no mail line holds it. */
const BETWEEN = "\x1f";
const STLS_LINE = Buffer.from("\r\nSTLS\r\n").toString("hex");
const OUTPUT_MAX = 64 * 1024 * 1024;

type Fields = Readonly<Record<(typeof FIELDS)[number], string>>;

/** Opinions by `CLIENT SERVER`, each `ADDRESS:PORT`. `ports` says which port speaks what. */
export function opinionsOf(
  path: string,
  ports: ReadonlyMap<number, Dialect>,
): Map<string, Opinion> {
  const decode = [...ports].flatMap(([port, dialect]) => [
    "-d",
    `tcp.port==${port},${DISSECTOR[dialect]}`,
  ]);
  const shown = ["-Y", "smtp || imap || pop", "-T", "fields", "-E", `aggregator=${BETWEEN}`];
  const args = ["-n", "-r", path, ...decode, ...shown, ...FIELDS.flatMap((field) => ["-e", field])];
  const { stdout, error } = spawnSync("tshark", args, {
    encoding: "latin1",
    maxBuffer: OUTPUT_MAX,
  });
  if (error !== undefined) throw error;
  const opinions = new Map<string, Opinion>();
  for (const row of stdout.split("\n").filter((each) => each !== "")) {
    const values = row.split("\t");
    const fields = Object.fromEntries(FIELDS.map((field, n) => [field, values[n] ?? ""])) as Fields;
    note(opinions, fields, ports);
  }
  return opinions;
}

/** Innermost address and port: tunnels repeat the fields, outermost first. */
function endpoint(ip4: string, ip6: string, port: string): string {
  const last = (text: string): string => text.split(BETWEEN).at(-1) ?? "";
  return ip4 === "" ? `[${last(ip6)}]:${last(port)}` : `${last(ip4)}:${last(port)}`;
}

function note(
  opinions: Map<string, Opinion>,
  fields: Fields,
  ports: ReadonlyMap<number, Dialect>,
): void {
  const source = endpoint(fields["ip.src"], fields["ipv6.src"], fields["tcp.srcport"]);
  const target = endpoint(fields["ip.dst"], fields["ipv6.dst"], fields["tcp.dstport"]);
  const toServer = ports.has(Number(fields["tcp.dstport"]));
  const key = toServer ? `${source} ${target}` : `${target} ${source}`;
  const opinion = opinions.get(key) ?? { offered: null, requested: null };
  opinions.set(key, opinion);
  const frame = Number(fields["frame.number"]);
  if (!toServer && offers(fields)) opinion.offered ??= frame;
  if (toServer && requests(fields)) opinion.requested ??= frame;
}

function offers(fields: Fields): boolean {
  const keywords = fields["smtp.rsp.parameter"].split(BETWEEN);
  const listed = fields["smtp.response.code"].split(BETWEEN).includes("250");
  if (listed && keywords.some((word) => /^STARTTLS\b/i.test(word))) return true;
  const capability = /(?:^\* |\[)CAPABILITY [^\]]*\bSTARTTLS\b/i;
  if (fields["imap.line"].split(BETWEEN).some((line) => capability.test(line))) return true;
  // No field holds the lines of a POP3 list, only the octets do.
  return fields["pop.response.indicator"] === "+OK" && fields["tcp.payload"].includes(STLS_LINE);
}

function requests(fields: Fields): boolean {
  const commands = fields["smtp.command_line"].split(BETWEEN);
  if (commands.some((line) => /^STARTTLS\b/i.test(line))) return true;
  const lines = fields["imap.line"].split(BETWEEN);
  if (lines.some((line) => /^\S+ STARTTLS\b/i.test(line))) return true;
  return fields["pop.request.command"].split(BETWEEN).some((word) => /^STLS$/i.test(word));
}
