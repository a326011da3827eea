// What the judge and the host ask of the evidence catalogue: what each name is worth, where it was made,
// what it is about and what is said of it. One row a name, in mail-catalogue.ts and segment-catalogue.ts;
// a name without a row is worth nothing, and the host refuses an inspector that exports one.

import { MAIL_ROWS } from "./mail-catalogue";
import { BESIDE, MailRow, SegmentRow } from "./row";
import { SEGMENT_ROWS } from "./segment-catalogue";

const mail = new Map<string, MailRow>();
for (let i = 0; i < MAIL_ROWS.length; i++) mail.set(MAIL_ROWS[i].name, MAIL_ROWS[i]);
const segment = new Map<string, SegmentRow>();
for (let i = 0; i < SEGMENT_ROWS.length; i++) segment.set(SEGMENT_ROWS[i].name, SEGMENT_ROWS[i]);

/** Every mail evidence name, in the order in which one is preferred to be said. */
export function mailNames(): string[] {
  return MAIL_ROWS.map<string>((row: MailRow) => row.name);
}

/** Every segment evidence name, in the order in which one is preferred to be said. */
export function segmentNames(): string[] {
  return SEGMENT_ROWS.map<string>((row: SegmentRow) => row.name);
}

/** Class of a mail evidence name (`P` `S` `M` `w` `W` `C` `I`), or the empty string when it has no row. */
export function mailClass(name: string): string {
  return mail.has(name) ? mail.get(name).strength : "";
}

/** Who made it: `server` `client` `behind` (the tap) `nowhere`. */
export function mailOrigin(name: string): string {
  return mail.has(name) ? mail.get(name).side : "";
}

/** What it is about: `list` `mask` `offer` `banner` `command` `upgrade` `clear` `view` `session`. */
export function mailAbout(name: string): string {
  return mail.has(name) ? mail.get(name).about : "";
}

/** True when a missing offer is not explained by it. */
export function standsBeside(name: string): bool {
  return mail.has(name) && mail.get(name).explains == BESIDE;
}

/** What is said of it, with `{key}` for the facts; empty when it stands in no verdict. */
export function mailSentence(name: string): string {
  return mail.has(name) ? mail.get(name).sentence : "";
}

/** Family of a segment evidence name, or the empty string when it has no row. */
export function segmentFamily(name: string): string {
  return segment.has(name) ? segment.get(name).family : "";
}

/** What it is about: `reset` `segment` `either` `connection`. */
export function segmentAbout(name: string): string {
  return segment.has(name) ? segment.get(name).about : "";
}

/** What is said of it, with `{key}` for the facts; empty when it is only a likeness or not said. */
export function segmentSentence(name: string): string {
  return segment.has(name) ? segment.get(name).sentence : "";
}
