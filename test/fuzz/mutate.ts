// A scenario's packets → broken ones: seeded changes of payload, order, numbers, headers and frames,
// weighted so that most of them still reach TCP and a good part a dialog. Structure first: a mutator
// that only flips bits tests the first length check.

import type { Packet, TcpPacket } from "../scenario/language/packet.ts";
import type { Random } from "../scenario/language/random.ts";

/** Rounds of change a scenario gets at most. */
const ROUNDS_MAX = 4;
const PAYLOAD_MAX = 1400;
/** Text that dialogs turn on. */
const WORDS = [
  "STARTTLS",
  "XXXXXXXA",
  "250-",
  "250 ",
  "220 ",
  "EHLO x\r\n",
  "AUTH PLAIN ",
  "DATA\r\n",
  "\r\n.\r\n",
  "* CAPABILITY ",
  "a1 ",
  "{9999999999}\r\n",
  "{0+}\r\n",
  "BDAT 4294967296 LAST\r\n",
  "BDAT 0\r\n",
  "+OK\r\n",
  "-ERR ",
  "STLS\r\n",
  "\r\n",
  "\r",
  "\n",
  "\0",
  "*".repeat(40),
  "X".repeat(300),
  " ".repeat(70),
  "\x16\x03\x01\xff\xff\x01\xff\xff\xff",
].map((word) => Buffer.from(word, "latin1"));
const FIELDS = [
  "ip.ihl",
  "ip.length",
  "ip.fragment",
  "ip.protocol",
  "tcp.offset",
  "tcp.flags",
  "tcp.sum",
  "ip6.next",
  "ip6.length",
  "eth.type",
  "udp.source",
  "icmp.type",
  "dns.questions",
];

type Change = (packets: Packet[], random: Random) => void;

/** Payload changes are by far the most frequent: they are what reaches the dialogs. */
const CHANGES: readonly (readonly [number, Change])[] = [
  [8, changePayload],
  [4, insertWord],
  [3, changeNumbers],
  [2, swap],
  [2, repeat],
  [2, drop],
  [2, changeTimes],
  [2, changeHeader],
  [1, corrupt],
  [1, truncate],
];
const WEIGHT = CHANGES.reduce((sum, [weight]) => sum + weight, 0);

/** A mutated copy; the same seed and packets give the same copy. */
export function mutate(packets: readonly Packet[], random: Random): Packet[] {
  const mutated = [...packets];
  const rounds = 1 + random.below(ROUNDS_MAX);
  for (let round = 0; round < rounds && mutated.length > 0; round++) pick(random)(mutated, random);
  return mutated;
}

function pick(random: Random): Change {
  let lot = random.below(WEIGHT);
  for (const [weight, change] of CHANGES) {
    if (lot < weight) return change;
    lot -= weight;
  }
  return changePayload;
}

/** Replaces one packet that has what `accept` asks for; does nothing when the lot falls elsewhere. */
function replaceTcp(
  packets: Packet[],
  random: Random,
  change: (packet: TcpPacket) => Partial<TcpPacket>,
  needsPayload = false,
): void {
  for (let attempt = 0; attempt < 8; attempt++) {
    const index = random.below(packets.length);
    const packet = packets[index];
    if (packet?.kind !== "tcp" || (needsPayload && packet.payload.length === 0)) continue;
    packets[index] = { ...packet, ...change(packet) };
    return;
  }
}

function changePayload(packets: Packet[], random: Random): void {
  replaceTcp(
    packets,
    random,
    ({ payload }) => {
      const octets = Uint8Array.from(payload);
      const count = 1 + random.below(4);
      for (let change = 0; change < count; change++) {
        octets[random.below(octets.length)] = random.once(2) ? 13 + random.below(2) : random.word();
      }
      return { payload: random.once(4) ? octets.subarray(0, random.below(octets.length)) : octets };
    },
    true,
  );
}

function insertWord(packets: Packet[], random: Random): void {
  replaceTcp(packets, random, ({ payload }) => {
    const at = random.below(payload.length + 1);
    const word = random.pick(WORDS) ?? Buffer.alloc(0);
    const times = random.once(8) ? 1 + random.below(200) : 1;
    const middle = Array.from({ length: times }, () => word);
    const whole = Buffer.concat([payload.subarray(0, at), ...middle, payload.subarray(at)]);
    return { payload: Uint8Array.from(whole.subarray(0, PAYLOAD_MAX)) };
  });
}

function changeNumbers(packets: Packet[], random: Random): void {
  const steps = [1, -1, 2, 8, 1460, -1460, 65535, 0x7fff_ffff, 0x8000_0000, random.word()];
  replaceTcp(packets, random, (packet) => {
    const step = random.pick(steps) ?? 1;
    if (random.once(2)) return { ack: (packet.ack + step) >>> 0 };
    return { seq: (packet.seq + step) >>> 0 };
  });
}

function changeHeader(packets: Packet[], random: Random): void {
  replaceTcp(packets, random, ({ flags }) => {
    const lot = random.below(6);
    if (lot === 0) return { ttl: random.below(256) };
    if (lot === 1) return { id: random.below(0x10000) };
    if (lot === 2) return { window: random.below(0x10000) };
    if (lot === 3) return { reserved: random.below(16) << 8 };
    if (lot === 4) {
      return { options: Uint8Array.from({ length: 4 * random.below(11) }, () => random.word()) };
    }
    return { flags: random.once(2) ? flags ^ (1 << random.below(8)) : random.below(256) };
  });
}

function swap(packets: Packet[], random: Random): void {
  const a = random.below(packets.length);
  const b = random.below(packets.length);
  const [first, second] = [packets[a], packets[b]];
  if (first === undefined || second === undefined) return;
  packets[a] = { ...second, time: first.time };
  packets[b] = { ...first, time: second.time };
}

function repeat(packets: Packet[], random: Random): void {
  const index = random.below(packets.length);
  const packet = packets[index];
  if (packet === undefined) return;
  const copies = random.once(10) ? 60 : 1 + random.below(3);
  for (let copy = 0; copy < copies; copy++) packets.splice(index, 0, packet);
}

function drop(packets: Packet[], random: Random): void {
  packets.splice(random.below(packets.length), 1 + random.below(3));
}

/** Later by up to a day, or back in time. */
function changeTimes(packets: Packet[], random: Random): void {
  const from = random.below(packets.length);
  const exponent = random.below(14);
  const step = BigInt(random.below(10)) * 10n ** BigInt(exponent) * (random.once(5) ? -1n : 1n);
  for (let index = from; index < packets.length; index++) {
    const packet = packets[index];
    if (packet === undefined) continue;
    const time = packet.time + step;
    packets[index] = { ...packet, time: time < 0n ? 0n : time };
  }
}

function corrupt(packets: Packet[], random: Random): void {
  replaceTcp(packets, random, () => {
    const field = random.pick(FIELDS) ?? "tcp.offset";
    return { corrupt: [{ field, value: random.below(0x10000) }] };
  });
}

function truncate(packets: Packet[], random: Random): void {
  const index = random.below(packets.length);
  const packet = packets[index];
  if (packet !== undefined) packets[index] = { ...packet, truncate: random.below(120) };
}
