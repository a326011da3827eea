// Turns the text of an OpenWrt UCI configuration file into sections with options and lists.
// Does not know which sections or options exist (schema.ts does), and writes nothing.
// Read OpenWrt's guide on the UCI file syntax. One departure: a quote must end on its line.

import { EXIT, HostError } from "../ground/errors.ts";

/** One option or list: its values in order, and the line of the last one. */
export interface UciOption {
  readonly values: readonly string[];
  readonly isList: boolean;
  readonly line: number;
}

/** One section: `config TYPE 'NAME'`; `name` is null where the file gives none. */
export interface UciSection {
  readonly type: string;
  readonly name: string | null;
  readonly line: number;
  readonly options: ReadonlyMap<string, UciOption>;
}

interface OpenSection extends UciSection {
  readonly options: Map<string, UciOption>;
}

function fail(path: string, line: number, sentence: string): never {
  throw new HostError(EXIT.config, `${path}, line ${line}: ${sentence}.`);
}

/** One word of a line and where the next begins, or null at the end or at a comment. */
function readWord(text: string, from: number): { word: string; next: number } | string | null {
  let at = from;
  while (at < text.length && /\s/.test(text.charAt(at))) at++;
  if (at >= text.length || text[at] === "#") return null;
  let word = "";
  while (at < text.length && !/[\s#]/.test(text.charAt(at))) {
    const mark = text.charAt(at);
    if (mark !== "'" && mark !== '"') {
      if (mark === "\\") at++;
      word += text.charAt(at);
      at++;
      continue;
    }
    at++;
    while (at < text.length && text[at] !== mark) {
      if (mark === '"' && text[at] === "\\") at++; // nothing is special between single quotes
      word += text.charAt(at);
      at++;
    }
    if (at >= text.length) return `the quote ${mark} is not closed on this line`;
    at++;
  }
  return { word, next: at };
}

function words(text: string, path: string, line: number): string[] {
  const found: string[] = [];
  for (let at = 0; ; ) {
    const step = readWord(text, at);
    if (step === null) return found;
    if (typeof step === "string") return fail(path, line, step);
    found.push(step.word);
    at = step.next;
  }
}

const IDENTIFIER = /^[A-Za-z0-9_]+$/;
const TYPE = /^[A-Za-z0-9_-]+$/;

/** Sections of the same type and name are one section, as UCI has it. */
function openSection(sections: OpenSection[], type: string, name: string | null, line: number) {
  const same = sections.find((s) => name !== null && s.type === type && s.name === name);
  if (same) return same;
  const section: OpenSection = { type, name, line, options: new Map() };
  sections.push(section);
  return section;
}

/**
 * Parses a file's text; `path` is only named in errors. A later `option` of one name replaces
 * the earlier one, a later `list` adds to it. Throws HostError 78 naming path and line.
 */
export function parseUci(text: string, path: string): UciSection[] {
  const sections: OpenSection[] = [];
  let current: OpenSection | null = null;
  text.split(/\r?\n/).forEach((content, index) => {
    const line = index + 1;
    const [keyword, first, second, ...rest] = words(content, path, line);
    if (keyword === undefined) return;
    if (keyword === "package" && first !== undefined && second === undefined) return;
    if (rest.length > 0) fail(path, line, `"${rest[0]}" is one word too many; quote values`);
    if (keyword === "config") {
      if (first === undefined || !TYPE.test(first)) fail(path, line, 'expected "config TYPE"');
      if (second !== undefined && !IDENTIFIER.test(second)) {
        fail(path, line, `a section name is made of letters, digits and _, not "${second}"`);
      }
      current = openSection(sections, first, second ?? null, line);
      return;
    }
    if (keyword !== "option" && keyword !== "list") {
      fail(path, line, `expected config, option or list, not "${keyword}"`);
    }
    if (first === undefined || second === undefined || !IDENTIFIER.test(first)) {
      fail(path, line, `expected "${keyword} NAME 'VALUE'"`);
    }
    if (current === null) fail(path, line, `"${keyword} ${first}" comes before any "config" line`);
    addValue(current, first, second, { line, isList: keyword === "list" });
  });
  return sections;
}

function addValue(
  section: OpenSection,
  name: string,
  value: string,
  how: { line: number; isList: boolean },
): void {
  const before = how.isList ? (section.options.get(name)?.values ?? []) : [];
  section.options.set(name, { values: [...before, value], ...how });
}
