// What must not change a result: the ways one scenario is told again. Each transform makes variants
// (packets, layers, time shift, way of feeding); the runner holds the same expectation against all.
// Payload written with `fill` is bulk whose cutting does not matter: it is never split.

import { mapToIp6 } from "./address-family.ts";
import { type Conversation, converse } from "./conversation.ts";
import { numberIds } from "./encode.ts";
import { FIN, type Packet, PSH, RST, SYN, segmentEnd, type TcpPacket } from "./packet.ts";
import { Random } from "./random.ts";
import type { Layer, Scenario } from "./scenario.ts";
import { interleave } from "./scenery.ts";

/** How a variant reaches the inspector. */
export type Feed =
  | { readonly kind: "records"; readonly littleEndian: boolean; readonly nanoseconds: boolean }
  /** The record stream in pieces of random size. */
  | { readonly kind: "cuts"; readonly seed: number; readonly pieceMax: number }
  /** Ring blocks of few frames each. */
  | { readonly kind: "ring"; readonly seed: number; readonly vlanInHeader: boolean };

export interface Variant {
  readonly label: string;
  readonly packets: readonly Packet[];
  readonly layers: readonly Layer[];
  readonly home: readonly string[];
  readonly shift: bigint;
  readonly feed: Feed;
}

export interface Transform {
  readonly name: string;
  readonly variants: (base: Variant, scenario: Scenario) => Variant[];
}

const WHOLE: Feed = { kind: "records", littleEndian: true, nanoseconds: true };
/** Every boundary is tried up to here, a sample beyond. */
const BOUNDARIES_MAX = 200;
/** More payload than this is not sent one octet at a time. */
const OCTETS_MAX = 3000;
/** Boundaries crossed by random cuts, over all runs of one scenario. */
const CUTS_WANTED = 1000;
const DAY = 86_400_000_000_000n;

/** The scenario as it is written. */
export function asWritten(scenario: Scenario): Variant {
  return variantOf(scenario, "as written", converse(scenario));
}

function variantOf(scenario: Scenario, label: string, conversation: Conversation): Variant {
  const { layers, home } = scenario;
  return { label, packets: conversation.packets, layers, home, shift: 0n, feed: WHOLE };
}

export const TRANSFORMS: readonly Transform[] = [
  { name: "split", variants: splitOnce },
  { name: "octets", variants: splitAll },
  { name: "vlan", variants: (base) => relink(base, [["vlan"], ["service-vlan", "vlan"]]) },
  { name: "pppoe", variants: (base) => relink(base, [["pppoe"], ["vlan", "pppoe"]]) },
  { name: "cooked", variants: (base) => cooked(base) },
  { name: "ip6", variants: mapToIp6 },
  { name: "wrap", variants: wrap },
  { name: "duplicate", variants: duplicate },
  { name: "interleave", variants: (base) => [{ ...base, packets: interleave(base.packets) }] },
  { name: "shift", variants: (base) => [{ ...base, shift: 1000n * DAY + 1_234_567_000n }] },
  { name: "swapped", variants: swapped },
  { name: "cuts", variants: cuts },
  { name: "ring", variants: ring },
];

/** Run k cuts every payload at its k-th octet. */
function splitOnce(base: Variant): Variant[] {
  const longest = Math.max(0, ...base.packets.filter(splittable).map(payloadLength));
  let points = Array.from({ length: Math.max(0, longest - 1) }, (_, index) => index + 1);
  if (points.length > BOUNDARIES_MAX) {
    const random = new Random(longest);
    points = Array.from({ length: BOUNDARIES_MAX }, () => 1 + random.below(longest - 1));
  }
  return points.map((point) => ({
    ...base,
    label: `payload split at ${point}`,
    packets: base.packets.flatMap((packet) => pieces(packet, [point])),
  }));
}

function splitAll(base: Variant): Variant[] {
  const payloads = base.packets.filter(splittable).map(payloadLength);
  const total = payloads.reduce((sum, length) => sum + length, 0);
  if (total === 0 || total > OCTETS_MAX) return [];
  const every = (length: number): number[] => Array.from({ length }, (_, index) => index);
  return [
    {
      ...base,
      packets: base.packets.flatMap((packet) => pieces(packet, every(payloadLength(packet)))),
    },
  ];
}

function payloadLength(packet: Packet): number {
  return packet.kind === "tcp" ? packet.payload.length : 0;
}

function splittable(packet: Packet): packet is TcpPacket {
  if (packet.kind !== "tcp" || packet.bulk) return false;
  if (packet.truncate !== null || packet.corrupt.length > 0) return false;
  return packet.payload.length > 1 && (packet.flags & (SYN | RST)) === 0;
}

