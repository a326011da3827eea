// One seed → one mutated scenario through the inspector, twice, and what must hold whatever came:
// no trap, an answer in bounded time, every frame accounted for, findings that name frames which were
// fed, the same findings for another cut of the records and as ring blocks by the module without
// vectors, and no planted secret left in memory or told in a finding.

import { mkdirSync, writeFileSync } from "node:fs";
import { Drain } from "../../host/drain.ts";
import { HOME_DEFAULT } from "../../host/ground/address.ts";
import type { Finding } from "../../host/ground/finding.ts";
import { Inspector } from "../../host/inspector.ts";
import { encodeFrames } from "../scenario/language/encode.ts";
import { feed } from "../scenario/language/feed.ts";
import { linkType } from "../scenario/language/link.ts";
import type { Frame, Packet } from "../scenario/language/packet.ts";
import { encodePcap } from "../scenario/language/pcap.ts";
import { Random } from "../scenario/language/random.ts";
import type { Scenario } from "../scenario/language/scenario.ts";
import { asWritten, type Feed, TRANSFORMS, type Variant } from "../scenario/language/transform.ts";
import { mutate } from "./mutate.ts";

/** An input of a few hundred frames takes milliseconds; a walk that takes this long hangs. */
const WALK_MS_MAX = 5000;
/** Tables fill over many inputs of one instance, which is wanted; then a new one takes over. */
const INPUTS_PER_INSTANCE = 400;
/** Reasons of frames that were counted as segment or answer before they left. */
const COUNTED_TWICE = ["ok", "reset-no-flow", "dns-malformed"];

export interface Tally {
  inputs: number;
  frames: number;
  segments: number;
  dialogs: number;
  findings: number;
}

/** What broke, and where it was written down. */
export interface Crash {
  readonly seed: number;
  readonly scenario: string;
  readonly what: string;
  readonly file: string;
}

/** A row of inputs from consecutive seeds. */
export class Fuzzer {
  readonly tally: Tally = { inputs: 0, frames: 0, segments: 0, dialogs: 0, findings: 0 };
  readonly #modules: readonly [string, string];
  readonly #folder: string;
  readonly #scenarios: readonly Scenario[];
  #pair: { first: Inspector; second: Inspector } | null = null;

  /** `modules`: what is fed whole, and what must find the same in pieces. */
  constructor(parts: {
    modules: readonly [string, string];
    folder: string;
    scenarios: readonly Scenario[];
  }) {
    this.#modules = parts.modules;
    this.#folder = parts.folder;
    this.#scenarios = parts.scenarios;
  }

  /** Runs one seed; null when everything held. */
  run(seed: number): Crash | null {
    const random = new Random(seed);
    const scenario = random.pick(this.#scenarios);
    if (scenario === undefined) throw new Error("there is no scenario to start from");
    const variant = this.#variant(scenario, random);
    try {
      this.#check(variant, random);
      return null;
    } catch (error) {
      this.#pair = null; // nothing of it can be trusted now
      const what = error instanceof Error ? error.message : String(error);
      return { seed, scenario: scenario.path, what, file: this.#keep(seed, variant) };
    } finally {
      if (++this.tally.inputs % INPUTS_PER_INSTANCE === 0) this.#pair = null;
    }
  }

  /** The scenario told in a random way, then broken. */
  #variant(scenario: Scenario, random: Random): Variant {
    const base = asWritten(scenario);
    const transforms = TRANSFORMS.filter(({ name }) => name !== "cuts" && name !== "ring");
    const told = random.pick(transforms)?.variants(base, scenario) ?? [];
    const variant = (random.once(2) ? random.pick(told) : undefined) ?? base;
    return { ...variant, packets: mutate(variant.packets, random) };
  }

  #check(variant: Variant, random: Random): void {
    const [vectors, scalar] = this.#modules;
    this.#pair ??= { first: open(vectors), second: open(scalar) };
    const { first, second } = this.#pair;
    const whole: Feed = { kind: "records", littleEndian: true, nanoseconds: true };
    const cut: Feed = { kind: "cuts", seed: random.word(), pieceMax: 1 + random.below(400) };
    const ring: Feed = { kind: "ring", seed: random.word(), vlanInHeader: false };
    const a = this.#feed(first, { ...variant, feed: whole });
    const ringed = variant.layers[0]?.kind === "ethernet" && random.once(2) && hasHeaders(a.frames);
    const b = this.#feed(second, { ...variant, feed: ringed ? ring : cut });
    const [one, other] = [a, b].map(({ findings }) => findings.map(text).join("\n"));
    expect(one === other, `${ringed ? "ring blocks" : "cut records"} gave other findings`);
    checkFindings(a.findings, a.frames);
    checkSecrets(first, a.findings, variant.packets);
    this.tally.frames += a.frames.length;
    this.tally.findings += a.findings.length;
  }

