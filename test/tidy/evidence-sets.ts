// The sets of evidence names that the inspector asks for, as the source that is made from the rows of the
// judge's catalogue: which names do not explain a missing offer, and which belong to one family.
// `make tables` writes it; a test holds the written file against it.

import { judgeRows } from "./catalogue-rows.ts";
import { memberNames } from "./witness.ts";

export const SETS_FILE = "assembly/inspector/finding/sets.ts";
const NAMES_FILE = "assembly/inspector/finding/evidence.ts";
/** Said by the host of several connections: nothing the inspector sees. */
const HOST_ONLY = ["comparison"];

const HEAD = `// Sets of evidence names, one bit a name. Made from the rows of assembly/judge/mail-catalogue.ts and
// assembly/judge/segment-catalogue.ts by \`make tables\`: change those.

import { MailEvidence, SegmentEvidence } from "./evidence";
`;

function memberOf(name: string): string {
  return name.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function set(name: string, enumeration: string, names: readonly string[]): string {
  const bits = names.map((each) => `(<u64>1 << ${enumeration}.${memberOf(each)})`);
  return `export const ${name}: u64 =\n  ${bits.join(" |\n  ")};\n`;
}

/** The text of assembly/inspector/finding/sets.ts as the catalogue has it now. */
export function evidenceSets(): string {
  const rows = judgeRows();
  const mail = memberNames(NAMES_FILE, "MailEvidence");
  const segment = memberNames(NAMES_FILE, "SegmentEvidence");
  const besides = new Set(rows.mail.filter(({ beside }) => beside).map(({ name }) => name));
  const beside = mail.filter((name) => besides.has(name));
  const familyOf = new Map(rows.segment.map(({ name, family }) => [name, family]));
  const families = [...new Set(familyOf.values())].filter((family) => !HOST_ONLY.includes(family));
  const sets = families.sort().map((family) => {
    const names = segment.filter((name) => familyOf.get(name) === family);
    return set(family.toUpperCase(), "SegmentEvidence", names);
  });
  const besideSet = set("BESIDE", "MailEvidence", beside);
  return [
    `${HEAD}\n/** They do not explain a missing offer. */\n${besideSet}`,
    `\n/** Families of segment evidence. */\n${sets.join("\n")}`,
  ].join("");
}