/** A segment cut before the given payload octets; PSH and FIN go with the last piece. */
export function pieces(packet: Packet, points: readonly number[]): Packet[] {
  if (!splittable(packet)) return [packet];
  const inside = points.filter((point) => point > 0 && point < packet.payload.length);
  const starts = [0, ...inside];
  return starts.map((start, index) => {
    const end = starts[index + 1];
    return {
      ...packet,
      time: packet.time + BigInt(index) * 1000n,
      seq: (packet.seq + start) >>> 0,
      payload: packet.payload.subarray(start, end),
      flags: end === undefined ? packet.flags : packet.flags & ~(PSH | FIN),
    };
  });
}

function relink(
  base: Variant,
  stacks: readonly (readonly ("vlan" | "service-vlan" | "pppoe")[])[],
) {
  if (base.layers.length !== 1 || base.layers[0]?.kind !== "ethernet") return [];
  return stacks.map((stack) => {
    const tags = stack.map((kind, index): Layer => ({ kind, id: 7 + index }));
    return { ...base, label: stack.join("+"), layers: [{ kind: "ethernet" } as Layer, ...tags] };
  });
}

function cooked(base: Variant): Variant[] {
  if (base.layers.length !== 1 || base.layers[0]?.kind !== "ethernet") return [];
  const links = ["sll", "sll2", "raw", "null", "loop"] as const;
  return links.map((kind) => ({ ...base, label: kind, layers: [{ kind }] }));
}

/** Initial numbers such that 2^32 is crossed by the first data octet, then half-way through it. */
function wrap(base: Variant, scenario: Scenario): Variant[] {
  const sent = new Map<string, number>();
  const first = new Map<string, number>();
  for (const packet of base.packets) {
    if (packet.kind !== "tcp" || packet.flags & RST) continue;
    const name = packet.from.name;
    if (!first.has(name)) first.set(name, packet.seq);
    const distance = (segmentEnd(packet) - (first.get(name) ?? 0)) >>> 0;
    if (distance < 0x8000_0000) sent.set(name, Math.max(sent.get(name) ?? 0, distance));
  }
  const names = [...sent.keys()];
  const early = new Map(names.map((name) => [name, 0xffff_ffff]));
  const middle = new Map(names.map((name) => [name, -((sent.get(name) ?? 0) >> 1) >>> 0]));
  return [
    variantOf(scenario, "the first data octet is number 0", converse(scenario, early)),
    variantOf(scenario, "numbers wrap half-way", converse(scenario, middle)),
  ];
}

/** Every segment with payload twice: once as a second capture of it, once as a retransmission. */
function duplicate(base: Variant): Variant[] {
  const numbered = numberIds(base.packets);
  const again = (repeat: (packet: TcpPacket) => TcpPacket): Packet[] =>
    numbered.flatMap((packet) => {
      if (packet.kind !== "tcp" || packet.payload.length === 0 || packet.flags & (SYN | RST)) {
        return [packet];
      }
      return [packet, repeat(packet)];
    });
  const later = (packet: TcpPacket) => ({ ...packet, time: packet.time + 20_000n });
  return [
    { ...base, label: "captured twice", packets: again(later) },
    {
      ...base,
      label: "retransmitted",
      packets: again((packet) => ({ ...later(packet), id: ((packet.id ?? 0) + 7) & 0xffff })),
    },
  ];
}

function swapped(base: Variant): Variant[] {
  const forms = [
    { littleEndian: false, nanoseconds: true },
    { littleEndian: false, nanoseconds: false },
    { littleEndian: true, nanoseconds: false },
  ];
  return forms.map((form) => ({
    ...base,
    label: `${form.littleEndian ? "little" : "big"} endian, ${form.nanoseconds ? "ns" : "µs"}`,
    feed: { kind: "records", ...form },
  }));
}

/** As many runs as it takes to cross the wanted number of cuts; pieces from tiny to a few frames. */
function cuts(base: Variant): Variant[] {
  const octets = base.packets.reduce((sum, packet) => sum + 80 + payloadLength(packet), 0);
  const variants: Variant[] = [];
  for (let crossed = 0, seed = 1; crossed < CUTS_WANTED; seed++) {
    const pieceMax = 4 + ((seed * 37) % 160);
    crossed += Math.max(1, Math.floor(octets / (pieceMax / 2)));
    const label = `records in pieces of at most ${pieceMax} octets, seed ${seed}`;
    variants.push({ ...base, label, feed: { kind: "cuts", seed, pieceMax } });
  }
  return variants;
}

function ring(base: Variant): Variant[] {
  const kinds = base.layers.map((layer) => layer.kind);
  if (kinds[0] !== "ethernet") return [];
  const tagged: readonly Layer[] = [{ kind: "ethernet" }, { kind: "vlan", id: 7 }];
  const variants: Variant[] = [1, 2, 3, 4, 5].map((seed) => ({
    ...base,
    label: `ring blocks, seed ${seed}`,
    feed: { kind: "ring", seed, vlanInHeader: false },
  }));
  if (kinds.length > 1) return variants;
  const feed: Feed = { kind: "ring", seed: 6, vlanInHeader: true };
  return [...variants, { ...base, label: "ring, tag in the header", layers: tagged, feed }];
}
