// Declarations nobody reads: exports that no other file imports, constants that are never used or only
// ever set, members of enumerations and fields that are never read. Text only, so it errs on the quiet side.

import { codeText, importedNames, type Source } from "./source.ts";

/** What may stand unread, with the reason. `path NAME`. */
export type Reasons = Readonly<Record<string, string>>;

const DECLARED =
  /^(export )?(?:declare |abstract )?(const enum|const|let|function|class|enum|interface|type) (\w+)/gm;
const ENUMERATION = /^(?:export )?(?:const )?enum (\w+) \{([^}]*)\}/gm;
const CLASS_FIELD = /^ {2}(?:readonly |private |public )*(\w+)\??: [^()=]*;$/gm;
const IMPORTS = /^(?:import|export)\b[^;"]*?\bfrom\s+"[^"]*";|^import\s+"[^"]*";/gm;

interface Code {
  readonly path: string;
  /** Code without comments, imports and re-exports. */
  readonly text: string;
}

function words(text: string): Map<string, number> {
  const count = new Map<string, number>();
  for (const [word] of text.matchAll(/\w+/g)) count.set(word, (count.get(word) ?? 0) + 1);
  return count;
}

/** Times `name` stands where it is not merely set or cleared as a flag. */
function reads(text: string, name: string): number {
  const mentions = [...text.matchAll(new RegExp(`\\b${name}\\b`, "g"))].length;
  const sets = [...text.matchAll(new RegExp(`\\.(?:set|clear)\\(${name}\\)`, "g"))].length;
  return mentions - sets;
}

function unreadTop(code: Code, all: readonly Code[], imported: ReadonlySet<string>): string[] {
  return [...code.text.matchAll(DECLARED)].flatMap(([, exported, kind = "", name = ""]) => {
    const isImported = imported.has(`${code.path} ${name}`);
    const isShape = kind === "interface" || kind === "type";
    // The shape of what a function takes or gives may be spoken of without being named elsewhere.
    if (exported === undefined || (isShape && !isImported)) {
      return reads(code.text, name) > 1 ? [] : [`${code.path} ${name}`];
    }
    if (!isImported) return [`${code.path} ${name}`];
    const others = all.some((other) => reads(other.text, name) > (other === code ? 1 : 0));
    return others ? [] : [`${code.path} ${name}`];
  });
}

function unreadMembers(
  code: Code,
  everything: ReadonlyMap<string, number>,
  texts: string,
): string[] {
  const members = [...code.text.matchAll(ENUMERATION)].flatMap(([, name = "", body = ""]) => {
    if (new RegExp(`\\b${name}\\[|: ${name}\\b.*=>`).test(texts)) return [];
    return [...body.matchAll(/^\s*(\w+)/gm)].flatMap(([, member = ""]) =>
      texts.includes(`${name}.${member}`) ? [] : [`${code.path} ${name}.${member}`],
    );
  });
  const fields = [...code.text.matchAll(CLASS_FIELD)].flatMap(([, field = ""]) =>
    (everything.get(field) ?? 0) > 1 ? [] : [`${code.path} ${field}`],
  );
  return [...members, ...fields];
}

/**
 * What the product declares and nobody reads. `readers` are all sources that may read it, the product
 * among them; `entries` are read from outside by name.
 */
export function unread(
  product: readonly Source[],
  readers: readonly Source[],
  entries: readonly string[],
  allowed: Reasons,
): string[] {
  const strip = (source: Source): Code => ({
    path: source.path,
    text: codeText(source).replace(IMPORTS, ""),
  });
  const all = readers.map(strip);
  const imported = new Set(readers.flatMap(importedNames));
  const everything = words(readers.map(({ text }) => text).join("\n"));
  const texts = all.map(({ text }) => text).join("\n");
  // An entry hands its enumerations and functions out: whoever loads the module reads them by name.
  const handedOut = new Set(
    readers.filter(({ path }) => entries.includes(path)).flatMap(importedNames),
  );
  const isHandedOut = (problem: string): boolean => handedOut.has(problem.replace(/\.\w+$/, ""));
  return product
    .filter(({ path }) => !entries.includes(path) && !path.endsWith(".d.ts"))
    .map((source) => all.find(({ path }) => path === source.path))
    .flatMap((code) =>
      code === undefined
        ? []
        : [...unreadTop(code, all, imported), ...unreadMembers(code, everything, texts)],
    )
    .filter((problem) => !(problem in allowed) && !isHandedOut(problem));
}
