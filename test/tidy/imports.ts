// Imports held to the table: every file has a layer, imports point down, nothing goes both ways, and the
// table itself names only what stands further down. Each rule takes the sources and the table it is asked of.

import type { ImportLayer } from "./import-table.ts";
import { importsOf, type Source } from "./source.ts";

type Table = readonly ImportLayer[];

export function layerOf(path: string, table: Table): ImportLayer | undefined {
  return table.find((layer) => layer.files.test(path));
}

/** Layers a layer may import, its own left out. */
export function below(layer: ImportLayer, table: Table): ImportLayer[] {
  const lower = table.slice(table.indexOf(layer) + 1);
  if (layer.may !== "*") return lower.filter(({ name }) => layer.may.includes(name));
  return layer.part === "tests" ? lower : lower.filter(({ part }) => part === layer.part);
}

/** Names a row gives that do not stand further down: with none, imports cannot go round in a circle. */
export function upwardRows(table: Table): string[] {
  return table.flatMap((layer) => {
    const lower = new Set(below(layer, table).map(({ name }) => name));
    const named = layer.may === "*" ? [] : layer.may;
    return named.filter((name) => !lower.has(name)).map((name) => `${layer.name} names ${name}`);
  });
}

/** Imports that the table does not allow, and files without a layer. */
export function upwardImports(sources: readonly Source[], table: Table): string[] {
  return sources.flatMap((source) => {
    const layer = layerOf(source.path, table);
    if (layer === undefined) return [`${source.path} belongs to no layer`];
    const allowed = new Set([layer, ...below(layer, table)]);
    return importsOf(source)
      .filter((target) => {
        const other = layerOf(target, table);
        return other === undefined || !allowed.has(other);
      })
      .map((target) => `${source.path} (${layer.name}) imports ${target}`);
  });
}

/** Every file a file leads to, in any number of steps; itself only when a circle leads back. */
function reach(from: string, targets: ReadonlyMap<string, readonly string[]>): Set<string> {
  const reached = new Set(targets.get(from) ?? []);
  for (const path of reached) for (const target of targets.get(path) ?? []) reached.add(target);
  return reached;
}

/** Files that lead back to themselves, by whatever way. */
export function circles(sources: readonly Source[]): string[] {
  const targets = new Map(sources.map((source) => [source.path, importsOf(source)]));
  return sources.map(({ path }) => path).filter((path) => reach(path, targets).has(path));
}