  #feed(inspector: Inspector, variant: Variant): { findings: Finding[]; frames: readonly Frame[] } {
    const findings: Finding[] = [];
    const [counters, reasons] = [inspector.counters(), inspector.reasons()];
    const start = performance.now();
    inspector.setHome(variant.home.length === 0 ? HOME_DEFAULT : variant.home);
    const { frames } = feed(new Drain(inspector, (finding) => findings.push(finding)), variant);
    expect(performance.now() - start < WALK_MS_MAX, "the walk took longer than any walk may");
    const grown = (name: string): number => {
      return Number((inspector.counters().get(name) ?? 0n) - (counters.get(name) ?? 0n));
    };
    expect(
      grown("frames") === frames.length,
      `${frames.length} frames in, ${grown("frames")} read`,
    );
    const left = (name: string): number => {
      return Number((inspector.reasons().get(name) ?? 0n) - (reasons.get(name) ?? 0n));
    };
    const named = [...reasons.keys()].filter((name) => !COUNTED_TWICE.includes(name));
    const early = named.reduce((sum, name) => sum + left(name), 0);
    const rest = frames.length - grown("segments") - grown("dns-answers") - early;
    const most = variant.packets.filter(mayBeIcmp).length;
    expect(rest >= 0 && rest <= most, `${rest} frames have neither a segment nor a reason`);
    expect(inspector.flowsAlive === 0, `${inspector.flowsAlive} flows outlived their input`);
    if (variant.feed.kind === "records") {
      this.tally.segments += grown("segments");
      this.tally.dialogs += grown("dialogs");
    }
    return { findings, frames };
  }

  #keep(seed: number, variant: Variant): string {
    mkdirSync(this.#folder, { recursive: true });
    const file = `${this.#folder}/seed-${seed}.pcap`;
    const frames = encodeFrames(variant.packets, variant.layers);
    writeFileSync(file, encodePcap(frames, { linkType: linkType(variant.layers) }));
    return file;
  }
}

function open(module: string): Inspector {
  const inspector = Inspector.load(module);
  inspector.seed(0, 0);
  return inspector;
}

/** ICMP errors that were understood are the only frames without a counter of their own. */
function mayBeIcmp(packet: Packet): boolean {
  return packet.kind !== "tcp" || packet.corrupt.length > 0;
}

/** A ring never holds a frame without its whole link header. */
function hasHeaders(frames: readonly Frame[]): boolean {
  return frames.every((frame) => frame.octets.length >= 14);
}

function expect(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

/** A finding without what depends on how many inputs an instance has seen. */
function text(finding: Finding): string {
  return JSON.stringify(finding, (_, value: unknown) => {
    return typeof value === "bigint" ? value.toString() : value;
  });
}

function checkFindings(findings: readonly Finding[], frames: readonly Frame[]): void {
  const ended = new Set<number>();
  for (const { ordinal, cause, mail, segments, frame } of findings) {
    expect(!ended.has(ordinal), `flow ${ordinal} was told of after its end`);
    if (cause === "ended") ended.add(ordinal);
    const named = [...(mail?.frames ?? []), ...segments.frames, frame];
    const bad = named.find((number) => number < 1 || number > frames.length);
    expect(bad === undefined, `a finding names frame ${bad} of ${frames.length}`);
  }
  for (const { ordinal } of findings) {
    expect(ended.has(ordinal), `flow ${ordinal} was told of and never ended`);
  }
}

/** Words that scenarios send where only secrets stand. */
export const SECRETS = ["not-a-secret", "AGFubgBub3QtYS1zZWNyZXQ=", "bm90LWEtc2VjcmV0"];

function checkSecrets(
  inspector: Inspector,
  findings: readonly Finding[],
  packets: readonly Packet[],
): void {
  const sent = SECRETS.filter((secret) => packets.some((packet) => carries(packet, secret)));
  if (sent.length === 0) return;
  const told = findings.map(text).join("\n");
  const behindWindow = Buffer.from(
    inspector.octets.buffer,
    inspector.ringEnd,
    inspector.octets.length - inspector.ringEnd,
  );
  for (const secret of sent) {
    expect(!told.includes(secret), "a finding tells a secret");
    expect(!behindWindow.includes(secret), "a secret is still in the tables");
  }
}

function carries(packet: Packet, secret: string): boolean {
  return packet.kind === "tcp" && Buffer.from(packet.payload).includes(secret);
}
