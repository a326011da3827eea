// A kind and a seed → a capture file and its truth file in build/bench, the same octets every time:
//   tsx test/bench/traffic.ts mixed | small | planted | minimum | growth [--flows N] [--frames N] [--seed N]
// An existing capture with the same heading is kept. Nothing here sends or receives anything.

import { existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { CaptureFile } from "./traffic/capture-file.ts";
import { ciphertext } from "./traffic/ciphertext.ts";
import { growth, minimum, mixed, planted, small } from "./traffic/kind.ts";
import { Random } from "./traffic/random.ts";
import type { Scene } from "./traffic/scene.ts";
import { Timeline } from "./traffic/timeline.ts";
import { type Heading, Truth } from "./traffic/truth.ts";

/** Raised whenever the generators write other octets than before. */
const GENERATOR = 5;
const DEFAULT_SEED = 20260101;
export const FOLDER = fileURLToPath(new URL("../../build/bench/", import.meta.url));

export interface Made {
  readonly capture: string;
  readonly truth: string;
  readonly heading: Heading;
}

const KINDS = {
  mixed: { play: mixed, frames: 1_000_000, flows: 0 },
  small: { play: small, frames: 5_000_000, flows: 200_000 },
  planted: { play: planted, frames: 300_000, flows: 0 },
  minimum: { play: minimum, frames: 2_000_000, flows: 50_000 },
  growth: { play: growth, frames: 2_000_000, flows: 100_000 },
} as const;

export type Kind = keyof typeof KINDS;

export interface Wish {
  readonly flows?: number;
  readonly frames?: number;
  readonly seed?: number;
}

/** Makes a capture, or finds the one made before. */
export function make(kind: Kind, wish: Wish = {}): Made {
  const { play, ...usual } = KINDS[kind];
  const seed = wish.seed ?? DEFAULT_SEED;
  const frames = wish.frames ?? usual.frames;
  const flows = wish.flows ?? usual.flows;
  const name = kind === "growth" ? `growth-${flows}` : kind;
  const asked = { capture: kind, generator: GENERATOR, seed, frames, flows };
  mkdirSync(FOLDER, { recursive: true });
  const capture = join(FOLDER, `${name}.pcap`);
  const truth = join(FOLDER, `${name}.truth.jsonl`);
  const before = headingOf(truth);
  if (existsSync(capture) && before && same(before, asked)) {
    return { capture, truth, heading: before };
  }
  const random = new Random(seed);
  const file = new CaptureFile(`${capture}.part`, frames);
  const scene: Scene = {
    capture: file,
    timeline: new Timeline(file),
    random,
    cipher: ciphertext(random),
    truth: new Truth(),
    attacked: 0,
  };
  play(scene, flows);
  scene.timeline.run();
  file.close();
  renameSync(`${capture}.part`, capture);
  const heading: Heading = { ...asked, frameOctets: file.frameOctets };
  scene.truth.write(truth, heading);
  return { capture, truth, heading };
}

function headingOf(truth: string): Heading | null {
  if (!existsSync(truth)) return null;
  const [first] = readFileSync(truth, "utf8").split("\n", 1);
  return first ? JSON.parse(first) : null;
}

function same(before: Heading, asked: Omit<Heading, "frameOctets">): boolean {
  return (
    JSON.stringify({ ...before, frameOctets: 0 }) === JSON.stringify({ ...asked, frameOctets: 0 })
  );
}

function isKind(word: string | undefined): word is Kind {
  return word !== undefined && Object.hasOwn(KINDS, word);
}

function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { flows: { type: "string" }, frames: { type: "string" }, seed: { type: "string" } },
  });
  const kind = positionals[0];
  if (!isKind(kind)) {
    process.stderr.write(`traffic.ts: a kind is needed: ${Object.keys(KINDS).join(", ")}\n`);
    process.exitCode = 64;
    return;
  }
  const wish = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, Number(value)]),
  );
  const { capture, heading } = make(kind, wish);
  const mean = (heading.frameOctets / heading.frames).toFixed(1);
  process.stdout.write(
    `${`${capture}: ${heading.frames} frames, ${mean} octets each on average`}\n`,
  );
}

if (fileURLToPath(import.meta.url) === argv[1]) main();
