// One exported name, one meaning: a name that two files of one module export is two things a reader takes
// for one. Re-exports are the same thing handed on.

import { codeText, type Source } from "./source.ts";

const EXPORTED =
  /^export (?:declare |abstract )?(?:const enum|const|let|function|class|enum|interface|type) (\w+)/gm;

/** Names with two meanings that may stay, with the reason. */
export type Reasons = Readonly<Record<string, string>>;

/** Exported names that stand in more than one of the sources, which are those of one module. */
export function sharedNames(module: readonly Source[], allowed: Reasons): string[] {
  const places = new Map<string, string[]>();
  for (const source of module) {
    for (const [, name = ""] of codeText(source).matchAll(EXPORTED)) {
      places.set(name, [...(places.get(name) ?? []), source.path]);
    }
  }
  return [...places]
    .filter(([name, paths]) => paths.length > 1 && !(name in allowed))
    .map(([name, paths]) => `${name}: ${paths.join(", ")}`);
}
