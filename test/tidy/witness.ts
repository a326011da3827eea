// Which scenario shows an evidence name, and which comes close and stays without it.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Scenario } from "../scenario/language/scenario.ts";
import { ROOT } from "./source.ts";

/** Evidence names a scenario's result shows. */
export function shownBy(scenario: Scenario): Set<string> {
  const lines = scenario.expected?.flows ?? [];
  return new Set(lines.flatMap((line) => (line.split(" ")[6] ?? "-").split(",")));
}

/** Names of an enumeration of assembly sources, in kebab-case. */
export function memberNames(path: string, enumeration: string): string[] {
  const text = readFileSync(join(ROOT, path), "utf8");
  const body = new RegExp(`export enum ${enumeration} \\{([^}]*)\\}`).exec(text)?.[1] ?? "";
  const plain = body.replace(/\/\*[\s\S]*?\*\//g, "").replace(/\/\/.*$/gm, "");
  return plain
    .split(",")
    .map((member) => member.trim().replace(/\s*=.*$/, ""))
    .filter((member) => member !== "")
    .map(kebab);
}

function kebab(member: string): string {
  return member.replace(/(?<!^)[A-Z]|(?<!\d)\d{2,}/g, (part) => `-${part}`).toLowerCase();
}
