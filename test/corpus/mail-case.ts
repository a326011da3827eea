// The corpus's mail dialogs → scenarios: each step a turn of lines, told whole, in pieces of seven
// octets and of one, in order, with neighbours swapped, and with every piece sent twice.

import { readFileSync } from "node:fs";
import type { Packet } from "../scenario/language/packet.ts";
import { parseScenario } from "../scenario/language/parse.ts";
import type { Scenario } from "../scenario/language/scenario.ts";
import { asWritten, pieces, type Variant } from "../scenario/language/transform.ts";

interface Step {
  readonly dir?: "C" | "S";
  readonly lines?: readonly string[];
  readonly ev?: string;
}

interface Baseline {
  readonly offer: number;
  readonly nooffer: number;
  readonly caps?: readonly string[];
}

export interface MailCase {
  readonly id: string;
  readonly note: string;
  readonly port: number;
  readonly context: {
    readonly baseline: Baseline | null;
    readonly knownProvider: boolean;
    readonly policyDomain: boolean;
  };
  readonly steps: readonly Step[];
  readonly expect: {
    readonly evidence: readonly string[];
    readonly verdict: string;
    readonly severity: string;
  };
}

/** Every case of the file. */
export function readMailCases(path: string): MailCase[] {
  const file = JSON.parse(readFileSync(path, "utf8")) as { cases: MailCase[] };
  return file.cases;
}

const EVENTS: Readonly<Record<string, readonly string[]>> = {
  "tls-both": ['c > s tls client-hello ""', "s > c tls server-hello"],
  "tls-client-hello": ['c > s tls client-hello ""'],
  "tls-server-hello": ["s > c tls server-hello"],
  "rst-from-server": ["+0.030 s > c R. next win 501"],
  "silence-then-close": ["silence 35", "c > s fin", "s > c fin"],
};

/** A case in the dialect of scenarios. */
export function mailScenario(one: MailCase): Scenario {
  const { context, steps } = one;
  const greeting = steps.find((step) => step.dir === "S")?.lines?.[0] ?? "";
  const name = /^220 ([\w-]+(?:\.[\w-]+)+)/.exec(greeting)?.[1] ?? "mail.ex.test";
  const lines = ["client 192.168.1.10:49200", `server 198.51.100.25:${one.port}`];
  if (context.baseline !== null) {
    const { offer, nooffer, caps } = context.baseline;
    lines.push(`assume offered ${offer}/${nooffer} s ${(caps ?? []).join(",")}`);
  }
  if (context.knownProvider) lines.push(`assume known ${name}`, `dns "${name}" 198.51.100.25`);
  if (context.policyDomain) lines.push(`assume policy ${name}`, `dns "${name}" 198.51.100.25`);
  const directions = new Set(steps.flatMap((step) => sidesOf(step)));
  if (directions.size === 2) lines.push("handshake");
  else if (directions.has("S")) lines.push("s > c S. 0:0(0) ack 1");
  else lines.push("c > s S 0:0(0)");
  for (const step of steps) {
    if (step.ev !== undefined) lines.push(...(EVENTS[step.ev] ?? []));
    else lines.push(turn(step));
  }
  lines.push("expect silence");
  return parseScenario(one.id, lines.join("\n"));
}

function sidesOf(step: Step): ("C" | "S")[] {
  if (step.ev === "tls-both") return ["C", "S"];
  if (step.ev === "tls-client-hello") return ["C"];
  if (step.ev !== undefined) return ["S"];
  return step.dir === undefined ? [] : [step.dir];
}

function turn(step: Step): string {
  const octets = Buffer.from(`${(step.lines ?? []).join("\r\n")}\r\n`, "utf8").toString("hex");
  return step.dir === "C" ? `c > s hex "${octets}"` : `s > c hex "${octets}"`;
}

/** The ways a case is told; the result must be the same for all. */
export function mailVariants(scenario: Scenario): Variant[] {
  const base = asWritten(scenario);
  return [0, 7, 1].flatMap((size) => {
    const cut = base.packets.map((packet) => inPieces(packet, size));
    const label = size === 0 ? "whole turns" : `${size} octets at a time`;
    return [
      { ...base, label, packets: cut.flat() },
      { ...base, label: `${label}, neighbours swapped`, packets: cut.flatMap(swapNeighbours) },
      { ...base, label: `${label}, each sent twice`, packets: cut.flat().flatMap(sentTwice) },
    ];
  });
}

function inPieces(packet: Packet, size: number): Packet[] {
  if (size === 0 || packet.kind !== "tcp") return [packet];
  const count = Math.ceil(packet.payload.length / size);
  return pieces(
    packet,
    Array.from({ length: count }, (_, index) => index * size),
  );
}

/** 2 1 4 3 …, at the times of 1 2 3 4 …. */
function swapNeighbours(cut: readonly Packet[]): Packet[] {
  return cut.map((packet, index) => {
    const other = index % 2 === 0 ? cut[index + 1] : cut[index - 1];
    return { ...(other ?? packet), time: packet.time };
  });
}

function sentTwice(packet: Packet): Packet[] {
  if (packet.kind !== "tcp" || packet.payload.length === 0) return [packet];
  return [packet, { ...packet, time: packet.time + 300n }];
}
