// TLS 1.3 and QUIC as a tap sees them → materials: hellos with a server name, flights, and an
// endless image of application-data records to cut segments from. The "ciphertext" is arbitrary
// octets; nothing here can be decrypted. RFC 8446 §4.1.2, §5.1; RFC 6066 §3; RFC 9000 §17.

import { type Material, material } from "./material.ts";
import type { Random } from "./random.ts";

/** Ciphertext of one record: 16 KiB, content type and tag; with its header an even length. */
const RECORD = 16_401;
export const RECORD_LENGTH = RECORD + 5;
const RECORDS = 64;
/** Segments may start anywhere in the image and run this far past its end. */
const OVERHANG = 2_048;
/** UDP payload of a full QUIC packet after path MTU discovery. */
export const QUIC_PAYLOAD = 1_350;
const QUIC_PACKETS = 512;

export interface Ciphertext {
  /** Application data of a long TLS session, to be read cyclically. */
  readonly stream: Material;
  /** Octets of `stream` before it repeats. */
  readonly streamLength: number;
  /** ServerHello to Finished, in a few variants. */
  readonly serverFlights: readonly Material[];
  readonly clientFinished: readonly Material[];
  readonly requests: readonly Material[];
  /** Short-header packets one after the other, QUIC_PAYLOAD octets each. */
  readonly quicPackets: Material;
  readonly quicLength: number;
  readonly quicInitials: readonly Material[];
}

export function ciphertext(random: Random): Ciphertext {
  const image = random.fill(new Uint8Array(RECORDS * RECORD_LENGTH + OVERHANG));
  for (let record = 0; record < RECORDS; record++) {
    image.set(recordHeader(0x17, RECORD), record * RECORD_LENGTH);
  }
  const streamLength = RECORDS * RECORD_LENGTH;
  image.copyWithin(streamLength, 0, OVERHANG);
  const packets = random.fill(new Uint8Array(QUIC_PACKETS * QUIC_PAYLOAD));
  for (let packet = 0; packet < QUIC_PACKETS; packet++) {
    const at = packet * QUIC_PAYLOAD;
    packets[at] = 0x40 | ((packets[at] ?? 0) & 0x3f);
  }
  const eight = [0, 1, 2, 3, 4, 5, 6, 7];
  return {
    stream: material(image),
    streamLength,
    serverFlights: eight.map((turn) => material(serverFlight(random, 2_300 + turn * 190))),
    clientFinished: eight.map(() => material(clientFinished(random))),
    requests: eight.map((turn) => material(sealed(random, 180 + turn * 67))),
    quicPackets: material(packets),
    quicLength: QUIC_PACKETS * QUIC_PAYLOAD,
    quicInitials: eight.map(() => material(quicInitial(random))),
  };
}

/** A ClientHello of 517 octets, as browsers pad it, naming `server`. */
export function clientHello(random: Random, server: string): Material {
  const name = new TextEncoder().encode(server);
  const hello = random.fill(new Uint8Array(517));
  hello.set(recordHeader(0x16, 512), 0);
  hello[2] = 0x01; // record version 3.1 for the first flight
  hello.set([0x01, 0x00, 0x01, 0xfc, 0x03, 0x03], 5);
  hello[43] = 32; // session identifier follows
  const suites = [0x13, 0x01, 0x13, 0x02, 0x13, 0x03, 0xc0, 0x2b, 0xc0, 0x2f];
  hello.set([0, suites.length, ...suites, 1, 0], 76);
  let at = 76 + 2 + suites.length + 2;
  const extensions = 517 - at - 2;
  hello.set([extensions >> 8, extensions & 0xff], at);
  at += 2;
  hello.set([0, 0, 0, name.length + 5, 0, name.length + 3, 0, 0, name.length], at);
  hello.set(name, at + 9);
  at += 9 + name.length;
  hello.set([0, 43, 0, 3, 2, 3, 4, 0, 10, 0, 4, 0, 2, 0, 29], at);
  at += 15;
  hello.set([0, 51, 0, 38, 0, 36, 0, 29, 0, 32], at);
  at += 10 + 32;
  const padding = 517 - at - 4;
  hello.fill(0, at);
  hello.set([0, 21, padding >> 8, padding & 0xff], at);
  return material(hello);
}

function serverFlight(random: Random, secret: number): Uint8Array {
  const hello = random.fill(new Uint8Array(127));
  hello.set(recordHeader(0x16, 122), 0);
  hello.set([0x02, 0x00, 0x00, 0x76, 0x03, 0x03], 5);
  hello[43] = 32;
  hello.set([0x13, 0x01, 0x00, 0x00, 0x2e], 76);
  hello.set([0, 51, 0, 36, 0, 29, 0, 32], 81);
  hello.set([0, 43, 0, 2, 3, 4], 121);
  return joined([hello, CHANGE_CIPHER_SPEC, sealed(random, secret)]);
}

function clientFinished(random: Random): Uint8Array {
  return joined([CHANGE_CIPHER_SPEC, sealed(random, 53)]);
}

const CHANGE_CIPHER_SPEC = Uint8Array.of(0x14, 3, 3, 0, 1, 1);

/** One application-data record. */
function sealed(random: Random, length: number): Uint8Array {
  return joined([recordHeader(0x17, length), random.fill(new Uint8Array(length))]);
}

function quicInitial(random: Random): Uint8Array {
  const packet = random.fill(new Uint8Array(1_200));
  packet.set([0xc3, 0, 0, 0, 1, 8], 0);
  packet.set([0, 0, 0x44, 0x9e], 14); // no source identifier, no token, length 1,182
  return packet;
}

function recordHeader(type: number, length: number): Uint8Array {
  return Uint8Array.of(type, 3, 3, length >> 8, length);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
