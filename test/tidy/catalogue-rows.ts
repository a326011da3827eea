// The rows of the judge's evidence catalogue, read from its built module as the host reads it.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { instantiateSync } from "as-bind/dist/as-bind.cjs.js";
import { ROOT } from "./source.ts";

export interface MailRow {
  readonly name: string;
  /** P S M w W C I. */
  readonly strength: string;
  readonly side: string;
  readonly about: string;
  /** It does not explain a missing offer. */
  readonly beside: boolean;
  readonly sentence: string;
}

export interface SegmentRow {
  readonly name: string;
  readonly family: string;
  readonly about: string;
  readonly sentence: string;
}

export interface Rows {
  readonly mail: readonly MailRow[];
  readonly segment: readonly SegmentRow[];
}

type Ask = (name?: string) => unknown;

/** Every row, in the order of the catalogue. Needs build/judge.wasm. */
export function judgeRows(): Rows {
  const { exports } = instantiateSync(readFileSync(join(ROOT, "build/judge.wasm")), {});
  // The seam: as-bind gives untyped functions.
  const ask = (question: string) => exports[question] as Ask;
  const text = (question: string, name: string) => String(ask(question)(name));
  return {
    mail: (ask("mailNames")() as string[]).map((name) => ({
      name,
      strength: text("mailClass", name),
      side: text("mailOrigin", name),
      about: text("mailAbout", name),
      beside: Boolean(ask("standsBeside")(name)),
      sentence: text("mailSentence", name),
    })),
    segment: (ask("segmentNames")() as string[]).map((name) => ({
      name,
      family: text("segmentFamily", name),
      about: text("segmentAbout", name),
      sentence: text("segmentSentence", name),
    })),
  };
}
