// Scenarios → the translated inspector's first inputs (harness.c says what their octets mean): each as
// capture records, as pcapng blocks, as one ring block and as a script of lines; conversations as scripts;
// and a dictionary.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { encodeFrames } from "../../scenario/language/encode.ts";
import { allScenarios } from "../../scenario/language/library.ts";
import { linkType } from "../../scenario/language/link.ts";
import type { Frame, Packet } from "../../scenario/language/packet.ts";
import { encodeRecords } from "../../scenario/language/pcap.ts";
import { encodeRing } from "../../scenario/language/ring.ts";
import { asWritten } from "../../scenario/language/transform.ts";
import { CONVERSATIONS } from "./conversation.ts";

const PHRASES = fileURLToPath(
  new URL("../../../assembly/inspector/mail/phrase.ts", import.meta.url),
);
const WAY_RECORDS = 0;
const WAY_BLOCKS = 1;
const WAY_SCRIPT = 2;
const WAY_RING = 5;
/** The harness takes no longer input. */
const INPUT_MAX = 60_000;
/** Link types by the number the harness gives them. */
const LINKS = [1, 0, 101, 113, 276, 108, 9, 50];
const LINE_MAX = 255;
/** Server ports by the number the harness gives them. */
const PORTS = [25, 587, 143, 110, 465, 993, 443, 80];
const BLOCK_SIZE = 65_536;

const WORDS = [
  ...["STARTTLS", "STLS", "250-", "250 ", "220 ", "354 ", "454 ", "EHLO ", "HELO ", "XXXXXXXA"],
  ...["AUTH PLAIN", "AUTHINFO", "DATA\\x0d\\x0a", "\\x0d\\x0a.\\x0d\\x0a", "BDAT 10 LAST", "RSET"],
  ...[
    "* CAPABILITY ",
    "* OK [CAPABILITY ",
    "* PREAUTH ",
    "* BYE ",
    "LOGINDISABLED",
    "a1 ",
    "a1 OK ",
  ],
  ...["{10}", "{0+}", "{4294967296}", "LOGIN ", "AUTHENTICATE ", "+OK ", "-ERR ", "CAPA\\x0d\\x0a"],
  ...[
    "USER ",
    "PASS ",
    "APOP ",
    "MAIL FROM:<",
    "RCPT TO:<",
    "REQUIRETLS",
    "PIPELINING",
    "\\x0d\\x0a",
  ],
  ...["\\x16\\x03\\x01\\x00\\x05\\x01\\x00\\x00\\x01", "\\x08\\x00\\x45\\x00", "\\x86\\xdd\\x60"],
];

/** Phrases that replies are searched for, read where they are written. */
function phrases(): string[] {
  const text = readFileSync(PHRASES, "utf8");
  return [...text.matchAll(/^\/\*\* "(.+)" \*\/$/gm)].flatMap(([, phrase = ""]) => phrase);
}

/** Writes corpus and dictionary; returns how many inputs there are. */
export function writeSeeds(corpus: string, dictionary: string): number {
  mkdirSync(corpus, { recursive: true });
  let written = 0;
  const write = (input: Iterable<number>): void => {
    writeFileSync(join(corpus, `seed-${++written}`), Uint8Array.from(input));
  };
  for (const scenario of allScenarios()) {
    const { packets, layers } = asWritten(scenario);
    const frames = encodeFrames(packets, layers);
    const form = Math.max(0, LINKS.indexOf(linkType(layers)));
    const records = encodeRecords(frames, { linkType: linkType(layers) });
    const inputs = [
      [WAY_RECORDS, form, ...records],
      [WAY_BLOCKS, form, ...blocks(frames)],
      [WAY_SCRIPT, ...script(packets)],
      ...(frames.every(({ octets }) => octets.length >= 14)
        ? [[WAY_RING, 0, ...ring(frames)]]
        : []),
    ];
    for (const input of inputs.filter(({ length }) => length < INPUT_MAX)) write(input);
  }
  for (const { port, lines } of CONVERSATIONS) {
    const steps = lines.map((line) => {
      return said(line.startsWith("c") ? 0 : 1, Buffer.from(`${line.slice(2)}\r\n`, "latin1"));
    });
    write([WAY_SCRIPT, PORTS.indexOf(port), ...Buffer.concat(steps)]);
  }
  const words = [...WORDS, ...phrases()].map((word) => `"${word}"\n`);
  writeFileSync(dictionary, words.join(""));
  return written;
}

/** Enhanced packet blocks of interface 0. draft-ietf-opsawg-pcapng §4.3. */
function blocks(frames: readonly Frame[]): Uint8Array {
  return Buffer.concat(
    frames.map(({ octets, length }) => {
      const size = 32 + ((octets.length + 3) & ~3);
      const block = Buffer.alloc(size);
      const fields = [6, size, 0, 0, 0, octets.length, length];
      for (const [index, value] of fields.entries()) block.writeUInt32LE(value, 4 * index);
      block.set(octets, 28);
      block.writeUInt32LE(size, size - 4);
      return block;
    }),
  );
}

function ring(frames: readonly Frame[]): Uint8Array {
  const [block] = encodeRing(frames, { blockSize: BLOCK_SIZE, framesPerBlock: () => 1000 });
  const used = block === undefined ? 0 : new DataView(block.buffer).getUint32(20, true);
  return block?.subarray(0, used) ?? new Uint8Array(0);
}

/** One step: `text` of a side at the right place. */
function said(side: number, text: Uint8Array): Uint8Array {
  return Uint8Array.from([side, 0, text.length, ...text]);
}

/** What both sides said, as steps: operation, argument, length, text. */
function script(packets: readonly Packet[]): Uint8Array {
  const steps: Uint8Array[] = [];
  const first = packets.find((packet) => packet.kind === "tcp");
  const client = first?.kind === "tcp" ? first.from.name : "";
  const port = first?.kind === "tcp" ? PORTS.indexOf(first.to.port) : 0;
  for (const packet of packets) {
    if (packet.kind !== "tcp") continue;
    const side = packet.from.name === client ? 0 : 1;
    if (packet.flags & 0x04) steps.push(Uint8Array.from([(3 << 1) | side, 0, 0]));
    if (packet.flags & 0x01) steps.push(Uint8Array.from([(4 << 1) | side, 0, 0]));
    for (let at = 0; at < packet.payload.length; at += LINE_MAX) {
      steps.push(said(side, packet.payload.subarray(at, at + LINE_MAX)));
    }
  }
  return Buffer.concat([Uint8Array.from([Math.max(0, port)]), ...steps]);
}
