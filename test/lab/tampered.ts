// Numbers → a capture file of mail dialogs whose STARTTLS was masked on the way, each with a server
// and an operator of its own, so that each is told and none is a repetition. Live tests send it.
// The dialogs are scenarios (test/scenario/README.md); what they must raise is stated there.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { converse } from "../scenario/language/conversation.ts";
import { encodeFrames } from "../scenario/language/encode.ts";
import { SCENARIOS } from "../scenario/language/library.ts";
import type { Frame } from "../scenario/language/packet.ts";
import { parseScenario } from "../scenario/language/parse.ts";
import { encodePcap } from "../scenario/language/pcap.ts";

const LINKTYPE_ETHERNET = 1;
/** A server outside whose list is masked. */
const OUTSIDE = "mail/mask-in-place-of-starttls-is-likely.scn";
/** A server at home, reached from outside, whose list is masked. */
const AT_HOME = "mail/home-server-with-a-mask-is-near.scn";
const SERVERS_PER_NETWORK = 250;

/** A capture file and what it holds. */
export interface Tampered {
  readonly file: string;
  readonly frames: number;
  /** The dialogs' servers, in order. */
  readonly servers: readonly string[];
}

/** Writes `count` dialogs with servers number `first` and following. */
export function tamperedDialogs(file: string, count: number, first = 0): Tampered {
  const numbers = Array.from({ length: count }, (_, index) => first + index);
  const servers = numbers.map(serverAddress);
  const frames = numbers.flatMap((number) =>
    framesOf(OUTSIDE, {
      "198.51.100.25": serverAddress(number),
      "mx.example": `mx${number}.example`,
    }),
  );
  return write(file, frames, servers);
}

/** Writes one dialog of a stranger with a mail server that runs on `address`. */
export function tamperedAtHome(file: string, address: string): Tampered {
  const name = `${address.replaceAll(".", "-")}.example`;
  const frames = framesOf(AT_HOME, { "192.168.1.25": address, "mx.example": name });
  return write(file, frames, [address]);
}

/**
 * Writes segments in the middle of one connection that carry `octets` of nothing of interest each:
 * with 6, the smallest frames Ethernet has.
 */
export function bulk(file: string, octets = 46): Tampered {
  const text = [
    "client 192.168.1.10:40000",
    "server 198.51.100.80:80",
    "handshake",
    ...Array.from({ length: 64 }, () => `s > c  fill "x" ${octets}`),
    "expect silence",
  ].join("\n");
  const frames = encodeScenario(text).slice(3); // past the handshake: it may be sent in a loop
  return write(file, frames, []);
}

/** The benchmark network 198.18.0.0/15 has room for every server there may be. */
function serverAddress(number: number): string {
  const network = Math.floor(number / SERVERS_PER_NETWORK);
  return `198.18.${network}.${(number % SERVERS_PER_NETWORK) + 1}`;
}

function framesOf(name: string, changes: Record<string, string>): Frame[] {
  const text = readFileSync(join(SCENARIOS, name), "utf8");
  return encodeScenario(
    Object.entries(changes).reduce((done, [from, to]) => done.replaceAll(from, to), text),
  );
}

function encodeScenario(text: string): Frame[] {
  const scenario = parseScenario("tampered", text);
  return encodeFrames(converse(scenario).packets, scenario.layers);
}

function write(file: string, frames: readonly Frame[], servers: readonly string[]): Tampered {
  writeFileSync(file, encodePcap(frames, { linkType: LINKTYPE_ETHERNET }));
  return { file, frames: frames.length, servers };
}
